import type { FeedResource, FeedSpec, FeedStatus } from '../../crds/index.ts';
import { ANNOTATIONS } from '../../crds/names.ts';
import { parseDuration } from '../../model/duration.ts';
import type { DriverManifest } from '../../drivers/contract/index.ts';
import { FreshnessRule, Schedule, scheduleOf } from '../../model/feed-rules.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import type { Hint } from '../hints/pending-hints.ts';
import type { FeedState, Trigger } from '../schedule.ts';
import type { ConditionValue } from '../../kit/conditions.ts';
import type { RunOutcome } from '../outcome.ts';
import { requestOf } from '../requests.ts';

const DONE = new Set(['Succeeded', 'Empty', 'Partial', 'Held']);
const DEFAULT_ATTEMPTS = 5;
const DEFAULT_INITIAL_DELAY_MS = 2000;
const DEFAULT_MAX_DELAY_MS = 300_000;
/** Nothing will change by itself: looked at again this often all the same, and at once after an edit. */
const TERMINAL_DELAY_MS = 300_000;

/** How late its status may say that data has become too old. */
const AGES_EVERY_MS = 30_000;

type Facts = readonly unknown[];

/** When a feed runs, by its spec. */
interface Timing {
  readonly spec: FeedSpec;
  readonly schedule?: string;
  readonly fault?: string;
  readonly cron?: Schedule;
  readonly freshnessMs?: number;
}

/** All that the engine remembers of one feed between runs. Lost with the process: what must survive is in the hub. */
export class FeedTracker {
  resource: FeedResource;
  summary: FeedSummary | undefined;
  outcome: RunOutcome | undefined;
  running = false;
  requested: Trigger | undefined;
  nextAt: Date | undefined;
  notBefore: Date | undefined;
  lastSuccessAt: Date | undefined;
  handledRunRequest: string | undefined;
  handledSyncRequest: string | undefined;
  /** The feed whose runs bring this one's records. */
  base: FeedTracker | undefined;
  /** Set while a run for a changed credential or settings is owed. */
  owesChangedRun = false;
  /** Why its status could not be written, as was last told. */
  notWritten: string | undefined;
  /** Of which Events have told. */
  reportedProblems: FeedStatus['recentProblems'];
  readonly startedAt: Date;
  #initialDone = false;
  #lastBegan: Date | undefined;
  #failures = 0;
  #scheduleKey = '';
  /** Records that a hint named since the last run began; undefined: the hint was for the whole feed. */
  #hintIds: readonly string[] | undefined;
  /** Records that the run under way reads; undefined: it reads as the schedule would. */
  answeringIds: readonly string[] | undefined;
  /** Value of the annotation that the run under way answers. */
  #answering: string | undefined;
  readonly #manifest: DriverManifest;
  readonly #place: number;
  readonly #freshness: FreshnessRule;
  #timed: Timing | undefined;
  #shown: { readonly facts: Facts; readonly until: Date } | undefined;

  /** `place`: where in a minute its schedule comes (model/feed-rules.ts). */
  constructor(
    resource: FeedResource,
    manifest: DriverManifest,
    now: Date,
    {
      place = 0,
      freshness = new FreshnessRule(),
    }: { readonly place?: number; readonly freshness?: FreshnessRule } = {},
  ) {
    this.#freshness = freshness;
    this.resource = resource;
    this.#manifest = manifest;
    this.#place = place;
    this.startedAt = now;
    this.handledRunRequest = resource.status?.lastHandledRunRequest;
    this.handledSyncRequest = resource.status?.lastHandledSyncRequest;
    this.update(resource, now);
  }

  get spec(): FeedSpec {
    return this.resource.spec;
  }

  get type(): FeedType {
    return this.resource.spec.type;
  }

  get schedule(): string | undefined {
    return this.#timing.schedule;
  }

  get #support() {
    return this.#manifest.feeds.find((feed) => feed.type === this.type);
  }

  /** The platform wants no run before; one that waited for it may go on. */
  get #earliest(): Date | undefined {
    const seconds = this.#support?.minIntervalSeconds;
    if (seconds === undefined || this.#lastBegan === undefined || this.outcome?.result === 'Waiting') return undefined;
    return new Date(this.#lastBegan.getTime() + seconds * 1000);
  }

  /** Why the feed can never run as it is. */
  get fault(): ConditionValue | undefined {
    if (!this.#support) {
      return {
        status: 'False',
        reason: 'FeedNotSupported',
        message: `driver ${this.#manifest.name} has no ${this.type}: it supports ${this.#manifest.feeds.map((feed) => feed.type).join(', ')}`,
      };
    }
    const { fault } = this.#timing;
    return fault ? { status: 'False', reason: 'InvalidSchedule', message: `spec.${fault}` } : undefined;
  }

  /** Age limit of the data; the operator shows the same in status.effective. */
  get freshnessMs(): number | undefined {
    return this.spec.suspend || this.fault ? undefined : this.#timing.freshnessMs;
  }

  /** Worked out once for each spec: the loop asks many times a minute. */
  get #timing(): Timing {
    if (this.#timed?.spec !== this.resource.spec) this.#timed = { spec: this.resource.spec, ...this.#timingOf() };
    return this.#timed;
  }

  #timingOf(): Omit<Timing, 'spec'> {
    const schedule = scheduleOf(this.spec, this.#support?.defaultSchedule);
    if (schedule === undefined) return { freshnessMs: this.#freshness.of(this.spec, undefined) };
    const fault = this.#freshness.faultOf(schedule, this.spec.timeZone);
    return fault
      ? { schedule, fault }
      : {
          schedule,
          cron: new Schedule(schedule, this.spec.timeZone, this.#place),
          freshnessMs: this.#freshness.of(this.spec, schedule),
        };
  }

  /** The resource may have been edited: a new schedule counts from now, a new annotation is a request. */
  update(resource: FeedResource, now: Date): void {
    if (resource.metadata.generation !== this.resource.metadata.generation) this.notBefore = undefined;
    this.resource = resource;
    const key = `${this.schedule ?? ''}|${this.spec.timeZone ?? ''}`;
    if (key !== this.#scheduleKey) {
      this.#scheduleKey = key;
      this.nextAt = this.fault ? undefined : this.#timing.cron?.next(now);
    }
    const asked = this.#runRequest;
    if (asked !== undefined && asked !== this.handledRunRequest && !(this.running && asked === this.#answering))
      this.requested = 'Requested';
  }

  /** What its status is made of, with `more`; compared by identity. */
  facts(...more: readonly unknown[]): Facts {
    return [
      ...[this.resource, this.summary, this.outcome, this.running, this.lastSuccessAt, this.nextAt, this.freshnessMs],
      ...[this.fault?.message, this.handledRunRequest, this.handledSyncRequest, ...more],
    ];
  }

  /**
   * Whether the status is still what was shown: nothing of it has changed, and too little time has passed for an age to
   * matter. The loop looks every few seconds, and mostly nothing has happened.
   */
  shows(facts: Facts, now: Date): boolean {
    return (
      this.#shown !== undefined && now < this.#shown.until && facts.every((one, at) => one === this.#shown!.facts[at])
    );
  }

  /** The status is written, or need not be. */
  hasShown(facts: Facts, now: Date): void {
    this.#shown = { facts, until: new Date(now.getTime() + AGES_EVERY_MS) };
  }

  get #runRequest(): string | undefined {
    return requestOf(this.resource, ANNOTATIONS.runRequested);
  }

  takeSummary(summary: FeedSummary): void {
    this.summary = summary;
    const last = summary.runs.find(({ result }) => result !== 'Running');
    if (last && this.#lastBegan === undefined) this.#lastBegan = new Date(last.startedAt);
    // Another pod's run waits: this one goes on with it, and not before.
    if (last?.result === 'Waiting' && last.goesOnAt && this.outcome === undefined) {
      this.notBefore ??= new Date(last.goesOnAt);
      this.requested ??= 'Schedule';
    }
    if (summary.lastSuccessAt) this.lastSuccessAt = new Date(summary.lastSuccessAt);
    if (summary.lastSuccessAt || summary.runs.some((run) => DONE.has(run.result))) this.#initialDone = true;
  }

  /** The feed that brings its records, where it is one that may run: else it reads them itself. */
  rideWith(feeds: readonly FeedTracker[]): void {
    const via = this.#support?.via;
    const base = via === undefined ? undefined : feeds.find((feed) => feed.type === via);
    this.base = base === undefined || this.fault || base.fault || base.spec.suspend === true ? undefined : base;
    if (this.base?.summary) this.takeRide(this.base.summary);
  }

  /** What the runs of the other feed came to is what this one came to; its own problems stay its own. */
  takeRide({ runs, lastSuccessAt, checkpoint }: FeedSummary): void {
    const none = { problems: { info: 0, retry: 0, error: 0 }, recentProblems: [] };
    this.summary = { ...none, ...this.summary, runs, lastSuccessAt, checkpoint };
    if (lastSuccessAt) this.lastSuccessAt = new Date(lastSuccessAt);
    if (lastSuccessAt || runs.some((run) => DONE.has(run.result))) this.#initialDone = true;
  }

  /**
   * The connection was checked and is good again: a feed that it had stopped need not sit out its delay. One whose data
   * has grown too old meanwhile is not left to its schedule, which may be a day away.
   */
  connectionMended(now: Date): void {
    if (this.#isStale(now)) this.requested ??= 'Schedule';
    if (this.notBefore === undefined || this.outcome?.scope === undefined || this.outcome.scope === 'record') return;
    if (this.outcome.result === 'Waiting') return;
    this.notBefore = undefined;
    this.requested ??= 'Schedule';
  }

  #isStale(now: Date): boolean {
    const { freshnessMs, lastSuccessAt } = this;
    return freshnessMs !== undefined && lastSuccessAt !== undefined && +now - +lastSuccessAt > freshnessMs;
  }

  state(): FeedState {
    return {
      name: this.resource.metadata.name,
      type: this.type,
      schedule: this.schedule,
      timeZone: this.spec.timeZone,
      suspended: this.spec.suspend === true || this.fault !== undefined,
      initialDone: this.#initialDone,
      requested: this.fault ? undefined : this.requested,
      nextAt: this.nextAt,
      notBefore: this.notBefore,
      earliest: this.#earliest,
      running: this.running,
      ...(this.base ? { via: this.base.resource.metadata.name } : {}),
    };
  }

  /**
   * Before the first full run a hint says nothing new: that run reads everything. Once it is under way it may have
   * passed what the hint is about.
   */
  takeHint(hint: Hint | undefined): void {
    if (!hint || (!this.#initialDone && !this.running)) return;
    const ids = this.requested === 'Hint' && this.#hintIds === undefined ? undefined : hint.ids;
    this.#hintIds = ids && [...new Set([...(this.requested === 'Hint' ? (this.#hintIds ?? []) : []), ...ids])];
    this.requested ??= 'Hint';
  }

  began(now: Date, trigger = this.requested): void {
    this.beganDeliberately(now);
    if (trigger === 'Hint') this.answeringIds = this.#hintIds;
    this.#hintIds = undefined;
    this.requested = undefined;
    this.#answering = this.#runRequest;
  }

  /** By a FeedRun, which answers nothing but itself: what else was asked stays asked. */
  beganDeliberately(now: Date): void {
    this.running = true;
    if (this.outcome?.result !== 'Waiting') this.#lastBegan = now;
    this.#answering = undefined;
    this.answeringIds = undefined;
    this.nextAt = this.#timing.cron?.next(now);
  }

  ended(outcome: RunOutcome, now: Date, random: () => number): void {
    this.running = false;
    if (this.answeringIds) return this.#endedHint(outcome, now);
    this.outcome = outcome;
    this.handledRunRequest = this.#answering ?? this.handledRunRequest;
    if (DONE.has(outcome.result)) this.#initialDone = true;
    if (outcome.result === 'Succeeded' || outcome.result === 'Empty') this.lastSuccessAt = now;
    if (outcome.againMs !== undefined) this.#comeAgain(new Date(now.getTime() + outcome.againMs));
    if (outcome.result === 'Waiting') return this.#wait(outcome, now);
    if (outcome.result === 'Failed' || outcome.result === 'Unproven') return this.#backOff(outcome, now, random);
    this.#failures = 0;
    this.notBefore = undefined;
    this.owesChangedRun = false;
  }

  /** A few records say nothing of the feed's health; what a hint could not read, the next whole run reads. */
  #endedHint(outcome: RunOutcome, now: Date): void {
    this.answeringIds = undefined;
    if (outcome.result === 'Waiting') this.#wait(outcome, now);
    else if (!DONE.has(outcome.result)) this.requested ??= 'Schedule';
  }

  /** Something is due then; what is asked for before goes ahead all the same. */
  #comeAgain(at: Date): void {
    if (this.nextAt === undefined || at < this.nextAt) this.nextAt = at;
  }

  /** No failure, and no attempt is used: it goes on at its time. */
  #wait({ retryAfterMs = 0 }: RunOutcome, now: Date): void {
    this.notBefore = new Date(now.getTime() + retryAfterMs);
    this.requested ??= this.owesChangedRun ? 'Changed' : 'Schedule';
  }

  /**
   * Again with backoff, up to the attempts of one run; then the schedule's next time. Jitter: pods must not march in
   * step.
   */
  #backOff(outcome: RunOutcome, now: Date, random: () => number): void {
    this.#failures += 1;
    const initial = parseDuration(this.spec.retry?.initialDelay ?? '') ?? DEFAULT_INITIAL_DELAY_MS;
    const longest = parseDuration(this.spec.retry?.maxDelay ?? '') ?? DEFAULT_MAX_DELAY_MS;
    const backoff = Math.min(longest, initial * 2 ** (this.#failures - 1)) * (0.75 + random() / 2);
    const delay = outcome.behaviour === 'terminal' ? TERMINAL_DELAY_MS : Math.max(backoff, outcome.retryAfterMs ?? 0);
    this.notBefore = new Date(now.getTime() + delay);
    if (this.#failures < (this.spec.retry?.maxAttempts ?? DEFAULT_ATTEMPTS))
      this.requested = this.owesChangedRun ? 'Changed' : 'Schedule';
    else if (this.#initialDone) this.#failures = 0;
  }
}
