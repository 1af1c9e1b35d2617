import { boundedWait, type BudgetReading, type BudgetRule } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { Nudge } from '../../kit/nudge.ts';
import { FEED_CLASSES, type FeedClass } from '../../model/feeds.ts';
import type { BucketState } from '../../model/sync-api.ts';

/**
 * Share of a full bucket that a class leaves to the classes above it: an order that comes while the catalogue is read
 * must find something left.
 */
const RESERVE: Readonly<Record<FeedClass, number>> = { orders: 0, shipments: 0.05, stock: 0.1, catalogue: 0.2 };

interface Waiter {
  readonly feedClass: FeedClass;
  readonly cost: number;
  readonly go: () => void;
  readonly refuse: (reason: WaitTooLong) => void;
  readonly signal: AbortSignal | undefined;
  readonly longestMs: number;
  readonly nested: boolean;
}

/** A rule by which a call would go less than once a day is taken for a mistake. */
const SLOWEST_PER_SECOND = 1 / 86_400;
const MOST = 1e9;

/** What a shop may say of itself; of the rest nothing is believed: it could stop for ever who believes it. */
function plausible({ burst, perSecond, remaining, pauseMs, ...rest }: BudgetReading): BudgetReading {
  const isRule = (value: number | undefined, least: number) => value !== undefined && value >= least && value <= MOST;
  return {
    ...rest,
    ...(isRule(burst, 1) ? { burst } : {}),
    ...(isRule(perSecond, SLOWEST_PER_SECOND) ? { perSecond } : {}),
    ...(remaining !== undefined && remaining >= 0 && !Number.isNaN(remaining) ? { remaining } : {}),
    ...(pauseMs === undefined ? {} : { pauseMs: boundedWait(pauseMs) }),
  };
}

/** A call that asks to be let go. */
export interface Acquisition {
  /** In the platform's points; 1 if absent. */
  readonly cost?: number;
  readonly signal?: AbortSignal;
  /** Waits no longer than this from one look to the next. */
  readonly longestMs?: number;
  /** Made for another call that was let go here and is not sent yet (its token): it goes in its place. */
  readonly nested?: boolean;
}

/** The turn of a call would come too late: it is not kept waiting, and nothing was taken. */
export class WaitTooLong extends Error {
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(`the budget has nothing for ${waitMs} ms`);
    this.waitMs = waitMs;
  }
}

export interface BucketView {
  /** Absent while the platform has told of no limit. */
  readonly rule: BudgetRule | undefined;
  readonly remaining: number | undefined;
  /** The store asked for a pause until then. */
  readonly pausedUntil: Date | undefined;
  readonly waiting: Readonly<Record<FeedClass, number>>;
  /** Until everything that waits now has been sent. */
  readonly forecastMs: number;
}

/**
 * One token bucket: orders before shipments before stock before catalogue (model/feeds.ts), and no more calls under
 * way at once than its rule allows. Without a rule nothing waits, until an answer tells of a limit or asks for a pause.
 */
export class Bucket {
  readonly #clock: Clock;
  #rule: BudgetRule | undefined;
  #remaining = Number.POSITIVE_INFINITY;
  #at: number;
  #pausedUntil = 0;
  #underWay = 0;
  readonly #waiters: Waiter[] = [];
  #pumping = false;
  readonly #nudge = new Nudge();

  constructor(options: { readonly clock: Clock; readonly rule?: BudgetRule; readonly saved?: BucketState }) {
    this.#clock = options.clock;
    this.#at = options.clock.now().getTime();
    if (options.rule) this.#setRule(options.rule);
    if (options.saved) this.#restore(options.saved);
  }

  /**
   * Resolves when the request may be sent, with the milliseconds that it waited; early when the signal aborts. Then
   * `release` must follow when its answer is there, but for a nested one. Throws `WaitTooLong` as soon as its turn is
   * further away than `longestMs`.
   */
  async acquire(
    feedClass: FeedClass,
    { cost = 1, signal, longestMs = Number.POSITIVE_INFINITY, nested = false }: Acquisition = {},
  ): Promise<number> {
    const began = this.#clock.now().getTime();
    const wait = signal?.aborted ? 0 : this.#turn(feedClass, cost);
    if (wait > longestMs) throw new WaitTooLong(wait);
    await new Promise<void>((resolve, reject) => {
      this.#waiters.push({ feedClass, cost, go: resolve, refuse: reject, signal, longestMs, nested });
      this.#nudge.wake();
      void this.#pump();
    });
    return this.#clock.now().getTime() - began;
  }

  /** A call that was let go is over. */
  release(): void {
    this.#underWay -= 1;
    this.#nudge.wake();
  }

  /** What an answer told. The platform's own number is the truth: ours is replaced by it. */
  observe(told: BudgetReading): void {
    const reading = plausible(told);
    const burst = reading.burst ?? this.#rule?.burst;
    const perSecond = reading.perSecond ?? this.#rule?.perSecond;
    if (
      burst !== undefined &&
      perSecond !== undefined &&
      (burst !== this.#rule?.burst || perSecond !== this.#rule.perSecond)
    )
      this.#setRule({ ...this.#rule, burst, perSecond });
    if (reading.remaining !== undefined && this.#rule) {
      this.#refill();
      this.#remaining = Math.min(reading.remaining, this.#rule.burst);
    }
    if (reading.pauseMs !== undefined && reading.pauseMs > 0)
      this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now().getTime() + reading.pauseMs);
    this.#nudge.wake();
  }

  view(): BucketView {
    this.#refill();
    const now = this.#clock.now().getTime();
    const waiting = Object.fromEntries(
      FEED_CLASSES.map((feedClass) => [
        feedClass,
        this.#waiters.filter((waiter) => waiter.feedClass === feedClass).length,
      ]),
    ) as Record<FeedClass, number>;
    const owed = this.#waiters.reduce((sum, { cost }) => sum + cost, 0);
    const missing = this.#rule ? Math.max(0, owed - this.#remaining) / this.#rule.perSecond : 0;
    return {
      rule: this.#rule,
      remaining: this.#rule ? Math.floor(this.#remaining) : undefined,
      pausedUntil: this.#pausedUntil > now ? new Date(this.#pausedUntil) : undefined,
      waiting,
      forecastMs: Math.max(0, this.#pausedUntil - now) + missing * 1000,
    };
  }

  /** For the hub to keep; absent while there is nothing to keep. */
  state(): BucketState | undefined {
    if (!this.#rule) return undefined;
    this.#refill();
    const { burst, perSecond } = this.#rule;
    return { remaining: this.#remaining, burst, perSecond, at: new Date(this.#at).toISOString() };
  }

  #setRule(rule: BudgetRule): void {
    this.#refill();
    this.#rule = rule;
    this.#remaining = Math.min(this.#remaining, rule.burst);
  }

  /** What the last pod left, and what has come back since. */
  #restore(saved: BucketState): void {
    this.#rule ??= { burst: saved.burst, perSecond: saved.perSecond };
    const elapsed = Math.max(0, this.#at - Date.parse(saved.at)) / 1000;
    this.#remaining = Math.min(this.#rule.burst, saved.remaining + elapsed * this.#rule.perSecond);
  }

  #refill(): void {
    const now = this.#clock.now().getTime();
    if (this.#rule)
      this.#remaining = Math.min(
        this.#rule.burst,
        this.#remaining + (Math.max(0, now - this.#at) / 1000) * this.#rule.perSecond,
      );
    this.#at = now;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        const wait = this.#waitFor(next);
        if (next.signal?.aborted) this.#grant(next);
        else if (wait > next.longestMs) this.#refuse(next, wait);
        else if (wait > 0) await this.#rest(wait, next.signal);
        else if (!next.nested && this.#underWay >= (this.#rule?.concurrent ?? Number.POSITIVE_INFINITY))
          await this.#nudged(next.signal);
        else this.#grant(next);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** First come, first served within a class; an aborted one goes at once, to learn of it, and so does a nested one. */
  #next(): Waiter | undefined {
    const first = this.#waiters.find(({ signal, nested }) => signal?.aborted === true || nested);
    if (first) return first;
    for (const feedClass of FEED_CLASSES) {
      const first = this.#waiters.find((waiter) => waiter.feedClass === feedClass);
      if (first) return first;
    }
    return undefined;
  }

  /** How long until a call that comes now would be let go, after those that go before it. */
  #turn(feedClass: FeedClass, cost: number): number {
    const rank = FEED_CLASSES.indexOf(feedClass);
    const before = this.#waiters.filter((waiter) => FEED_CLASSES.indexOf(waiter.feedClass) <= rank);
    const owed = before.reduce((sum, waiter) => sum + waiter.cost, 0);
    return this.#waitFor({ feedClass, cost }, owed);
  }

  #waitFor({ feedClass, cost }: Pick<Waiter, 'feedClass' | 'cost'>, owed = 0): number {
    this.#refill();
    const now = this.#clock.now().getTime();
    const pause = Math.max(0, this.#pausedUntil - now);
    if (!this.#rule) return pause;
    // A call dearer than the bucket is deep goes when the bucket is full.
    const needed = owed + Math.min(this.#rule.burst, cost + RESERVE[feedClass] * this.#rule.burst);
    return Math.max(pause, Math.ceil(((needed - this.#remaining) / this.#rule.perSecond) * 1000));
  }

  #refuse(waiter: Waiter, wait: number): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    waiter.refuse(new WaitTooLong(wait));
  }

  #grant(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    if (!waiter.nested) this.#underWay += 1;
    if (this.#rule && !waiter.signal?.aborted) this.#remaining -= waiter.cost;
    waiter.go();
  }

  /** Until a call that is under way is over, or as below. */
  async #nudged(signal: AbortSignal | undefined): Promise<void> {
    const woken = this.#nudge.next();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    for (const each of [woken, signal]) each?.addEventListener('abort', resolve, { once: true });
    await promise;
    signal?.removeEventListener('abort', resolve);
  }

  /** Until there may be enough, something more urgent comes, or an answer tells of another budget. */
  async #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = this.#nudge.next();
    await this.#clock.sleep(ms, signal ? AbortSignal.any([signal, woken]) : woken);
  }
}
