import { childName, FINALIZER, resourceType, type ConnectionKindName } from '../../crds/index.ts';
import type { JsonPatchOperation, KubeClient } from '../../kit/kube/client.ts';
import { keyOf, type ResourceType } from '../../kit/kube/objects.ts';
import type { Context } from '../context.ts';
import { isClusterWide } from '../env.ts';
import { CHILD_TYPES, connectionKey, podNamespace, type AnyConnection, type DeploymentView } from '../resources.ts';
import { shardLabels } from './labels.ts';

type Parts = Pick<Context, 'config' | 'client' | 'claims' | 'informers'>;

/**
 * What is done about a connection that is no longer in view: deleted, or labelled for another shard. In the second case
 * nothing of it is touched but the claim, which is given up: the other shard takes all over as it is.
 */
export async function letGoOf({ config, client, claims }: Parts, type: ResourceType, key: string): Promise<void> {
  claims.forget(type, key);
  if (config.selector === undefined) return;
  const [name = '', namespace] = key.split('/').reverse();
  const live = await client.find<AnyConnection>(type, name, namespace);
  if (!live || live.status?.installation !== config.installation) return;
  if (await isOfShard(client, type, live, config.selector)) return; // the watch is about to say so
  await claims.release(type, live);
}

/** Labelled for another shard while nobody looked: their claims are given up, too. */
export async function letGoOfStrays(parts: Parts): Promise<void> {
  const { config, client, informers } = parts;
  if (config.selector === undefined) return;
  const own = { fieldSelector: `status.installation=${config.installation}` };
  const kinds: [ConnectionKindName, readonly (string | undefined)[]][] = [
    ['Connection', isClusterWide(config) ? [undefined] : config.watchNamespaces],
    ['ClusterConnection', isClusterWide(config) ? [undefined] : []],
  ];
  for (const [kind, namespaces] of kinds) {
    const type = resourceType(kind);
    const inView = kind === 'Connection' ? informers.connections : informers.clusterConnections;
    for (const namespace of namespaces) {
      const { items } = await client.list<AnyConnection>(type, { ...own, namespace });
      for (const key of items.map(keyOf)) if (!inView.get(key)) await letGoOf(parts, type, key);
    }
  }
}

/**
 * A Deployment with the labels of another shard is not in view, and what is decided of a connection rests on what runs:
 * it gets the labels of this shard first. True: it did, and the watch brings it.
 */
export async function bringsIntoView(
  { config, client, informers }: Parts,
  connection: AnyConnection,
): Promise<boolean> {
  if (config.selector === undefined) return false;
  const namespace = podNamespace(connection);
  const name = childName(connectionKey(connection));
  if (informers.deployments.find(namespace, name) || !connection.metadata.finalizers?.includes(FINALIZER)) return false;
  const live = await client.find<DeploymentView>(CHILD_TYPES.Deployment, name, namespace);
  const controller = live?.metadata.ownerReferences?.find((owner) => owner.controller);
  if (!live || controller?.uid !== connection.metadata.uid) return false;
  const changes = relabelled(live, shardLabels(connection, config.shardKeys), config.shardKeys);
  if (changes.length === 0) return false; // made just now: the watch is behind
  await client.jsonPatch(CHILD_TYPES.Deployment, live.metadata, changes);
  return true;
}

/** Pure. */
function relabelled(
  { metadata }: DeploymentView,
  wanted: Readonly<Record<string, string>>,
  keys: readonly string[],
): JsonPatchOperation[] {
  return keys.flatMap((key): JsonPatchOperation[] => {
    const path = `/metadata/labels/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const before = metadata.labels?.[key];
    const after = wanted[key];
    if (before === after) return [];
    return after === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value: after }];
  });
}

/** As the API server judges it: nobody else reads selectors. */
async function isOfShard(
  client: Pick<KubeClient, 'list'>,
  type: ResourceType,
  { metadata: { name, namespace } }: AnyConnection,
  selector: string,
): Promise<boolean> {
  const select = { namespace, labelSelector: selector, fieldSelector: `metadata.name=${name}` };
  return (await client.list(type, select)).items.length > 0;
}
