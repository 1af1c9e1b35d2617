import { createHash } from 'node:crypto';
import type { ConnectionKey, FeedResource, FeedRunResource } from '../crds/index.ts';
import { ANNOTATIONS } from '../crds/names.ts';
import type { ConnectionGate } from './connection-gate.ts';
import type { AnyConnection, EngineOptions } from './options.ts';
import { runFeed } from './feeds/feed-run.ts';
import { FeedTracker } from './feeds/feed-tracker.ts';
import type { RunOutcome } from './outcome.ts';
import { rankOf } from '../model/feeds.ts';
import { requestOf } from './requests.ts';
import { dueRuns, laneOf, wakeAt, type DueRun } from './schedule.ts';
import type { FeedsView } from './status/connection-status.ts';
import { connectionView } from './status/connection-view.ts';
import { FeedReporter } from './status/feed-reporter.ts';
import { stripUndefined } from './status/feed-status.ts';
import { timestamp } from '../kit/conditions.ts';
import { orderDecider } from './shop-session.ts';

/** A FeedRun that waits for the store: what it has come to, and when it goes on. */
interface WaitingRun extends RunOutcome {
  readonly notBefore: Date;
  readonly began: Date;
}

/** Where in a minute a connection's schedules come, from 0 to 1: always the same, and another for every connection. */
function placeOf({ kind, namespace, name }: ConnectionKey): number {
  const digest = createHash('sha256').update(`${kind}/${namespace}/${name}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

/** Starts due runs, keeps what is known of each feed, writes the feeds' status. */
export class FeedRunner {
  readonly #options: EngineOptions;
  readonly #gate: ConnectionGate;
  readonly #wake: () => void;
  readonly #feeds = new Map<string, FeedTracker>();
  readonly #running = new Map<Promise<void>, AbortController>();
  readonly #deliberate = new Set<string>();
  /** FeedRuns that wait, by their name. */
  readonly #waiting = new Map<string, WaitingRun>();
  readonly #reporter: FeedReporter;
  #connection: AnyConnection | undefined;
  #syncRequest: string | undefined;
  #changedFor: string | undefined;
  #openings = 0;

  constructor(options: EngineOptions, gate: ConnectionGate, wake: () => void) {
    this.#options = options;
    this.#gate = gate;
    this.#reporter = new FeedReporter(options);
    this.#wake = wake;
  }

  /** Takes in the resources as they now are, and what they ask for. */
  async update(connection: AnyConnection, feeds: readonly FeedResource[]): Promise<void> {
    this.#connection = connection;
    const now = this.#options.clock.now();
    const names = new Set(feeds.map(({ metadata }) => metadata.name));
    const { metrics } = this.#options;
    for (const [name, { type }] of this.#feeds) {
      if (names.has(name)) continue;
      this.#feeds.delete(name);
      metrics.feedGone(name, type);
    }
    for (const resource of feeds) {
      const { name } = resource.metadata;
      const known = this.#feeds.get(name);
      if (known) known.update(resource, now);
      else {
        this.#feeds.set(name, await this.#track(resource, now));
        metrics.feed(name, resource.spec.type);
      }
    }
    const all = [...this.#feeds.values()];
    for (const feed of all) feed.rideWith(all);
    this.#takeRequests(connection);
  }

  /** Feeds whose records come with the runs of this one. */
  #riders(base: FeedTracker): FeedTracker[] {
    return [...this.#feeds.values()].filter((feed) => feed.base === base);
  }

  async #track(resource: FeedResource, now: Date): Promise<FeedTracker> {
    const tracker = new FeedTracker(resource, this.#options.definition.manifest, now, {
      place: placeOf(this.#options.key),
      freshness: this.#options.freshness,
    });
    if (this.#gate.session && !tracker.fault) tracker.takeSummary(await this.#options.hub.summary(tracker.type));
    return tracker;
  }

  /** Sync-now, a changed credential or settings, and hints become requests of the feeds. */
  #takeRequests(connection: AnyConnection): void {
    this.#takeSyncRequest(connection);
    this.#takeChange(connection.status?.syncedCredentialHash);
    for (const feed of this.#feeds.values()) (feed.base ?? feed).takeHint(this.#gate.hints.take(feed.type));
  }

  #takeSyncRequest(connection: AnyConnection): void {
    const asked = requestOf(connection, ANNOTATIONS.syncRequested);
    if (asked === undefined || asked === connection.status?.lastHandledSyncRequest || asked === this.#syncRequest)
      return;
    this.#syncRequest = asked;
    for (const feed of this.#feeds.values()) if (feed.handledSyncRequest !== asked) feed.requested ??= 'Requested';
  }

  /** `synced`: digest of credential and settings at the last full sync; it is another now, so a full sync is owed. */
  #takeChange(synced: string | undefined): void {
    const { digest } = this.#gate;
    if (synced === undefined || digest === undefined || digest.is(synced) || this.#changedFor === digest.text) return;
    this.#changedFor = digest.text;
    for (const feed of this.#feeds.values()) {
      feed.owesChangedRun = true;
      feed.requested ??= 'Changed';
    }
  }

  /** Called while the gate is open. When it has just opened, whatever was in the way of a feed may be gone. */
  startDue(runs: readonly FeedRunResource[], signal: AbortSignal): void {
    const now = this.#options.clock.now();
    if (this.#openings !== this.#gate.openings) for (const feed of this.#feeds.values()) feed.connectionMended(now);
    this.#openings = this.#gate.openings;
    for (const run of runs) this.#startDeliberate(run, now, signal);
    for (const due of dueRuns(
      [...this.#feeds.values()].map((feed) => feed.state()),
      now,
    ))
      this.#start(due, signal);
  }

  /** A FeedRun goes when its feed's lane is free; it is carried out once. */
  #startDeliberate(run: FeedRunResource, now: Date, signal: AbortSignal): void {
    const name = run.metadata.name;
    const named = this.#feeds.get(run.spec.feedRef.name);
    const feed = named?.base ?? named;
    if (run.status?.finishedAt || this.#deliberate.has(name) || !feed || feed.fault || this.#laneBusy(feed)) return;
    const notBefore = this.#waiting.get(name)?.notBefore ?? feed.state().earliest;
    if (notBefore !== undefined && notBefore > now) return;
    this.#deliberate.add(name);
    this.#start({ name: feed.resource.metadata.name, type: feed.type, trigger: 'FeedRun' }, signal, run);
  }

  #laneBusy(feed: FeedTracker): boolean {
    return [...this.#feeds.values()].some(
      (other) => other.running && !other.base && laneOf(other.type) === laneOf(feed.type),
    );
  }

  #start(due: DueRun, signal: AbortSignal, deliberate?: FeedRunResource): void {
    const feed = this.#feeds.get(due.name);
    const session = this.#gate.session;
    if (!feed || !session || !this.#connection) return;
    const stop = new AbortController();
    if (deliberate) feed.beganDeliberately(this.#options.clock.now());
    else feed.began(this.#options.clock.now(), due.trigger);
    // A run for a few records says nothing of those that ride with it, and answers nothing that was asked of them.
    const riders = deliberate || feed.answeringIds ? [] : this.#riders(feed);
    for (const rider of riders) rider.began(this.#options.clock.now());
    const task = this.#execute(feed, riders, due, session, AbortSignal.any([signal, stop.signal]), deliberate)
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error, feed: due.name }, 'the end of a run could not be reported'),
      )
      .finally(() => {
        for (const each of [feed, ...riders]) each.running = false;
        this.#running.delete(task);
        this.#wake();
      });
    this.#running.set(task, stop);
  }

  async #execute(
    feed: FeedTracker,
    riders: readonly FeedTracker[],
    due: DueRun,
    session: NonNullable<ConnectionGate['session']>,
    signal: AbortSignal,
    deliberate?: FeedRunResource,
  ): Promise<void> {
    const { clock, hub, holder, key, metrics, log } = this.#options;
    const syncAsked = this.#syncRequest;
    const began = clock.now();
    if (deliberate)
      await this.#options.resources.applyFeedRunStatus(deliberate.metadata.name, {
        startedAt: timestamp(began),
        result: 'Running',
      });
    const outcome = await runFeed(
      {
        feed: due.name,
        type: due.type,
        trigger: due.trigger,
        batchSize: feed.spec.batchSize,
        release: feed.resource.metadata.annotations?.[ANNOTATIONS.release],
        parameters: deliberate?.spec,
        goesOn: deliberate && this.#waiting.get(deliberate.metadata.name),
        ids: due.trigger === 'Hint' ? feed.answeringIds : undefined,
        riders: this.#riders(feed).map(({ type }) => type),
      },
      {
        session: session.store,
        hub,
        clock,
        holder,
        pages: due.trigger === 'Schedule' && hasNoProblems(feed) ? session.pages : undefined,
        earliestOrder: this.#earliestOrder(),
        decideOrder: orderDecider(
          `${key.kind}/${key.namespace}/${key.name}`,
          this.#earliestOrder(),
          session.answer.orderNumbers,
          session.store.storeNow(),
        ),
      },
      signal,
    );
    const ended = clock.now();
    log.info(
      {
        feed: due.name,
        type: due.type,
        trigger: due.trigger,
        result: outcome.result,
        reason: outcome.reason,
        read: outcome.read,
        changed: outcome.changed,
        problems: outcome.problems,
      },
      'run ended',
    );
    metrics.run(due.name, due.type, outcome, (ended.getTime() - began.getTime()) / 1000, ended);
    if (deliberate) return this.#endDeliberate(deliberate, outcome, began, ended);
    for (const each of [feed, ...riders]) {
      each.ended(outcome, ended, this.#options.random);
      if (syncAsked !== undefined) each.handledSyncRequest = syncAsked;
    }
    if (mayBeTheConnection(outcome)) this.#gate.suspect();
    feed.takeSummary(outcome.summary ?? (await hub.summary(feed.type)));
    for (const rider of riders) {
      rider.takeRide(feed.summary!);
      metrics.rode(rider.resource.metadata.name, rider.type, outcome, ended);
    }
  }

  #earliestOrder(): Date {
    const connection = this.#connection!;
    return new Date(connection.spec.earliestOrderDate ?? connection.metadata.creationTimestamp ?? 0);
  }

  /** One that waits is not over: it goes on at its time, with what it has read so far. */
  async #endDeliberate(
    run: FeedRunResource,
    outcome: RunOutcome & { runId?: string },
    began: Date,
    ended: Date,
  ): Promise<void> {
    const { name } = run.metadata;
    const before = this.#waiting.get(name);
    const whole = {
      ...outcome,
      read: outcome.read + (before?.read ?? 0),
      changed: outcome.changed + (before?.changed ?? 0),
      problems: outcome.problems + (before?.problems ?? 0),
    };
    this.#waiting.delete(name);
    if (outcome.result !== 'Waiting') return this.#reportDeliberate(run, whole, before?.began ?? began, ended);
    const notBefore = new Date(ended.getTime() + (outcome.retryAfterMs ?? 0));
    this.#waiting.set(name, { ...whole, notBefore, began: before?.began ?? began });
    this.#deliberate.delete(name);
    await this.#reportDeliberate(run, whole, before?.began ?? began, undefined);
  }

  async #reportDeliberate(
    run: FeedRunResource,
    outcome: RunOutcome & { runId?: string },
    began: Date,
    ended: Date | undefined,
  ): Promise<void> {
    await this.#options.resources.applyFeedRunStatus(
      run.metadata.name,
      stripUndefined({
        runId: outcome.runId,
        result: outcome.result,
        startedAt: timestamp(began),
        finishedAt: ended && timestamp(ended),
        read: outcome.read,
        changed: outcome.changed,
        problems: outcome.problems,
        message: outcome.message?.slice(0, 1024),
      }),
    );
  }

  /** Milliseconds until something may be due. */
  nextWakeMs(): number {
    const at = wakeAt([...this.#feeds.values()].map((feed) => feed.state()));
    const times = [at, ...[...this.#waiting.values()].map(({ notBefore }) => notBefore)].filter(
      (each) => each !== undefined,
    );
    const now = this.#options.clock.now().getTime();
    return Math.min(...times.map((each) => Math.max(0, each.getTime() - now)), Number.POSITIVE_INFINITY);
  }

  /** Writes what changed: each feed's status, then the connection's. */
  async report(connection: AnyConnection): Promise<void> {
    await this.reportFeeds();
    await this.#gate.report(connection, this.#view(this.#options.clock.now()));
  }

  /** The feeds' status alone. */
  async reportFeeds(): Promise<void> {
    for (const feed of this.#feeds.values()) await this.#reporter.report(feed, this.#waitsFor(feed));
  }

  #view(now: Date): FeedsView {
    const feeds = [...this.#feeds.values()];
    return connectionView(feeds, this.#syncRequest, now);
  }

  #waitsFor(feed: FeedTracker): string | undefined {
    const state = feed.state();
    if (state.initialDone || state.suspended) return undefined;
    const first = [...this.#feeds.values()]
      .map((other) => other.state())
      .filter((other) => !other.initialDone && !other.suspended)
      .sort((a, b) => rankOf(a.type) - rankOf(b.type))[0];
    return first && first.name !== state.name ? first.type : undefined;
  }

  /** Lets runs end at their next whole page. */
  async drain(): Promise<void> {
    for (const stop of this.#running.values()) stop.abort();
    await Promise.allSettled(this.#running.keys());
  }
}

/** What is a problem may end by being read again. */
function hasNoProblems({ summary }: FeedTracker): boolean {
  const { info, retry, error } = summary?.problems ?? { info: 1, retry: 0, error: 0 };
  return info + retry + error === 0;
}

/**
 * A failure that a live check of the store can explain: neither one record's fault nor ours, nor one whose end is
 * known.
 */
function mayBeTheConnection({ scope, behaviour }: RunOutcome): boolean {
  return scope === 'credential' || (scope === 'shop' && behaviour !== 'waiting');
}
