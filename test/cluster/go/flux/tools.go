//go:build tools

// Package tools names the commands that test/cluster builds, so that
// `go mod tidy -e` keeps what they need in go.mod and go.sum. With -e: modules
// that only tests of Flux need are not to be had. One module for all, since
// Flux is linked with what cosign, crane and Helm are: it is compiled once.
package tools

import (
	_ "github.com/fluxcd/helm-controller"
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
	_ "github.com/google/go-containerregistry/cmd/crane"
	_ "github.com/sigstore/cosign/v3/cmd/cosign"
)
