import { keyOf, objectKey, type Key, type KubeObject } from './objects.ts';

/** Names an index and says under which values an object is found in it. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** What reconcilers read: objects by key and by index, never a scan. */
export interface ReadCache<T extends KubeObject> {
  get(key: Key): T | undefined;
  find(namespace: string | undefined, name: string): T | undefined;
  /** Objects under a value of an index, in no particular order. */
  byIndex(index: string, value: string): T[];
  /** Every object; for metrics at scrape time and for start-up, not for a reconcile. */
  values(): IterableIterator<T>;
  readonly size: number;
}

/** Objects by key, with indexes kept in step. */
export class Cache<T extends KubeObject> implements ReadCache<T> {
  readonly #objects = new Map<Key, T>();
  readonly #indexes: Indexes<T>;
  readonly #buckets = new Map<string, Map<string, Set<Key>>>();

  constructor(indexes: Indexes<T> = {}) {
    this.#indexes = indexes;
    for (const name of Object.keys(indexes)) this.#buckets.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: Key): T | undefined {
    return this.#objects.get(key);
  }

  find(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(objectKey(namespace, name));
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  byIndex(index: string, value: string): T[] {
    const bucket = this.#buckets.get(index);
    if (!bucket) throw new Error(`no index "${index}": it has ${[...this.#buckets.keys()].join(', ') || 'none'}`);
    return [...(bucket.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Stores it and gives back what stood there before. `key`: its own, where it has been made already. */
  put(object: T, key: Key = keyOf(object)): T | undefined {
    const previous = this.#objects.get(key);
    if (previous) this.#unindex(key, previous);
    this.#objects.set(key, object);
    for (const [name, valuesOf] of Object.entries(this.#indexes)) {
      for (const value of valuesOf(object)) bucketOf(this.#buckets, name, value).add(key);
    }
    return previous;
  }

  /** Removes it and gives back what stood there. */
  remove(key: Key): T | undefined {
    const previous = this.#objects.get(key);
    if (previous) this.#unindex(key, previous);
    this.#objects.delete(key);
    return previous;
  }

  #unindex(key: Key, object: T): void {
    for (const [name, valuesOf] of Object.entries(this.#indexes)) {
      for (const value of valuesOf(object)) {
        const keys = this.#buckets.get(name)?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) this.#buckets.get(name)?.delete(value);
      }
    }
  }
}

function bucketOf(buckets: Map<string, Map<string, Set<Key>>>, index: string, value: string): Set<Key> {
  let values = buckets.get(index);
  if (!values) buckets.set(index, (values = new Map<string, Set<Key>>()));
  let keys = values.get(value);
  if (!keys) values.set(value, (keys = new Set<Key>()));
  return keys;
}
