import { backoffDelay, type Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Heap } from './binary-heap.ts';

/** Told what a queue does; see metrics.ts. */
export interface QueueObserver {
  added(): void;
  /** A worker took a key that had been ready for `waitedMs`. */
  taken(waitedMs: number): void;
  finished(workedMs: number): void;
  retried(): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff?: Backoff;
  readonly observer?: QueueObserver;
}

/** How a key is put on the queue. */
export interface AddOptions {
  /** Higher goes first; a merged key keeps the highest. */
  readonly priority?: number;
  /** Not before this long from now; a merged key keeps the earliest. */
  readonly afterMs?: number;
}

/**
 * What someone asked for waits behind nothing; a full list waits behind everything, of it last what was settled: what
 * was not may have been asked for while nobody looked.
 */
export const PRIORITY = { changed: 100, unsettled: 50, normal: 0, listed: -100 } as const;

interface Item {
  readonly key: string;
  readonly priority: number;
  readonly readyAt: number;
  readonly order: number;
}

const DEFAULT_BACKOFF: Backoff = { initialMs: 200, maxMs: 5 * 60_000, factor: 2, jitter: 0.3 };
const QUIET: QueueObserver = { added: () => {}, taken: () => {}, finished: () => {}, retried: () => {} };

/**
 * Keys waiting for work, after controller-runtime's priority queue: a key is on it once, however often it is added; no
 * key is worked on twice at once (one added meanwhile comes back when the work is done); delays, priorities and
 * per-key exponential backoff.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #observer: QueueObserver;
  /** The valid item of each key; heaps may hold outdated ones, which are skipped. */
  readonly #items = new Map<string, Item>();
  readonly #delayed = new Heap<Item>((a, b) => a.readyAt < b.readyAt);
  readonly #ready = new Heap<Item>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.order < b.order),
  );
  readonly #working = new Map<string, number>();
  readonly #addedWhileWorking = new Map<string, Item>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((item: Item | undefined) => void)[] = [];
  #order = 0;
  #alarm: { readonly at: number; readonly cancel: AbortController } | undefined;
  #closed = false;

  constructor(options: QueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
    this.#observer = options.observer ?? QUIET;
  }

  /** Keys that a worker could take now: what is due later is no work that has piled up. Counted when it is asked. */
  get depth(): number {
    const now = this.#now();
    let ready = 0;
    for (const { readyAt } of this.#items.values()) if (readyAt <= now) ready++;
    return ready;
  }

  /** How long the key at the head has been ready without a worker, and the longest work has been going on. */
  ages(): { readonly waitingMs: number; readonly workingMs: readonly number[] } {
    const now = this.#now();
    const head = this.#ready.peek();
    return {
      waitingMs: head ? now - head.readyAt : 0,
      workingMs: [...this.#working.values()].map((since) => now - since),
    };
  }

  add(key: string, { priority = PRIORITY.normal, afterMs = 0 }: AddOptions = {}): void {
    if (this.#closed) return;
    const item: Item = { key, priority, readyAt: this.#now() + afterMs, order: this.#order++ };
    if (this.#working.has(key)) this.#addedWhileWorking.set(key, merge(this.#addedWhileWorking.get(key), item));
    else this.#enqueue(item);
    this.#observer.added();
    this.#handOut();
  }

  /** Adds it after a wait that doubles with every failure since the last `forget`. */
  retry(key: string, { priority, minimumMs = 0 }: { priority?: number; minimumMs?: number } = {}): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observer.retried();
    this.add(key, { priority, afterMs: Math.max(minimumMs, backoffDelay(this.#backoff, failures, this.#random)) });
  }

  /** The key is well again: its next failure waits the shortest time. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is closed. `done` must follow. */
  async take(): Promise<{ readonly key: string; readonly priority: number } | undefined> {
    if (this.#closed) return undefined;
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#handOut();
    });
  }

  done(key: string): void {
    const since = this.#working.get(key);
    if (since === undefined) return;
    this.#working.delete(key);
    this.#observer.finished(this.#now() - since);
    const again = this.#addedWhileWorking.get(key);
    this.#addedWhileWorking.delete(key);
    if (again) this.#enqueue(again);
    this.#handOut();
  }

  /** Gives out nothing more. Work under way goes on; what waits is dropped (a new process lists everything anyway). */
  close(): void {
    this.#closed = true;
    this.#alarm?.cancel.abort();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #enqueue(item: Item): void {
    const merged = merge(this.#items.get(item.key), item);
    this.#items.set(item.key, merged);
    (merged.readyAt <= this.#now() ? this.#ready : this.#delayed).push(merged);
  }

  #handOut(): void {
    if (this.#closed) return;
    this.#ripen();
    while (this.#takers.length > 0) {
      const item = this.#popValid();
      if (!item) break;
      this.#items.delete(item.key);
      this.#working.set(item.key, this.#now());
      this.#observer.taken(this.#now() - item.readyAt);
      this.#takers.shift()?.(item);
    }
  }

  #ripen(): void {
    for (let item = this.#delayed.peek(); item; item = this.#delayed.peek()) {
      if (this.#items.get(item.key) !== item) this.#delayed.pop();
      else if (item.readyAt > this.#now()) return this.#wakeAt(item.readyAt);
      else this.#ready.push(this.#delayed.pop() as Item);
    }
  }

  #popValid(): Item | undefined {
    for (let item = this.#ready.pop(); item; item = this.#ready.pop())
      if (this.#items.get(item.key) === item) return item;
    return undefined;
  }

  #wakeAt(at: number): void {
    if (this.#alarm && this.#alarm.at <= at) return;
    this.#alarm?.cancel.abort();
    const alarm = { at, cancel: new AbortController() };
    this.#alarm = alarm;
    void this.#clock.sleep(at - this.#now(), alarm.cancel.signal).then(() => {
      if (this.#alarm !== alarm) return;
      this.#alarm = undefined;
      this.#handOut();
    });
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function merge(a: Item | undefined, b: Item): Item {
  if (!a) return b;
  return {
    key: b.key,
    priority: Math.max(a.priority, b.priority),
    readyAt: Math.min(a.readyAt, b.readyAt),
    order: a.order,
  };
}
