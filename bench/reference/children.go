package main

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const connectionLabel = "supercargo.dev/connection"

type object = map[string]any

func childName(connection *Connection) string { return "sync-" + connection.Name }

func filterLabels(connection *Connection, store *Store, driver *Driver) map[string]string {
	return map[string]string{
		"supercargo.dev/client":        store.Spec.Client,
		"supercargo.dev/store":         connection.Spec.StoreRef.Name,
		"supercargo.dev/driver":        connection.Spec.Driver,
		"supercargo.dev/warehouse":     connection.Spec.Warehouse,
		"supercargo.dev/platform-kind": driver.Spec.PlatformKind,
	}
}

// childrenOf makes what Supercargo's operator makes of a connection, field for field.
func childrenOf(connection *Connection, store *Store, credential *Credential, driver *Driver) []*unstructured.Unstructured {
	name := childName(connection)
	selector := object{
		"app.kubernetes.io/name": "supercargo-sync", connectionLabel: connection.Name, "supercargo.dev/connection-kind": "Connection",
	}
	labels := object{
		"app.kubernetes.io/component": "sync", "app.kubernetes.io/part-of": "supercargo", "app.kubernetes.io/managed-by": "reference",
	}
	for key, value := range selector {
		labels[key] = value
	}
	for key, value := range filterLabels(connection, store, driver) {
		labels[key] = value
	}
	child := func(apiVersion, kind string, fields object) *unstructured.Unstructured {
		fields["apiVersion"], fields["kind"] = apiVersion, kind
		made := &unstructured.Unstructured{Object: fields}
		made.SetName(name)
		made.SetNamespace(connection.Namespace)
		_ = unstructured.SetNestedMap(made.Object, labels, "metadata", "labels")
		made.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(connection, groupVersion.WithKind("Connection"))})
		return made
	}
	return []*unstructured.Unstructured{
		child("v1", "ServiceAccount", object{}),
		child("rbac.authorization.k8s.io/v1", "Role", object{"rules": rules(connection)}),
		child("rbac.authorization.k8s.io/v1", "RoleBinding", object{
			"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
			"subjects": []any{object{"kind": "ServiceAccount", "name": name, "namespace": connection.Namespace}},
		}),
		child("networking.k8s.io/v1", "NetworkPolicy", object{"spec": networkPolicy(selector)}),
		child("apps/v1", "Deployment", object{"spec": deployment(connection, credential, labels, selector)}),
	}
}

func rules(connection *Connection) []any {
	own := []any{connection.Name}
	rule := func(group string, resources []any, verbs ...any) object {
		return object{"apiGroups": []any{group}, "resources": resources, "verbs": verbs}
	}
	read := rule("supercargo.dev", []any{"connections"}, "get", "list", "watch")
	write := rule("supercargo.dev", []any{"connections/status"}, "patch")
	read["resourceNames"], write["resourceNames"] = own, own
	return []any{
		read, write,
		rule("supercargo.dev", []any{"feeds", "feedruns"}, "get", "list", "watch"),
		rule("supercargo.dev", []any{"feeds/status", "feedruns/status"}, "patch"),
		rule("events.k8s.io", []any{"events"}, "create"),
	}
}

func networkPolicy(selector object) object {
	ports := func(numbers ...int64) []any {
		all := []any{}
		for _, number := range numbers {
			all = append(all, object{"protocol": "TCP", "port": number})
		}
		return all
	}
	anywhere := []any{object{"ipBlock": object{"cidr": "0.0.0.0/0"}}, object{"ipBlock": object{"cidr": "::/0"}}}
	hub := object{
		"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "default"}},
		"podSelector":       object{"matchLabels": object{"app.kubernetes.io/name": "supercargo", "app.kubernetes.io/component": "hub"}},
	}
	return object{
		"podSelector": object{"matchLabels": selector},
		"policyTypes": []any{"Egress", "Ingress"},
		"ingress":     []any{object{"ports": ports(8080)}},
		"egress": []any{
			object{"ports": append(ports(53), object{"protocol": "UDP", "port": int64(53)})},
			object{"ports": ports(9, 8080), "to": []any{hub}},
			object{"ports": ports(443, 6443), "to": anywhere},
			object{"ports": ports(80, 443), "to": anywhere},
		},
	}
}

func deployment(connection *Connection, credential *Credential, labels, selector object) object {
	return object{
		"replicas":                int64(1),
		"revisionHistoryLimit":    int64(2),
		"progressDeadlineSeconds": int64(300),
		"strategy":                object{"type": "Recreate"},
		"selector":                object{"matchLabels": selector},
		"template":                object{"metadata": object{"labels": labels}, "spec": pod(connection, credential)},
	}
}

func pod(connection *Connection, credential *Credential) object {
	return object{
		"serviceAccountName":            childName(connection),
		"automountServiceAccountToken":  true,
		"terminationGracePeriodSeconds": int64(60),
		"securityContext": object{
			"runAsNonRoot": true, "runAsUser": int64(65532), "runAsGroup": int64(65532), "fsGroup": int64(65532),
			"seccompProfile": object{"type": "RuntimeDefault"},
		},
		"containers": []any{container(connection, credential)},
		"volumes": []any{
			object{"name": "credential", "secret": object{"secretName": credential.Spec.SecretRef.Name, "optional": true}},
			object{"name": "hub-token", "projected": object{"sources": []any{object{"serviceAccountToken": object{
				"audience": "supercargo-hub", "expirationSeconds": int64(3600), "path": "token",
			}}}}},
		},
	}
}

func container(connection *Connection, credential *Credential) object {
	probe := func(path string, period, failures int64) object {
		return object{
			"httpGet":       object{"path": path, "port": "http"},
			"periodSeconds": period, "failureThreshold": failures, "timeoutSeconds": int64(5),
		}
	}
	secret, _ := json.Marshal(object{"name": credential.Name, "secretName": credential.Spec.SecretRef.Name})
	env := []any{}
	for _, pair := range [][2]string{
		{"SUPERCARGO_CONNECTION_KIND", "Connection"}, {"SUPERCARGO_CONNECTION_NAME", connection.Name},
		{"SUPERCARGO_NAMESPACE", connection.Namespace}, {"SUPERCARGO_DRIVER", connection.Spec.Driver},
		{"SUPERCARGO_STORE", connection.Spec.StoreRef.Name}, {"SUPERCARGO_HUB_URL", "http://127.0.0.1:9"},
		{"SUPERCARGO_ALLOW_PLAIN_HTTP", "false"}, {"SUPERCARGO_HUB_TOKEN_FILE", "/var/run/secrets/supercargo/hub/token"},
		{"SUPERCARGO_CREDENTIAL", string(secret)}, {"SUPERCARGO_CREDENTIAL_DIR", "/etc/supercargo/credential"},
		{"NODE_OPTIONS", "--max-semi-space-size=4"}, {"MALLOC_ARENA_MAX", "1"},
	} {
		env = append(env, object{"name": pair[0], "value": pair[1]})
	}
	env = append(env, object{"name": "POD_NAME", "valueFrom": object{"fieldRef": object{"apiVersion": "v1", "fieldPath": "metadata.name"}}})
	limits := object{"memory": "256Mi"}
	for name, value := range connection.Spec.Resources.Limits {
		limits[name] = value
	}
	return object{
		"name": "sync", "image": "supercargo:bench", "imagePullPolicy": "IfNotPresent", "args": []any{"sync"}, "env": env,
		"ports":           []any{object{"name": "http", "containerPort": int64(8080), "protocol": "TCP"}},
		"startupProbe":    probe("/healthz", 2, 30),
		"livenessProbe":   probe("/healthz", 20, 3),
		"readinessProbe":  probe("/readyz", 5, 3),
		"resources":       object{"requests": object{"cpu": "50m", "memory": "96Mi"}, "limits": limits},
		"securityContext": object{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": object{"drop": []any{"ALL"}}},
		"volumeMounts": []any{
			object{"name": "credential", "mountPath": "/etc/supercargo/credential", "readOnly": true},
			object{"name": "hub-token", "mountPath": "/var/run/secrets/supercargo/hub", "readOnly": true},
		},
	}
}
