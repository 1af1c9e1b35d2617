import type { BudgetReading, BudgetRule } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { FEED_CLASSES, type FeedClass } from '../../model/feeds.ts';
import type { BudgetState } from '../../model/sync-api.ts';

/**
 * Share of a full bucket that a class leaves to the classes above it: an order that comes while the catalogue is read
 * must find something left.
 */
const RESERVE: Readonly<Record<FeedClass, number>> = { orders: 0, shipments: 0.05, stock: 0.1, catalogue: 0.2 };

interface Waiter {
  readonly feedClass: FeedClass;
  readonly cost: number;
  readonly go: () => void;
  readonly signal: AbortSignal | undefined;
}

export interface BudgetView {
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
 * One token bucket for everything a connection asks of its store: orders before shipments before stock before catalogue
 * (model/feeds.ts). Two connections of one shop are refused, so the bucket of a connection is the bucket of the shop.
 * Without a rule nothing waits, until an answer tells of a limit or asks for a pause.
 */
export class Budget {
  readonly #clock: Clock;
  #rule: BudgetRule | undefined;
  #remaining = Number.POSITIVE_INFINITY;
  #at: number;
  #pausedUntil = 0;
  readonly #waiters: Waiter[] = [];
  #pumping = false;
  #nudge = new AbortController();

  constructor(options: { readonly clock: Clock; readonly rule?: BudgetRule; readonly saved?: BudgetState }) {
    this.#clock = options.clock;
    this.#at = options.clock.now().getTime();
    if (options.rule) this.#setRule(options.rule);
    if (options.saved) this.#restore(options.saved);
  }

  /** Resolves when the request may be sent; the milliseconds that it waited. Resolves early when the signal aborts. */
  async acquire(feedClass: FeedClass, cost = 1, signal?: AbortSignal): Promise<number> {
    const began = this.#clock.now().getTime();
    await new Promise<void>((resolve) => {
      this.#waiters.push({ feedClass, cost, go: resolve, signal });
      this.#nudge.abort();
      void this.#pump();
    });
    return this.#clock.now().getTime() - began;
  }

  /** What an answer told. The platform's own number is the truth: ours is replaced by it. */
  observe(reading: BudgetReading): void {
    const burst = reading.burst ?? this.#rule?.burst;
    const perSecond = reading.perSecond ?? this.#rule?.perSecond;
    if (
      burst !== undefined &&
      perSecond !== undefined &&
      (burst !== this.#rule?.burst || perSecond !== this.#rule.perSecond)
    )
      this.#setRule({ burst, perSecond });
    if (reading.remaining !== undefined && this.#rule) {
      this.#refill();
      this.#remaining = Math.min(reading.remaining, this.#rule.burst);
    }
    if (reading.pauseMs !== undefined && reading.pauseMs > 0)
      this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now().getTime() + reading.pauseMs);
    this.#nudge.abort();
  }

  view(): BudgetView {
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
  state(): BudgetState | undefined {
    if (!this.#rule) return undefined;
    this.#refill();
    return { remaining: this.#remaining, ...this.#rule, at: new Date(this.#at).toISOString() };
  }

  #setRule(rule: BudgetRule): void {
    this.#refill();
    this.#rule = rule;
    this.#remaining = Math.min(this.#remaining, rule.burst);
  }

  /** What the last pod left, and what has come back since. */
  #restore(saved: BudgetState): void {
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
        if (wait <= 0 || next.signal?.aborted) this.#grant(next);
        else await this.#rest(wait, next.signal);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** First come, first served within a class; an aborted one goes at once, to learn of it. */
  #next(): Waiter | undefined {
    const aborted = this.#waiters.find(({ signal }) => signal?.aborted);
    if (aborted) return aborted;
    for (const feedClass of FEED_CLASSES) {
      const first = this.#waiters.find((waiter) => waiter.feedClass === feedClass);
      if (first) return first;
    }
    return undefined;
  }

  #waitFor({ feedClass, cost }: Waiter): number {
    this.#refill();
    const now = this.#clock.now().getTime();
    const pause = Math.max(0, this.#pausedUntil - now);
    if (!this.#rule) return pause;
    // A call dearer than the bucket is deep goes when the bucket is full.
    const needed = Math.min(this.#rule.burst, cost + RESERVE[feedClass] * this.#rule.burst);
    return Math.max(pause, Math.ceil(((needed - this.#remaining) / this.#rule.perSecond) * 1000));
  }

  #grant(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    if (this.#rule && !waiter.signal?.aborted) this.#remaining -= waiter.cost;
    waiter.go();
  }

  /** Until there may be enough, something more urgent comes, or an answer tells of another budget. */
  async #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    this.#nudge = new AbortController();
    await this.#clock.sleep(ms, signal ? AbortSignal.any([signal, this.#nudge.signal]) : this.#nudge.signal);
  }
}
