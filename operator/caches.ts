import {
  FIELD_MANAGERS,
  LABELS,
  resourceType,
  type ConnectionKey,
  type ConnectionKindName,
  type CredentialResource,
  type DriverResource,
  type FeedRunResource,
  type LicenseResource,
  type StoreResource,
} from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Indexes, ReadCache } from '../kit/kube/cache.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { PODS, type PodView } from '../kit/kube/builtin.ts';
import { Informer, type AppliedPart } from '../kit/kube/informer.ts';
import { Lanes } from '../kit/kube/lanes.ts';
import { objectKey, type KubeObject } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';
import { createKeepers } from './kept.ts';
import {
  CHILD_TYPES,
  connectionId,
  podNamespace,
  type AnyConnection,
  type ChildKind,
  type DeploymentView,
} from './resources.ts';
import type { ClusterConnectionView, ConnectionView, FeedView } from './views.ts';

export const connectionIndexes: Indexes<AnyConnection> = {
  driver: ({ spec }) => [spec.driver],
  store: (connection) => [objectKey(podNamespace(connection), connection.spec.storeRef.name)],
  credential: (connection) => [objectKey(podNamespace(connection), connection.spec.credentialRef.name)],
  /** Two connections of one shop are found by it. */
  shop: ({ spec, status }) => (status?.shop ? [`${spec.driver}/${status.shop.id}`] : []),
};

/** The connection a feed belongs to. */
export function feedConnection(feed: FeedView): ConnectionKey {
  return {
    kind: feed.spec.connectionRef.kind ?? 'Connection',
    namespace: feed.metadata.namespace ?? 'default',
    name: feed.spec.connectionRef.name,
  };
}

export const feedIndexes: Indexes<FeedView> = { connection: (feed) => [connectionId(feedConnection(feed))] };
export const feedRunIndexes: Indexes<FeedRunResource> = {
  feed: (run) => [objectKey(run.metadata.namespace, run.spec.feedRef.name)],
};
/** Stores that are opened by the key of another are found by that one. */
export const storeIndexes: Indexes<StoreResource> = {
  keyStore: ({ metadata, spec }) => {
    const keyOf = spec.developerApi?.keyOf;
    return keyOf ? [objectKey(keyOf.namespace ?? metadata.namespace, keyOf.name)] : [];
  },
};

export const licenseIndexes: Indexes<LicenseResource> = {
  all: () => ['all'],
  store: ({ spec }) => (spec.stores ?? []).map((store) => objectKey(store.namespace, store.name)),
};

/** The connection a child was made for, by its labels; a cluster-scoped child does not know the pod's namespace. */
export function connectionOfChild(child: KubeObject): ConnectionKey | undefined {
  const name = child.metadata.labels?.[LABELS.connection];
  const kind = child.metadata.labels?.[LABELS.connectionKind];
  return name === undefined || kind === undefined
    ? undefined
    : { kind: kind as ConnectionKindName, namespace: child.metadata.namespace ?? '', name };
}

/** Pods are found by their connection; those of a cluster-scoped one are in the namespace that it names. */
export const podIndexes: Indexes<PodView> = {
  connection: (pod) => {
    const key = connectionOfChild(pod);
    return key ? [connectionId(key)] : [];
  },
};

/** What reconcilers read. Every question they ask has an index: no reconcile scans. */
export interface Caches {
  readonly connections: ReadCache<ConnectionView>;
  readonly clusterConnections: ReadCache<ClusterConnectionView>;
  readonly drivers: ReadCache<DriverResource>;
  readonly stores: ReadCache<StoreResource>;
  readonly credentials: ReadCache<CredentialResource>;
  readonly feeds: ReadCache<FeedView>;
  readonly feedRuns: ReadCache<FeedRunResource>;
  readonly licenses: ReadCache<LicenseResource>;
  readonly deployments: ReadCache<DeploymentView>;
  readonly pods: ReadCache<PodView>;
}

/** The same as informers, with those of the children whose content is not read. */
export interface Informers extends Caches {
  readonly connections: Informer<ConnectionView>;
  readonly clusterConnections: Informer<ClusterConnectionView>;
  readonly drivers: Informer<DriverResource, 'status'>;
  readonly stores: Informer<StoreResource, 'status'>;
  readonly credentials: Informer<CredentialResource, 'status'>;
  readonly feeds: Informer<FeedView, 'status'>;
  readonly feedRuns: Informer<FeedRunResource>;
  readonly licenses: Informer<LicenseResource, 'status'>;
  readonly deployments: Informer<DeploymentView, 'main'>;
  readonly pods: Informer<PodView>;
  readonly children: Readonly<Record<ChildKind, Informer<KubeObject, 'main'>>>;
}

/** An API server that starts anew is found soon after: what people change meanwhile waits for the operator. */
const UNREACHED_MAX_MS = 3_000;
/** A page of five hundred Deployments is some ten MiB while it is read. Two lists keep both ends of the wire busy. */
const LISTS_AT_ONCE = 2;

/** The connection of a key; one of the cluster's only where its pod lives in that namespace. */
export function findConnection(
  caches: Pick<Caches, 'connections' | 'clusterConnections'>,
  key: ConnectionKey,
): AnyConnection | undefined {
  if (key.kind === 'Connection') return caches.connections.get(objectKey(key.namespace, key.name));
  const found = caches.clusterConnections.get(key.name);
  return found && podNamespace(found) === key.namespace ? found : undefined;
}

/** Everything the operator watches. No Secret is among it. `selector`: of connections, and of what they became. */
export function createInformers(options: {
  client: KubeClient;
  namespaces: readonly string[];
  selector?: string | undefined;
  log: Logger;
  clock: Clock;
  random: () => number;
}): Informers {
  const { selector, ...rest } = options;
  const common = { ...rest, unreachedMaxMs: UNREACHED_MAX_MS, lanes: new Lanes(LISTS_AT_ONCE) };
  const applying = <P extends AppliedPart>(...parts: readonly P[]) => ({ manager: FIELD_MANAGERS.operator, parts });
  const keep = createKeepers();
  const own = <T extends KubeObject>(kind: string, indexes: Indexes<T> = {}) =>
    new Informer<T, 'status'>({ ...common, ...applying('status'), type: resourceType(kind), indexes });
  const connection = <T extends ClusterConnectionView | ConnectionView>(
    kind: ConnectionKindName,
    transform: (object: T) => T,
  ) =>
    new Informer<T>({
      ...{ ...common, ...applying('main', 'status'), type: resourceType(kind), indexes: connectionIndexes, transform },
      // What people change waits behind no other list.
      lanes: undefined,
      ...(selector === undefined ? {} : { select: { labelSelector: selector } }),
    });
  // Children have the labels that the selector asks of: what is not this shard's does not come over the wire.
  const select = { labelSelector: [LABELS.connection, ...(selector === undefined ? [] : [selector])].join(',') };
  const child = <T extends KubeObject>(kind: ChildKind, transform: (object: T) => T) =>
    new Informer<T, 'main'>({ ...common, ...applying('main'), type: CHILD_TYPES[kind], select, transform });
  const deployments = child('Deployment', keep.deployment);
  const others = (
    ['ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy', 'ClusterRole', 'ClusterRoleBinding'] as const
  ).map((kind) => [kind, child(kind, keep.child)] as const);
  return {
    connections: connection<ConnectionView>('Connection', keep.connection),
    clusterConnections: connection<ClusterConnectionView>('ClusterConnection', keep.connection),
    drivers: own('Driver'),
    stores: own('Store', storeIndexes),
    credentials: own('Credential'),
    feeds: new Informer<FeedView, 'status'>({
      ...{ ...common, ...applying('status'), type: resourceType('Feed'), indexes: feedIndexes, transform: keep.feed },
    }),
    feedRuns: new Informer<FeedRunResource>({
      ...{ ...common, ...applying('main', 'status'), type: resourceType('FeedRun'), indexes: feedRunIndexes },
    }),
    licenses: own('License', licenseIndexes),
    deployments,
    pods: new Informer({ ...common, type: PODS, select, indexes: podIndexes, transform: keep.pod }),
    children: { ...Object.fromEntries(others), Deployment: deployments } as unknown as Informers['children'],
  };
}

/** Every informer, children's too. */
export function allInformers(informers: Informers): Informer<KubeObject>[] {
  const { children, connections, clusterConnections, drivers, stores, credentials, feeds, feedRuns, licenses } =
    informers;
  return [
    connections,
    clusterConnections,
    drivers,
    stores,
    credentials,
    feeds,
    feedRuns,
    licenses,
    ...Object.values(children),
    informers.pods,
  ] as unknown as Informer<KubeObject>[];
}
