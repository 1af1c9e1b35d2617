import type { BudgetReading, BudgetRule } from '../../drivers/contract/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { FEED_CLASSES, type FeedClass } from '../../model/feeds.ts';
import type { BudgetState } from '../../model/sync-api.ts';
import { Bucket, type Acquisition, type BucketView } from './bucket.ts';

export { WaitTooLong, type BucketView } from './bucket.ts';

export interface BudgetView extends BucketView {
  /** Those with a name; the rest is the common one. */
  readonly buckets: Readonly<Record<string, BucketView>>;
}

export interface BudgetOptions {
  readonly clock: Clock;
  /** Of calls that name no bucket. */
  readonly rule?: BudgetRule;
  readonly buckets?: Readonly<Record<string, BudgetRule>>;
  /** As the last pod left it. */
  readonly saved?: BudgetState;
}

/**
 * Everything that a connection may ask of its store: one bucket, and one for each operation that the platform counts by
 * itself. Two connections of one shop are refused, so the budget of a connection is the budget of the shop.
 */
export class Budget {
  readonly #common: Bucket;
  readonly #named: ReadonlyMap<string, Bucket>;

  constructor({ clock, rule, buckets = {}, saved }: BudgetOptions) {
    const { buckets: savedBuckets, ...common } = saved ?? {};
    this.#common = new Bucket({ clock, rule, saved: isWhole(common) ? common : undefined });
    this.#named = new Map(
      Object.entries(buckets).map(([name, named]) => [
        name,
        new Bucket({ clock, rule: named, saved: savedBuckets?.[name] }),
      ]),
    );
  }

  /** See Bucket. */
  async acquire(
    feedClass: FeedClass,
    { bucket, ...call }: Acquisition & { readonly bucket?: string } = {},
  ): Promise<number> {
    return this.#of(bucket).acquire(feedClass, call);
  }

  release(bucket?: string): void {
    this.#of(bucket).release();
  }

  /** What an answer told: of the bucket that it names. */
  observe({ bucket, ...reading }: BudgetReading): void {
    this.#of(bucket).observe(reading);
  }

  view(): BudgetView {
    return {
      ...this.#common.view(),
      buckets: Object.fromEntries([...this.#named].map(([name, bucket]) => [name, bucket.view()])),
    };
  }

  /** For the hub to keep; absent while there is nothing to keep, that is while nothing is spent. */
  state(): BudgetState | undefined {
    const common = this.#common.state();
    const buckets = [...this.#named].flatMap(([name, bucket]) => {
      const state = bucket.state();
      return state ? [[name, state] as const] : [];
    });
    const all = [common, ...buckets.map(([, state]) => state)];
    if (!all.some((state) => state && state.remaining < state.burst)) return undefined;
    return { ...common, ...(buckets.length > 0 ? { buckets: Object.fromEntries(buckets) } : {}) };
  }

  #of(name: string | undefined): Bucket {
    const bucket = name === undefined ? this.#common : this.#named.get(name);
    if (!bucket) throw new Error(`the driver names the bucket ${name}, which its manifest does not have`);
    return bucket;
  }
}

type Whole = Required<Omit<BudgetState, 'buckets'>>;

const isWhole = (state: Partial<Whole>): state is Whole => state.remaining !== undefined;

/** The bucket that is paused longest; undefined where none is. */
export function longestPause(view: BudgetView): { readonly bucket?: string; readonly until: Date } | undefined {
  const paused = [
    { until: view.pausedUntil },
    ...Object.entries(view.buckets).map(([bucket, { pausedUntil }]) => ({ bucket, until: pausedUntil })),
  ].filter((each): each is { bucket?: string; until: Date } => each.until !== undefined);
  return paused.sort((a, b) => b.until.getTime() - a.until.getTime())[0];
}

/** How many calls wait, in all buckets. */
export function waitingCalls(view: BudgetView): Record<FeedClass, number> {
  const all = [view, ...Object.values(view.buckets)];
  return Object.fromEntries(
    FEED_CLASSES.map((feedClass) => [feedClass, all.reduce((sum, { waiting }) => sum + waiting[feedClass], 0)]),
  ) as Record<FeedClass, number>;
}
