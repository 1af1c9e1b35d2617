import type { AddOptions } from '../kit/queue.ts';
import { PRIORITY } from '../kit/queue.ts';
import type { Change } from '../kit/kube/informer.ts';
import { keyOf, objectKey, type Key, type KubeObject } from '../kit/kube/objects.ts';
import {
  belongsTo,
  type ConnectionKey,
  type CredentialResource,
  type DriverResource,
  type FeedRunResource,
  type LicenseResource,
  type StoreResource,
} from '../crds/index.ts';
import { connectionOfChild, feedConnection, findConnection, type Caches } from './caches.ts';
import { ROLLOUT_KEY } from './waves/key.ts';
import { connectionId, connectionKey, podNamespace, type AnyConnection, type DeploymentView } from './resources.ts';
import type { FeedView } from './views.ts';

/** Names of the controllers; one queue each. */
export const CONTROLLERS = [
  'connection',
  'clusterconnection',
  'feed',
  'feedrun',
  'store',
  'credential',
  'driver',
  'license',
  'rollout',
] as const;
export type ControllerName = (typeof CONTROLLERS)[number];
export type Enqueue = (controller: ControllerName, key: Key, options?: AddOptions) => void;

/** Counts in a status may lag this much: a thousand new connections are one change of their Driver. */
const COUNT_DELAY_MS = 500;
/** Where those of other shards have to be asked for, less often. */
const COUNT_OF_SHARDS_DELAY_MS = 30_000;
/** Steps of a roll-out that come together are one look at all Deployments. */
const ROLLOUT_DELAY_MS = 200;

/**
 * Who must look again when something changes. References are followed from both states of an object, so that the one
 * it no longer names learns of it too. Nothing here reads more than an index.
 */
export class Triggers {
  readonly #caches: Caches;
  readonly #enqueue: Enqueue;
  readonly #sharded: boolean;

  /** `sharded`: not all connections are in view. */
  constructor(caches: Caches, enqueue: Enqueue, sharded = false) {
    this.#caches = caches;
    this.#enqueue = enqueue;
    this.#sharded = sharded;
  }

  connection(change: Change<AnyConnection>): void {
    this.#self(controllerOf(change), change);
    const states = statesOf(change);
    for (const connection of states) {
      const namespace = podNamespace(connection);
      const afterMs = this.#sharded ? COUNT_OF_SHARDS_DELAY_MS : COUNT_DELAY_MS;
      const later = { afterMs, priority: change.first ? PRIORITY.listed : PRIORITY.normal };
      this.#enqueue('store', objectKey(namespace, connection.spec.storeRef.name), later);
      this.#enqueue('credential', objectKey(namespace, connection.spec.credentialRef.name), later);
      this.#enqueue('driver', connection.spec.driver, later);
      if (connection.status?.shop && !change.first)
        this.#all('shop', `${connection.spec.driver}/${connection.status.shop.id}`);
    }
    const owners = [change.object, change.previous].map((state) => state && belongsTo(state));
    const handedOver = states.length === 2 && owners[0] !== owners[1];
    // Feeds ask of their connection only whether it is there and switched on, and whose it is.
    if (change.object?.spec.enabled !== change.previous?.spec.enabled || states.length === 1 || handedOver) {
      for (const connection of states)
        this.#feeds(connectionKey(connection), change.first ? PRIORITY.listed : PRIORITY.normal);
    }
    if (handedOver) this.#runs(connectionKey(states[0]!));
  }

  driver(change: Change<DriverResource>): void {
    this.#self('driver', change);
    if (change.first || !specChanged(change)) return;
    this.#all('driver', change.key);
    for (const cache of [this.#caches.connections, this.#caches.clusterConnections]) {
      for (const connection of cache.byIndex('driver', change.key)) this.#feeds(connectionKey(connection));
    }
  }

  store(change: Change<StoreResource>): void {
    this.#self('store', change);
    const existence = change.object === undefined || change.previous === undefined;
    if (existence)
      for (const license of this.#caches.licenses.byIndex('store', change.key))
        this.#enqueue('license', keyOf(license));
    if (!change.first && specChanged(change)) this.#all('store', change.key);
    if (!change.first && (existence || specChanged(change)))
      for (const opened of this.#caches.stores.byIndex('keyStore', change.key)) this.#enqueue('store', keyOf(opened));
  }

  credential(change: Change<CredentialResource>): void {
    this.#self('credential', change);
    if (!change.first && specChanged(change)) this.#all('credential', change.key);
  }

  /** Seats follow from spec and status alike: whoever is or was assigned looks again. */
  license(change: Change<LicenseResource>): void {
    this.#self('license', change);
    if (change.first) return;
    for (const license of statesOf(change)) {
      for (const store of license.spec.stores ?? []) this.#all('store', objectKey(store.namespace, store.name));
    }
    const firstOrLast = this.#caches.licenses.size <= 1 && statesOf(change).length === 1;
    if (firstOrLast) this.#everyConnection();
  }

  feed(change: Change<FeedView>): void {
    if (this.#asks(change)) this.#self('feed', change);
    for (const feed of statesOf(change)) {
      const key = feedConnection(feed);
      if (change.first) continue;
      this.#connection(key);
      const cameOrWent = change.object === undefined || change.previous === undefined;
      if (cameOrWent) this.#feeds(key);
      if (cameOrWent)
        for (const run of this.#caches.feedRuns.byIndex('feed', change.key)) this.#enqueue('feedrun', keyOf(run));
    }
  }

  feedRun(change: Change<FeedRunResource>): void {
    this.#self('feedrun', change);
  }

  /** The CA of the hub, which every pod is given. */
  hubCa(): void {
    this.#everyConnection();
  }

  /** Somebody waits for a turn, or a pod got on. */
  rollout(): void {
    this.#enqueue('rollout', ROLLOUT_KEY, { afterMs: ROLLOUT_DELAY_MS });
  }

  /** A child that changed or went away is put right by its connection. */
  child(change: Change<KubeObject> | Change<DeploymentView>): void {
    if (change.first) return;
    if ((change.object ?? change.previous)?.kind === 'Deployment') this.rollout();
    for (const child of statesOf<KubeObject>(change)) {
      const key = connectionOfChild(child);
      if (key) this.#connection(key);
    }
  }

  /** Of a feed of another shard only what nobody has spoken of yet is asked about: that takes a request. */
  #asks({ object, previous }: Change<FeedView>): boolean {
    const feed = object ?? previous;
    if (!this.#sharded || (feed && findConnection(this.#caches, feedConnection(feed)))) return true;
    return object?.status?.observedGeneration !== object?.metadata.generation;
  }

  #runs(key: ConnectionKey): void {
    for (const feed of this.#caches.feeds.byIndex('connection', connectionId(key)))
      for (const run of this.#caches.feedRuns.byIndex('feed', keyOf(feed))) this.#enqueue('feedrun', keyOf(run));
  }

  #self(controller: ControllerName, change: Change<KubeObject & { status?: { observedGeneration?: number } }>): void {
    const settled = change.object?.status?.observedGeneration === change.object?.metadata.generation;
    const listed = settled ? PRIORITY.listed : PRIORITY.unsettled;
    this.#enqueue(controller, change.key, { priority: change.first ? listed : PRIORITY.changed });
  }

  #connection(key: ConnectionKey): void {
    if (key.kind === 'Connection')
      this.#enqueue('connection', objectKey(key.namespace, key.name), { priority: PRIORITY.changed });
    else this.#enqueue('clusterconnection', key.name, { priority: PRIORITY.changed });
  }

  #all(index: 'driver' | 'store' | 'credential' | 'shop', value: string): void {
    for (const connection of this.#caches.connections.byIndex(index, value))
      this.#enqueue('connection', keyOf(connection));
    for (const connection of this.#caches.clusterConnections.byIndex(index, value))
      this.#enqueue('clusterconnection', keyOf(connection));
  }

  #everyConnection(): void {
    for (const connection of this.#caches.connections.values()) this.#enqueue('connection', keyOf(connection));
    for (const connection of this.#caches.clusterConnections.values())
      this.#enqueue('clusterconnection', keyOf(connection));
  }

  #feeds(key: ConnectionKey, priority: number = PRIORITY.normal): void {
    for (const feed of this.#caches.feeds.byIndex('connection', connectionId(key)))
      this.#enqueue('feed', keyOf(feed), { priority });
  }
}

function controllerOf({ object, previous }: Change<AnyConnection>): ControllerName {
  return (object ?? previous)?.kind === 'ClusterConnection' ? 'clusterconnection' : 'connection';
}

function statesOf<T>({ object, previous }: Change<T>): T[] {
  return [object, previous].flatMap((state) => state ?? []);
}

/** Status is written by ourselves: following it would go in circles. */
function specChanged({ object, previous }: Change<KubeObject>): boolean {
  return (
    object?.metadata.generation !== previous?.metadata.generation || object?.metadata.uid !== previous?.metadata.uid
  );
}
