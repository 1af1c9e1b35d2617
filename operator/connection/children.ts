import { childName, GROUP } from '../../crds/index.ts';
import type { Intent, OwnerReference } from '../../kit/kube/objects.ts';
import { syncPodClusterRules, syncPodRules } from '../rbac.ts';
import { annotationsOf } from '../waves/mark.ts';
import { CHILD_TYPES, connectionKey, podNamespace, type AnyConnection, type ChildKind } from '../resources.ts';
import type { ChildrenInput } from './children-input.ts';
import { deploymentSpec } from './deployment.ts';
import { childLabels } from './labels.ts';
import { networkPolicySpec } from './network.ts';

/** One child and how to address it. */
export interface Child {
  readonly kind: ChildKind;
  readonly intent: Intent;
}

/** Every child of a connection, in the order in which one needs the other. Pure. */
export function childrenOf(input: ChildrenInput): Child[] {
  const { connection, store, driver } = input;
  const key = connectionKey(connection);
  const labels = childLabels(connection, store, driver, input.pod);
  const owner = ownerOf(connection);
  const metadata = { name: childName(key), namespace: podNamespace(connection), labels, ownerReferences: [owner] };
  const child = (kind: ChildKind, fields: object): Child => ({
    kind,
    intent: { apiVersion: CHILD_TYPES[kind].apiVersion, kind, metadata, ...fields },
  });
  const annotations = input.mark && { annotations: annotationsOf(input.mark) };
  return [
    child('ServiceAccount', {}),
    child('Role', { rules: syncPodRules(key) }),
    child('RoleBinding', bindingTo('Role', childName(key), input)),
    ...(key.kind === 'ClusterConnection' ? clusterChildren(input, labels, owner) : []),
    child('NetworkPolicy', { spec: networkPolicySpec(input) }),
    child('Deployment', { metadata: { ...metadata, ...annotations }, spec: deploymentSpec(input, labels) }),
  ];
}

/** A cluster-scoped connection is not in its pod's namespace: a Role there cannot grant it. */
function clusterChildren(input: ChildrenInput, labels: Record<string, string>, owner: OwnerReference): Child[] {
  const key = connectionKey(input.connection);
  const name = clusterChildName(key.name);
  const metadata = { name, labels, ownerReferences: [owner] };
  const apiVersion = CHILD_TYPES.ClusterRole.apiVersion;
  return [
    { kind: 'ClusterRole', intent: { apiVersion, kind: 'ClusterRole', metadata, rules: syncPodClusterRules(key) } },
    {
      kind: 'ClusterRoleBinding',
      intent: { apiVersion, kind: 'ClusterRoleBinding', metadata, ...bindingTo('ClusterRole', name, input) },
    },
  ];
}

/** Cluster-scoped names are shared with everyone. */
export function clusterChildName(connection: string): string {
  return `supercargo:${childName({ kind: 'ClusterConnection', name: connection })}`;
}

function bindingTo(kind: 'Role' | 'ClusterRole', name: string, { connection }: ChildrenInput): object {
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [
      { kind: 'ServiceAccount', name: childName(connectionKey(connection)), namespace: podNamespace(connection) },
    ],
  };
}

function ownerOf({ kind, metadata, apiVersion }: AnyConnection): OwnerReference {
  if (!apiVersion.startsWith(`${GROUP}/`)) throw new TypeError(`not one of ours: ${apiVersion}`);
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}
