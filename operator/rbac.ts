import { GROUP, type ConnectionKey } from '../crds/index.ts';

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ['get', 'list', 'watch'] as const;
const rule = (
  group: string,
  resources: readonly string[],
  verbs: readonly string[],
  resourceNames?: readonly string[],
): PolicyRule => ({ apiGroups: [group], resources, verbs, ...(resourceNames ? { resourceNames } : {}) });

/** What a sync pod may do in its namespace. There is no Secret in it: the kubelet mounts the one it needs. */
export function syncPodRules(key: ConnectionKey): PolicyRule[] {
  const own = key.kind === 'Connection' ? ownConnectionRules('connections', key.name) : [];
  return [
    ...own,
    rule(GROUP, ['feeds', 'feedruns'], READ),
    rule(GROUP, ['feeds/status', 'feedruns/status'], ['patch']),
    rule('events.k8s.io', ['events'], ['create']),
  ];
}

/** What the pod of a ClusterConnection may do outside any namespace; Events about it are written to "default". */
export function syncPodClusterRules(key: ConnectionKey): PolicyRule[] {
  return [...ownConnectionRules('clusterconnections', key.name), rule('events.k8s.io', ['events'], ['create'])];
}

function ownConnectionRules(plural: string, name: string): PolicyRule[] {
  return [rule(GROUP, [plural], READ, [name]), rule(GROUP, [`${plural}/status`], ['patch'], [name])];
}

const NAMESPACED_KINDS = ['connections', 'credentials', 'feeds', 'feedruns', 'stores'];
const CLUSTER_KINDS = ['clusterconnections', 'drivers', 'licenses'];

/**
 * Server-side apply is a patch, and `create` because it may create. Nothing is deleted: owner references see to that.
 */
const APPLY = ['get', 'list', 'watch', 'create', 'patch'] as const;

/**
 * What the operator may do in each namespace it watches: the chart's ClusterRole, or its Role for each namespace of a
 * limited installation. It grants sync pods only what it holds itself. On Secrets it has `create` alone: it makes keys
 * and can never read one.
 */
export const OPERATOR_NAMESPACE_RULES: readonly PolicyRule[] = [
  rule(GROUP, NAMESPACED_KINDS, [...READ, 'patch']),
  rule(GROUP, ['feedruns'], ['delete']),
  rule(
    GROUP,
    NAMESPACED_KINDS.map((plural) => `${plural}/status`),
    ['patch'],
  ),
  rule(
    GROUP,
    NAMESPACED_KINDS.map((plural) => `${plural}/finalizers`),
    ['update'],
  ),
  rule('', ['serviceaccounts'], APPLY),
  rule('rbac.authorization.k8s.io', ['roles', 'rolebindings'], APPLY),
  rule('networking.k8s.io', ['networkpolicies'], APPLY),
  rule('apps', ['deployments'], APPLY),
  // Why a sync pod does not start is in its status alone.
  rule('', ['pods'], ['list', 'watch']),
  rule('', ['secrets'], ['create']),
  rule('', ['namespaces'], ['get']),
  rule('events.k8s.io', ['events'], ['create']),
];

/** What it needs beside that to look after cluster-scoped kinds; only in an installation for the whole cluster. */
export const OPERATOR_CLUSTER_RULES: readonly PolicyRule[] = [
  rule(GROUP, CLUSTER_KINDS, [...READ, 'patch']),
  rule(
    GROUP,
    CLUSTER_KINDS.map((plural) => `${plural}/status`),
    ['patch'],
  ),
  rule(
    GROUP,
    CLUSTER_KINDS.map((plural) => `${plural}/finalizers`),
    ['update'],
  ),
  rule('rbac.authorization.k8s.io', ['clusterroles', 'clusterrolebindings'], APPLY),
];

/**
 * All that an installation limited to namespaces needs outside them: the catalogue and the licences, to read. Both are
 * cluster-scoped and hold no secret.
 */
export const OPERATOR_LIMITED_CLUSTER_RULES: readonly PolicyRule[] = [rule(GROUP, ['drivers', 'licenses'], READ)];

/** In the operator's own namespace: its lease. */
export const OPERATOR_LEASE_RULES: readonly PolicyRule[] = [
  rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
];
