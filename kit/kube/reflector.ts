import { backoffDelay, type Backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { KubeClient, Selection, WatchEvent } from './client.ts';
import { isApiError } from './errors.ts';
import { Lanes } from './lanes.ts';
import type { KubeObject, ResourceType } from './objects.ts';

/** Where a reflector puts what it sees. Must not throw; what it does with an object is its own affair. */
export interface ReflectorSink<T> {
  /** A list begins; one that broke off before is void. */
  listStarted(): void;
  /** A page of a list. */
  listed(items: readonly T[]): void;
  /** The list is complete: whatever was not in it is gone. */
  listEnded(): void;
  changed(object: T): void;
  removed(object: T): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly select: Selection;
  readonly sink: ReflectorSink<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly pageSize?: number;
  /** A watch that says nothing for this long, not even a bookmark, is taken for dead; the server sends one a minute. */
  readonly stallMs?: number;
  /**
   * The longest pause (ms) between tries at a server that nobody reaches, or that is not ready yet. Short for the few
   * whose work others wait for; thousands of pods must not all stand at the door of a server that starts anew.
   */
  readonly unreachedMaxMs?: number;
  /** Its lists take turns with those of others; by itself it has one lane. */
  readonly lanes?: Lanes;
}

const RECONNECT: Backoff = { initialMs: 800, maxMs: 30_000, factor: 2, jitter: 0.5 };
/** Each of the first failures is told, then ever fewer: an hour without a server would be thousands of lines. */
const TOLD_EACH = 4;

/**
 * Keeps a sink in step with the API server until the signal aborts: list in pages, watch from there, resume a broken
 * watch from the last resourceVersion (bookmarks keep it young), list again after 410. No error ends it.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: Required<ReflectorOptions<T>>;
  #resourceVersion: string | undefined;
  #failures = 0;
  /** The last answer was that our version is too old. */
  #lost = false;
  #lastProgressAt: number;
  #lastHeardAt: number;

  constructor(options: ReflectorOptions<T>) {
    this.#options = {
      ...{ pageSize: 500, stallMs: 150_000, unreachedMaxMs: RECONNECT.maxMs, lanes: new Lanes(1) },
      ...options,
    };
    this.#lastProgressAt = options.clock.now().getTime();
    this.#lastHeardAt = this.#lastProgressAt;
  }

  /** When the server last said anything, or was asked for another watch (ms since the epoch). */
  get lastProgressAt(): number {
    return this.#lastProgressAt;
  }

  /** When the server last said anything (ms since the epoch): one that is asked again and again may say nothing. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#options.lanes.run(() => this.#list(signal));
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, type, select, sink, pageSize } = this.#options;
    let next: string | undefined;
    let resourceVersion: string | undefined;
    sink.listStarted();
    do {
      const page = await client.list<T>(type, { ...select, limit: pageSize, continue: next, signal });
      // List items carry neither apiVersion nor kind.
      sink.listed(page.items.map((item) => ({ ...item, apiVersion: type.apiVersion, kind: type.kind })));
      this.#progressed();
      next = page.metadata.continue || undefined;
      resourceVersion = page.metadata.resourceVersion;
    } while (next !== undefined);
    sink.listEnded();
    this.#resourceVersion = resourceVersion;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, type, select, clock } = this.#options;
    const stall = new AbortController();
    const ended = new AbortController();
    // Before its patience is measured: one that follows a stall would be given up at once.
    this.#lastProgressAt = clock.now().getTime();
    void this.#abortWhenStalled(stall, ended.signal);
    try {
      const timeoutSeconds = 300 + Math.floor(this.#options.random() * 300); // not all watches end in the same second
      const events = client.watch<T>(type, {
        ...select,
        resourceVersion: this.#resourceVersion ?? '0',
        timeoutSeconds,
        signal: AbortSignal.any([signal, stall.signal]),
        onAnswer: () => (this.#lastHeardAt = clock.now().getTime()),
      });
      for await (const event of events) this.#handle(event);
    } finally {
      ended.abort();
    }
  }

  #handle(event: WatchEvent<T>): void {
    const { sink } = this.#options;
    if (event.type === 'DELETED') sink.removed(event.object);
    else if (event.type !== 'BOOKMARK')
      sink.changed({ ...event.object, apiVersion: this.#options.type.apiVersion, kind: this.#options.type.kind });
    this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
    this.#progressed();
  }

  #progressed(): void {
    this.#lastProgressAt = this.#options.clock.now().getTime();
    this.#lastHeardAt = this.#lastProgressAt;
    this.#failures = 0;
    this.#lost = false;
  }

  async #abortWhenStalled(stall: AbortController, ended: AbortSignal): Promise<void> {
    const { clock, stallMs } = this.#options;
    while (!ended.aborted) {
      const quietMs = clock.now().getTime() - this.#lastProgressAt;
      if (quietMs >= stallMs) return stall.abort(new Error(`no event and no bookmark for ${quietMs} ms`));
      await clock.sleep(stallMs - quietMs, ended);
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log, random, type, unreachedMaxMs } = this.#options;
    // 410: our version is older than what the server keeps. 400: it is one of another cluster (a restored etcd).
    const lost = isApiError(error, 'Gone', 'Invalid');
    if (lost) this.#resourceVersion = undefined;
    // It answers again: what failed while it did not is no reason to wait before the list.
    const listsAtOnce = lost && !this.#lost;
    this.#lost = lost;
    const asked = isApiError(error) ? (error.retryAfterMs ?? 0) : 0;
    const notThere = isApiError(error, 'Unavailable', 'TooManyRequests');
    const backoff = notThere ? { ...RECONNECT, maxMs: unreachedMaxMs } : RECONNECT;
    const waitMs = listsAtOnce ? 0 : Math.max(asked, backoffDelay(backoff, this.#failures, random));
    this.#failures += 1;
    const unknown = isApiError(error, 'NotFound');
    const message = lost ? 'watch expired: listing again' : unknown ? this.#notServed : 'watch broke: reconnecting';
    if (isTold(this.#failures))
      log[unknown || !(lost || this.#failures < 3) ? 'warn' : 'info'](
        { ...loggedAnswer(error), resource: type.plural, waitMs, failures: this.#failures },
        message,
      );
    await clock.sleep(waitMs, signal);
  }

  get #notServed(): string {
    const { apiVersion, plural } = this.#options.type;
    return `the API server has no ${plural} of ${apiVersion}: apply the CustomResourceDefinitions of this release`;
  }
}

/** An answer of the server is no fault of ours: where in the code it arrived tells nobody anything. */
const loggedAnswer = (error: unknown): object =>
  isApiError(error) ? { reason: error.reason, status: error.status, answer: error.message } : { err: error };

const isTold = (failures: number): boolean => failures <= TOLD_EACH || Number.isInteger(Math.log2(failures));
