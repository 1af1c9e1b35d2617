import {
  FIELD_MANAGERS,
  LABELS,
  resourceType,
  type ClusterConnectionResource,
  type ConnectionKey,
  type ConnectionKindName,
  type ConnectionResource,
  type CredentialResource,
  type DriverResource,
  type FeedResource,
  type FeedRunResource,
  type LicenseResource,
  type StoreResource,
} from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Indexes, ReadCache } from '../kit/kube/cache.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { PODS, type PodView } from '../kit/kube/builtin.ts';
import { Informer } from '../kit/kube/informer.ts';
import { objectKey, type KubeObject } from '../kit/kube/objects.ts';
import type { Logger } from '../kit/log.ts';
import { markAnnotations } from './waves/mark.ts';
import {
  CHILD_TYPES,
  connectionId,
  podNamespace,
  type AnyConnection,
  type ChildKind,
  type DeploymentView,
} from './resources.ts';

export const connectionIndexes: Indexes<AnyConnection> = {
  driver: ({ spec }) => [spec.driver],
  store: (connection) => [objectKey(podNamespace(connection), connection.spec.storeRef.name)],
  credential: (connection) => [objectKey(podNamespace(connection), connection.spec.credentialRef.name)],
  /** Two connections of one shop are found by it. */
  shop: ({ spec, status }) => (status?.shop ? [`${spec.driver}/${status.shop.id}`] : []),
};

/** The connection a feed belongs to. */
export function feedConnection(feed: FeedResource): ConnectionKey {
  return {
    kind: feed.spec.connectionRef.kind ?? 'Connection',
    namespace: feed.metadata.namespace ?? 'default',
    name: feed.spec.connectionRef.name,
  };
}

export const feedIndexes: Indexes<FeedResource> = { connection: (feed) => [connectionId(feedConnection(feed))] };
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

/**
 * Of a pod's status only what says why it does not run: its addresses and times change without meaning anything here.
 */
function podStatus(status: PodView['status']): PodView['status'] {
  if (!status) return undefined;
  const { phase, reason, message, conditions = [], containerStatuses = [] } = status;
  return {
    phase,
    reason,
    message,
    conditions: conditions.filter(({ type }) => type === 'PodScheduled'),
    containerStatuses: containerStatuses.map(({ name, image, ready, restartCount, state, lastState }) => ({
      ...{ name, image, ready, restartCount, state, lastState },
    })),
  };
}

/** What reconcilers read. Every question they ask has an index: no reconcile scans. */
export interface Caches {
  readonly connections: ReadCache<ConnectionResource>;
  readonly clusterConnections: ReadCache<ClusterConnectionResource>;
  readonly drivers: ReadCache<DriverResource>;
  readonly stores: ReadCache<StoreResource>;
  readonly credentials: ReadCache<CredentialResource>;
  readonly feeds: ReadCache<FeedResource>;
  readonly feedRuns: ReadCache<FeedRunResource>;
  readonly licenses: ReadCache<LicenseResource>;
  readonly deployments: ReadCache<DeploymentView>;
  readonly pods: ReadCache<PodView>;
}

/** The same as informers, with those of the children whose content is not read. */
export interface Informers extends Caches {
  readonly connections: Informer<ConnectionResource>;
  readonly clusterConnections: Informer<ClusterConnectionResource>;
  readonly drivers: Informer<DriverResource>;
  readonly stores: Informer<StoreResource>;
  readonly credentials: Informer<CredentialResource>;
  readonly feeds: Informer<FeedResource>;
  readonly feedRuns: Informer<FeedRunResource>;
  readonly licenses: Informer<LicenseResource>;
  readonly deployments: Informer<DeploymentView>;
  readonly pods: Informer<PodView>;
  readonly children: Readonly<Record<ChildKind, Informer<KubeObject>>>;
}

/** An API server that starts anew is found soon after: what people change meanwhile waits for the operator. */
const UNREACHED_MAX_MS = 3_000;

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
  const common = { ...options, manager: FIELD_MANAGERS.operator, unreachedMaxMs: UNREACHED_MAX_MS };
  const { selector } = options;
  const own = <T extends KubeObject>(kind: string, indexes: Indexes<T> = {}) =>
    new Informer<T>({ ...common, type: resourceType(kind), indexes });
  const connection = <T extends ClusterConnectionResource | ConnectionResource>(kind: ConnectionKindName) =>
    new Informer<T>({
      ...{ ...common, type: resourceType(kind), indexes: connectionIndexes },
      ...(selector === undefined ? {} : { select: { labelSelector: selector } }),
    });
  // Children have the labels that the selector asks of: what is not this shard's does not come over the wire.
  const ofConnections = { labelSelector: [LABELS.connection, ...(selector === undefined ? [] : [selector])].join(',') };
  const child = <T extends KubeObject>(kind: ChildKind, transform: (object: T) => T) =>
    new Informer<T>({ ...common, type: CHILD_TYPES[kind], select: ofConnections, transform });
  const deployments = child<DeploymentView>('Deployment', ({ spec, status, ...rest }) => ({
    ...marked(rest),
    spec: { replicas: spec.replicas },
    status,
  }));
  // Their status alone: what a pod says of why it does not start.
  const pods = new Informer<PodView>({
    ...common,
    type: PODS,
    select: ofConnections,
    indexes: podIndexes,
    transform: ({ status, ...rest }) => ({ ...identity(rest), status: podStatus(status) }),
  });
  const others = (
    ['ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy', 'ClusterRole', 'ClusterRoleBinding'] as const
  ).map((kind) => [kind, child<KubeObject>(kind, identity)] as const);
  return {
    connections: connection<ConnectionResource>('Connection'),
    clusterConnections: connection<ClusterConnectionResource>('ClusterConnection'),
    drivers: own('Driver'),
    stores: own('Store', storeIndexes),
    credentials: own('Credential'),
    feeds: own('Feed', feedIndexes),
    feedRuns: own('FeedRun', feedRunIndexes),
    licenses: own('License', licenseIndexes),
    deployments,
    pods,
    children: { ...Object.fromEntries(others), Deployment: deployments } as unknown as Informers['children'],
  };
}

/** Of a child only who it is is kept: what we applied to it is in the informer's digest (kit/kube/owned.ts). */
function identity({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const {
    name,
    namespace,
    uid,
    resourceVersion,
    generation,
    labels = {},
    creationTimestamp,
    deletionTimestamp,
  } = metadata;
  const owner = Object.fromEntries(
    [LABELS.connection, LABELS.connectionKind].flatMap((label) =>
      labels[label] === undefined ? [] : [[label, labels[label]]],
    ),
  );
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      generation,
      creationTimestamp,
      deletionTimestamp,
      labels: owner,
    },
  };
}

/** Where a roll-out has got to is in the Deployments themselves. */
function marked(object: KubeObject): KubeObject {
  const { metadata, ...rest } = identity(object);
  return { ...rest, metadata: { ...metadata, annotations: markAnnotations(object.metadata.annotations) } };
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
