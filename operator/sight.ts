import { belongsTo, resourceType, type ConnectionKey, type ConnectionKindName } from '../crds/index.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { findConnection, type Caches } from './caches.ts';
import { isClusterWide, type OperatorConfig } from './env.ts';
import { podNamespace, type AnyConnection } from './resources.ts';

interface Sources {
  readonly config: Pick<OperatorConfig, 'installation' | 'selector' | 'watchNamespaces'>;
  readonly client: Pick<KubeClient, 'find' | 'list'>;
  readonly informers: Pick<Caches, 'connections' | 'clusterConnections'>;
}

/** Whether every connection of the kind is in view: one that is not in the cache is not there. */
export function seesAll({ selector, watchNamespaces }: Sources['config'], kind: ConnectionKindName): boolean {
  return selector === undefined && (kind === 'Connection' || isClusterWide({ watchNamespaces }));
}

/**
 * Whether this installation writes what is said of a connection's Feeds and runs: whoever has the connection does; of
 * one that is not there, whoever can know that.
 */
export async function speaksFor(sources: Sources, key: ConnectionKey): Promise<boolean> {
  const { config, client, informers } = sources;
  const found = findConnection(informers, key);
  if (found) return belongsTo(found) === config.installation;
  if (seesAll(config, key.kind)) return true;
  if (key.kind === 'ClusterConnection' && !isClusterWide(config)) return false;
  const namespace = key.kind === 'Connection' ? key.namespace : undefined;
  const live = await client.find<AnyConnection>(resourceType(key.kind), key.name, namespace);
  return live === undefined || podNamespace(live) !== key.namespace;
}

/** By which field the API server finds the connections that name something. */
const FIELDS = { store: 'spec.storeRef.name', credential: 'spec.credentialRef.name', driver: 'spec.driver' } as const;

/** How soon a thing that shards share is looked at again: nobody tells of the connections of others. */
export const OTHER_SHARDS_AGAIN_MS = 300_000;

/**
 * The connections that name a Store, a Credential (namespace/name) or a Driver. Those of other shards are not in view
 * and count too: what they use may not be deleted either.
 */
export async function usersOf(
  { config, client, informers }: Sources,
  by: keyof typeof FIELDS,
  value: string,
): Promise<AnyConnection[]> {
  if (config.selector === undefined)
    return [...informers.connections.byIndex(by, value), ...informers.clusterConnections.byIndex(by, value)];
  const [name, namespace] = value.split('/').reverse();
  const select = { fieldSelector: `${FIELDS[by]}=${name}` };
  const own = client.list<AnyConnection>(resourceType('Connection'), { ...select, namespace });
  const wide = isClusterWide(config)
    ? client.list<AnyConnection>(resourceType('ClusterConnection'), select)
    : Promise.resolve({ items: [] });
  const found = (await Promise.all([own, wide])).flatMap(({ items }) => items);
  return namespace === undefined ? found : found.filter((one) => podNamespace(one) === namespace);
}
