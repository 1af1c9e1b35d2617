// A controller of the same shape as Supercargo's operator, written as controller-runtime's users write theirs: what
// `make bench-operator` is compared with. See bench/README.md.
package main

import (
	"context"
	"flag"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func main() {
	workers := flag.Int("workers", 8, "reconciles of one kind at once")
	metrics := flag.String("metrics", "127.0.0.1:8080", "where metrics are served")
	apply := flag.String("apply", "changed", "always: children are applied in each reconcile; changed: where their hash differs")
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseDevMode(false)))
	if err := run(*workers, *metrics, *apply == "always"); err != nil {
		ctrl.Log.Error(err, "ended")
		os.Exit(1)
	}
}

func run(workers int, metrics string, always bool) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, addToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config := ctrl.GetConfigOrDie()
	config.QPS = -1 // the API server's own fairness is the limit, for both
	ours, err := labels.Parse(connectionLabel)
	if err != nil {
		return err
	}
	children := map[client.Object]cache.ByObject{}
	for _, child := range childKinds() {
		children[child] = cache.ByObject{Label: ours}
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       metricsserver.Options{BindAddress: metrics},
		HealthProbeBindAddress:        "0",
		LeaderElection:                true,
		LeaderElectionID:              "reference",
		LeaderElectionNamespace:       "default",
		LeaderElectionReleaseOnCancel: true,
		Cache:                         cache.Options{ByObject: children, DefaultTransform: cache.TransformStripManagedFields()},
	})
	if err != nil {
		return err
	}
	ctx := ctrl.SetupSignalHandler()
	if err := index(ctx, manager); err != nil {
		return err
	}
	kube := manager.GetClient()
	options := controller.Options{MaxConcurrentReconciles: workers}
	connections := ctrl.NewControllerManagedBy(manager).For(&Connection{}).WithOptions(options)
	for _, child := range childKinds() {
		connections = connections.Owns(child)
	}
	err = connections.
		Watches(&Store{}, naming(kube, "store")).
		Watches(&Credential{}, naming(kube, "credential")).
		Watches(&Driver{}, naming(kube, "driver")).
		Watches(&Feed{}, handler.EnqueueRequestsFromMapFunc(connectionOfFeed)).
		Complete(&connectionReconciler{Client: kube, always: always})
	if err != nil {
		return err
	}
	if err := ctrl.NewControllerManagedBy(manager).For(&Feed{}).WithOptions(options).Complete(&feedReconciler{kube}); err != nil {
		return err
	}
	return manager.Start(ctx)
}

func childKinds() []client.Object {
	return []client.Object{&corev1.ServiceAccount{}, &rbacv1.Role{}, &rbacv1.RoleBinding{}, &networkingv1.NetworkPolicy{}, &appsv1.Deployment{}}
}

func index(ctx context.Context, manager ctrl.Manager) error {
	indexer := manager.GetFieldIndexer()
	for name, read := range map[string]func(*Connection) string{
		"store":      func(c *Connection) string { return c.Namespace + "/" + c.Spec.StoreRef.Name },
		"credential": func(c *Connection) string { return c.Namespace + "/" + c.Spec.CredentialRef.Name },
		"driver":     func(c *Connection) string { return "/" + c.Spec.Driver },
	} {
		if err := indexer.IndexField(ctx, &Connection{}, name, func(object client.Object) []string {
			return []string{read(object.(*Connection))}
		}); err != nil {
			return err
		}
	}
	return indexer.IndexField(ctx, &Feed{}, "connection", func(object client.Object) []string {
		return []string{object.(*Feed).Spec.ConnectionRef.Name}
	})
}

// naming finds the connections that name an object.
func naming(kube client.Client, field string) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, object client.Object) []reconcile.Request {
		var connections ConnectionList
		value := object.GetNamespace() + "/" + object.GetName()
		if err := kube.List(ctx, &connections, client.MatchingFields{field: value}); err != nil {
			return nil
		}
		requests := make([]reconcile.Request, len(connections.Items))
		for i := range connections.Items {
			requests[i].NamespacedName = client.ObjectKeyFromObject(&connections.Items[i])
		}
		return requests
	})
}

func connectionOfFeed(_ context.Context, object client.Object) []reconcile.Request {
	var request reconcile.Request
	request.Namespace, request.Name = object.GetNamespace(), object.(*Feed).Spec.ConnectionRef.Name
	return []reconcile.Request{request}
}
