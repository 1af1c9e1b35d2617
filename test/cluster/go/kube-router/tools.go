//go:build tools

// Package tools names the command that test/cluster builds, so that
// `go mod tidy -e` keeps what it needs in go.mod and go.sum.
package tools

import (
	_ "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"
)
