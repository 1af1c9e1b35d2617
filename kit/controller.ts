import type { Breather } from './breather.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';
import type { ControllerMetrics, ReconcileResult } from './metrics.ts';
import { isBug, outcomeOf, type Outcome } from './outcome.ts';
import { PRIORITY, WorkQueue, type AddOptions } from './queue.ts';
import type { Key } from './kube/objects.ts';

/** Brings the world in line with one object, whatever has changed. Reads caches, never an event. */
export type Reconcile = (
  key: Key,
  context: { readonly log: () => Logger; readonly signal: AbortSignal },
) => Promise<Outcome>;

export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly metrics: ControllerMetrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly workers?: number;
  /** The one of the process: all of its workers pause together. */
  readonly breather: Breather;
}

/** Workers on a queue of keys. */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;

  constructor(options: ControllerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#queue = new WorkQueue({ clock: options.clock, random: options.random, observer: options.metrics.queue });
    options.metrics.watchWork(
      () => this.#queue.ages().workingMs,
      () => this.#queue.depth,
    );
  }

  /** Asks for a reconcile of this object. */
  enqueue(key: Key, options?: AddOptions): void {
    this.#queue.add(key, options);
  }

  /** For liveness: how long the oldest ready key has waited, how long the longest reconcile has run. */
  ages(): ReturnType<WorkQueue['ages']> {
    return this.#queue.ages();
  }

  get depth(): number {
    return this.#queue.depth;
  }

  /** Works until the signal aborts, then lets what is under way end. */
  async run(signal: AbortSignal): Promise<void> {
    const { workers = 4, metrics } = this.#options;
    metrics.workers(workers);
    const close = () => this.#queue.close();
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#work(signal)));
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let item = await this.#queue.take(); item; item = await this.#queue.take()) {
      this.#options.metrics.active(1);
      try {
        await this.#reconcileOne(item.key, item.priority, signal);
      } finally {
        this.#options.metrics.active(-1);
        this.#queue.done(item.key);
      }
      await this.#options.breather.pause();
    }
  }

  async #reconcileOne(key: Key, priority: number, signal: AbortSignal): Promise<void> {
    const { clock, reconcile, metrics } = this.#options;
    // Made when it is asked for: most reconciles say nothing, and a restart is sixty thousand of them.
    const context = { log: () => this.#logOf(key), signal };
    const startedAt = clock.now().getTime();
    const outcome = await reconcile(key, context).catch((error: unknown) => {
      if (isBug(error)) metrics.failed('panic');
      return outcomeOf(error);
    });
    const result = signal.aborted && outcome.result === 'retry' ? 'requeue' : this.#settle(key, priority, outcome);
    metrics.reconciled(result, clock.now().getTime() - startedAt);
  }

  #logOf(key: Key): Logger {
    return this.#options.log.child({ controller: this.name, key });
  }

  #settle(key: Key, priority: number, outcome: Outcome): ReconcileResult {
    const { metrics } = this.#options;
    switch (outcome.result) {
      case 'done':
        this.#queue.forget(key);
        return 'success';
      case 'requeueAfter':
        this.#queue.forget(key);
        this.#queue.add(key, { afterMs: outcome.ms, priority: PRIORITY.normal });
        return 'requeue_after';
      case 'conflict':
        this.#logOf(key).info('someone else changed the object first; once more');
        this.#queue.retry(key, { priority });
        return 'requeue';
      case 'retry':
        metrics.failed('error');
        this.#logOf(key).error({ err: outcome.error }, 'reconcile failed; it will be tried again');
        this.#queue.retry(key, { priority, minimumMs: outcome.minimumMs });
        return 'error';
      case 'terminal':
        metrics.failed('error');
        metrics.failed('terminal');
        this.#logOf(key).error({ err: outcome.error }, 'reconcile failed for good; it waits for a change');
        this.#queue.forget(key);
        return 'error';
    }
  }
}
