package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const (
	finalizer      = "supercargo.dev/reference"
	hashAnnotation = "supercargo.dev/hash"
	manager        = client.FieldOwner("reference")
)

type connectionReconciler struct {
	client.Client
	always bool
}

func (r *connectionReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var connection Connection
	if err := r.Get(ctx, request.NamespacedName, &connection); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	var store Store
	var credential Credential
	var driver Driver
	for name, object := range map[string]client.Object{
		connection.Spec.StoreRef.Name: &store, connection.Spec.CredentialRef.Name: &credential,
	} {
		if err := r.Get(ctx, types.NamespacedName{Namespace: connection.Namespace, Name: name}, object); err != nil {
			return ctrl.Result{}, err
		}
	}
	if err := r.Get(ctx, types.NamespacedName{Name: connection.Spec.Driver}, &driver); err != nil {
		return ctrl.Result{}, err
	}
	if err := r.claim(ctx, &connection, &store, &driver); err != nil {
		return ctrl.Result{}, err
	}
	for _, child := range childrenOf(&connection, &store, &credential, &driver) {
		if err := r.apply(ctx, child); err != nil {
			return ctrl.Result{}, err
		}
	}
	return ctrl.Result{}, r.report(ctx, &connection)
}

// claim puts the finalizer and the labels that lists filter by on the connection.
func (r *connectionReconciler) claim(ctx context.Context, connection *Connection, store *Store, driver *Driver) error {
	before := connection.DeepCopyObject().(*Connection)
	controllerutil.AddFinalizer(connection, finalizer)
	if connection.Labels == nil {
		connection.Labels = map[string]string{}
	}
	for name, value := range filterLabels(connection, store, driver) {
		connection.Labels[name] = value
	}
	if equality.Semantic.DeepEqual(before.ObjectMeta, connection.ObjectMeta) {
		return nil
	}
	return r.Patch(ctx, connection, client.MergeFrom(before))
}

func (r *connectionReconciler) apply(ctx context.Context, child *unstructured.Unstructured) error {
	if !r.always {
		content, err := json.Marshal(child.Object)
		if err != nil {
			return err
		}
		// Without its names, by which copies of it differ (bench/operator/copies.ts).
		owner := child.GetOwnerReferences()[0]
		names := strings.NewReplacer(string(owner.UID), "", owner.Name, "", child.GetNamespace(), "")
		sum := sha256.Sum256([]byte(names.Replace(string(content))))
		hash := hex.EncodeToString(sum[:8])
		live, err := r.Scheme().New(child.GroupVersionKind())
		if err != nil {
			return err
		}
		err = r.Get(ctx, client.ObjectKeyFromObject(child), live.(client.Object))
		if err == nil && live.(client.Object).GetAnnotations()[hashAnnotation] == hash {
			return nil
		}
		if client.IgnoreNotFound(err) != nil {
			return err
		}
		child.SetAnnotations(map[string]string{hashAnnotation: hash})
	}
	return r.Apply(ctx, client.ApplyConfigurationFromUnstructured(child), manager, client.ForceOwnership)
}

func (r *connectionReconciler) report(ctx context.Context, connection *Connection) error {
	var deployment appsv1.Deployment
	key := types.NamespacedName{Namespace: connection.Namespace, Name: childName(connection)}
	if err := r.Get(ctx, key, &deployment); client.IgnoreNotFound(err) != nil {
		return err
	}
	var feeds FeedList
	err := r.List(ctx, &feeds, client.InNamespace(connection.Namespace), client.MatchingFields{"connection": connection.Name})
	if err != nil {
		return err
	}
	before := connection.DeepCopyObject().(*Connection)
	deployed, state := metav1.ConditionFalse, "Pending"
	if deployment.Generation > 0 && deployment.Status.ObservedGeneration == deployment.Generation && deployment.Status.AvailableReplicas == 1 {
		deployed, state = metav1.ConditionTrue, "Initializing"
	}
	status := &connection.Status
	status.State, status.ObservedGeneration = state, connection.Generation
	set := func(kind string, value metav1.ConditionStatus, reason, message string) {
		meta.SetStatusCondition(&status.Conditions, metav1.Condition{
			Type: kind, Status: value, Reason: reason, Message: message, ObservedGeneration: connection.Generation,
		})
	}
	set("Accepted", metav1.ConditionTrue, "Accepted", "the driver can run it")
	set("Licensed", metav1.ConditionTrue, "LicensingNotRequired", "no License is required here")
	set("Deployed", deployed, "Deployed", "the sync pod runs, or is started")
	set("Ready", metav1.ConditionFalse, "NotRunYet", fmt.Sprintf("none of %d feeds has run yet", len(feeds.Items)))
	if equality.Semantic.DeepEqual(before.Status, connection.Status) {
		return nil
	}
	return r.Status().Patch(ctx, connection, client.MergeFrom(before))
}

type feedReconciler struct{ client.Client }

func (r *feedReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var feed Feed
	if err := r.Get(ctx, request.NamespacedName, &feed); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	var connection Connection
	if err := r.Get(ctx, types.NamespacedName{Namespace: feed.Namespace, Name: feed.Spec.ConnectionRef.Name}, &connection); err != nil {
		return ctrl.Result{}, err
	}
	var driver Driver
	if err := r.Get(ctx, types.NamespacedName{Name: connection.Spec.Driver}, &driver); err != nil {
		return ctrl.Result{}, err
	}
	var siblings FeedList
	err := r.List(ctx, &siblings, client.InNamespace(feed.Namespace), client.MatchingFields{"connection": connection.Name})
	if err != nil {
		return ctrl.Result{}, err
	}
	accepted, reason := metav1.ConditionFalse, "FeedNotSupported"
	if slices.ContainsFunc(driver.Spec.Feeds, func(known struct {
		Type string `json:"type"`
	}) bool {
		return known.Type == feed.Spec.Type
	}) {
		accepted, reason = metav1.ConditionTrue, "Accepted"
	}
	for i := range siblings.Items {
		other := &siblings.Items[i]
		if other.Spec.Type == feed.Spec.Type && other.UID != feed.UID && other.CreationTimestamp.Before(&feed.CreationTimestamp) {
			accepted, reason = metav1.ConditionFalse, "FeedTypeTaken"
		}
	}
	before := feed.DeepCopyObject().(*Feed)
	feed.Status.ObservedGeneration = feed.Generation
	for kind, value := range map[string]metav1.ConditionStatus{"Accepted": accepted, "Ready": metav1.ConditionFalse} {
		meta.SetStatusCondition(&feed.Status.Conditions, metav1.Condition{
			Type: kind, Status: value, Reason: reason, Message: "the connection can run it", ObservedGeneration: feed.Generation,
		})
	}
	if equality.Semantic.DeepEqual(before.Status, feed.Status) {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{}, r.Status().Patch(ctx, &feed, client.MergeFrom(before))
}
