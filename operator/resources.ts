import type { ConnectionKey, ConnectionKindName } from '../crds/index.ts';
import { clusterScoped, DEPLOYMENTS, namespaced, NETWORK_POLICIES } from '../kit/kube/builtin.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { ClusterConnectionView, ConnectionView } from './views.ts';

/** A connection of either scope, as far as it is kept. */
export type AnyConnection = ConnectionView | ClusterConnectionView;

/** Kinds of Kubernetes itself that a connection becomes. */
export const CHILD_TYPES = {
  ServiceAccount: namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  Role: namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  RoleBinding: namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  NetworkPolicy: NETWORK_POLICIES,
  Deployment: DEPLOYMENTS,
  ClusterRole: clusterScoped('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles'),
  ClusterRoleBinding: clusterScoped('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings'),
} as const;

export type ChildKind = keyof typeof CHILD_TYPES;

/** What is kept of a Deployment. */
export interface DeploymentView extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastUpdateTime?: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** Namespace of a connection's pod, Store, Credential and Feeds. */
export function podNamespace(connection: AnyConnection): string {
  return 'namespace' in connection.spec ? connection.spec.namespace : (connection.metadata.namespace ?? 'default');
}

/** What identifies the connection towards pod and hub. */
export function connectionKey(connection: AnyConnection): ConnectionKey {
  return {
    kind: connection.kind as ConnectionKindName,
    namespace: podNamespace(connection),
    name: connection.metadata.name,
  };
}

/** One string of it, for indexes. */
export function connectionId(key: ConnectionKey): string {
  return `${key.kind}/${key.namespace}/${key.name}`;
}

/** "Connection shop-a/vendure", for messages. */
export function describeConnection(key: Pick<ConnectionKey, 'kind' | 'namespace' | 'name'>): string {
  return key.kind === 'Connection' ? `Connection ${key.namespace}/${key.name}` : `ClusterConnection ${key.name}`;
}

/** How many of these connections still need what they name: one that is being deleted no longer does. */
export function inUse(connections: readonly KubeObject[]): number {
  return connections.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
}

/** Oldest first; of two of the same second the one whose name comes first, so that every replica decides alike. */
export function byAge(a: KubeObject, b: KubeObject): number {
  const age = (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '');
  return (
    age || `${a.metadata.namespace}/${a.metadata.name}`.localeCompare(`${b.metadata.namespace}/${b.metadata.name}`)
  );
}
