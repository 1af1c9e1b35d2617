//go:build tools

// Package tools names the commands that test/cluster builds, so that
// `go mod tidy -e` keeps what they need in go.mod and go.sum. With -e: a
// module that only tests of source-controller need is not to be had.
package tools

import (
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
)
