//go:build tools

// Package tools names the commands that test/cluster builds, so that
// `go mod tidy` keeps what they need in go.mod and go.sum.
package tools

import (
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
)
