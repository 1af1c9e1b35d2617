import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { Cache, type Indexes, type ReadCache } from './cache.ts';
import type { KubeClient, Selection } from './client.ts';
import { keyOf, objectKey, type Key, type KubeObject, type ResourceType } from './objects.ts';
import type { Lanes } from './lanes.ts';
import { ownedDigest } from './owned.ts';
import { Reflector, type ReflectorSink } from './reflector.ts';

/** What happened to an object. `first` marks the objects of the first list: nobody waits for those. */
export interface Change<T> {
  readonly key: Key;
  readonly object: T | undefined;
  readonly previous: T | undefined;
  readonly first: boolean;
}

/** What of an object a field manager applies: its status, or all the rest. */
export type AppliedPart = 'main' | 'status';

export interface InformerOptions<T extends KubeObject, P extends AppliedPart = AppliedPart> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** Namespaces to watch, one watch each; absent or empty: the whole cluster. Ignored for cluster-scoped kinds. */
  readonly namespaces?: readonly string[];
  readonly select?: Omit<Selection, 'namespace'>;
  readonly indexes?: Indexes<T>;
  /** Field manager whose applied part is remembered as a digest (see owned.ts), before managedFields are dropped. */
  readonly manager?: string;
  /** What that manager applies; both if absent. A digest that nobody asks for is half the work of a list. */
  readonly parts?: readonly P[];
  /** Cuts an object down to what is needed, before it is cached. */
  readonly transform?: (object: T) => T;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly stallMs?: number;
  /** As of the reflector. */
  readonly unreachedMaxMs?: number;
  readonly pageSize?: number;
  /** Informers that share them list by turns: a page is many times as large as what is kept of it. */
  readonly lanes?: Lanes;
}

/** Digests of what our manager applied to an object, and the version they were read from. */
export type Applied<P extends AppliedPart = AppliedPart> = Readonly<Record<P, string>> & {
  readonly resourceVersion: string;
};

/**
 * A cache that follows the API server. Handlers only put keys on queues; the data is read from the cache at work time.
 */
export class Informer<T extends KubeObject, P extends AppliedPart = AppliedPart> implements ReadCache<T> {
  readonly type: ResourceType;
  readonly #options: InformerOptions<T, P>;
  readonly #cache: Cache<T>;
  readonly #applied = new Map<Key, Applied<P>>();
  readonly #handlers: ((change: Change<T>) => void)[] = [];
  readonly #reflectors: Reflector<T>[];
  readonly #synced: Promise<unknown>;
  #unsynced: number;

  constructor(options: InformerOptions<T, P>) {
    this.type = options.type;
    this.#options = options;
    this.#cache = new Cache(options.indexes);
    const scopes = options.type.namespaced && options.namespaces?.length ? options.namespaces : [undefined];
    this.#unsynced = scopes.length;
    const pairs = scopes.map((namespace) => this.#reflector(namespace));
    this.#reflectors = pairs.map(({ reflector }) => reflector);
    this.#synced = Promise.all(pairs.map(({ synced }) => synced));
  }

  /** Registers before `run`. A handler that throws is logged and harms neither the watch nor other handlers. */
  onChange(handler: (change: Change<T>) => void): void {
    this.#handlers.push(handler);
  }

  /** Follows the server until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** Resolves once the first list is in the cache. */
  async whenSynced(): Promise<void> {
    await this.#synced;
  }

  get synced(): boolean {
    return this.#unsynced === 0;
  }

  /** When the slowest of its watches last heard from the server, or asked it anew (ms since the epoch). */
  get lastProgressAt(): number {
    return Math.min(...this.#reflectors.map((reflector) => reflector.lastProgressAt));
  }

  /** When the slowest of its watches last heard from the server (ms since the epoch). */
  get lastHeardAt(): number {
    return Math.min(...this.#reflectors.map((reflector) => reflector.lastHeardAt));
  }

  get size(): number {
    return this.#cache.size;
  }

  get(key: Key): T | undefined {
    return this.#cache.get(key);
  }

  find(namespace: string | undefined, name: string): T | undefined {
    return this.#cache.get(objectKey(namespace, name));
  }

  byIndex(index: string, value: string): T[] {
    return this.#cache.byIndex(index, value);
  }

  values(): IterableIterator<T> {
    return this.#cache.values();
  }

  /** What `manager` applied to the object, as the cache knows it. */
  applied(key: Key): Applied<P> | undefined {
    return this.#applied.get(key);
  }

  #reflector(namespace: string | undefined): { reflector: Reflector<T>; synced: Promise<void> } {
    const { client, type, select, log, clock = systemClock, random = Math.random, stallMs, pageSize } = this.#options;
    const { unreachedMaxMs, lanes } = this.#options;
    let done = () => {};
    const synced = new Promise<void>((resolve) => {
      done = resolve;
    });
    const sink = this.#sink(namespace, () => {
      this.#unsynced -= 1;
      done();
    });
    return {
      synced,
      reflector: new Reflector({
        client,
        type,
        select: { ...select, namespace },
        sink,
        clock,
        random,
        log,
        ...(unreachedMaxMs ? { unreachedMaxMs } : {}),
        ...(stallMs ? { stallMs } : {}),
        ...(pageSize ? { pageSize } : {}),
        ...(lanes ? { lanes } : {}),
      }),
    };
  }

  #sink(namespace: string | undefined, onFirstList: () => void): ReflectorSink<T> {
    let first = true;
    let seen = new Set<Key>();
    return {
      listStarted: () => {
        seen = new Set();
      },
      listed: (items) => {
        for (const item of items) {
          seen.add(keyOf(item));
          this.#store(item, first);
        }
      },
      listEnded: () => {
        for (const key of first ? [] : this.#keysIn(namespace)) if (!seen.has(key)) this.#drop(key);
        if (first) onFirstList();
        first = false;
      },
      changed: (object) => this.#store(object, false),
      removed: (object) => this.#drop(keyOf(object)),
    };
  }

  #keysIn(namespace: string | undefined): Key[] {
    return [...this.#cache.values()]
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
      .map(keyOf);
  }

  #store(object: T, first: boolean): void {
    const key = keyOf(object);
    const known = this.#cache.get(key);
    // A list or a resumed watch repeats what we have: no event, no work.
    if (
      known &&
      known.metadata.resourceVersion === object.metadata.resourceVersion &&
      known.metadata.uid === object.metadata.uid
    )
      return;
    const { manager, transform = (same: T) => same } = this.#options;
    if (manager !== undefined) this.#applied.set(key, this.#appliedBy(manager, object));
    const { managedFields: _dropped, ...metadata } = object.metadata;
    const cut = transform({ ...object, metadata });
    this.#tell({ key, object: cut, previous: this.#cache.put(cut, key), first });
  }

  #appliedBy(manager: string, object: T): Applied<P> {
    const { parts = ['main', 'status'] as readonly AppliedPart[] } = this.#options;
    const digests: Partial<Record<AppliedPart, string>> = {};
    for (const part of parts) digests[part] = ownedDigest(object, manager, part === 'main' ? undefined : part);
    return { resourceVersion: object.metadata.resourceVersion ?? '0', ...digests } as Applied<P>;
  }

  #drop(key: Key): void {
    this.#applied.delete(key);
    const previous = this.#cache.remove(key);
    if (previous) this.#tell({ key, object: undefined, previous, first: false });
  }

  #tell(change: Change<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#options.log.error(
          { err: error, resource: this.type.plural, key: change.key },
          'a change handler threw; the watch goes on',
        );
      }
    }
  }
}
