// Command etcd is the server of go.etcd.io/etcd at a pinned version. The
// module publishes it as a package to call, not as a command to install.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
