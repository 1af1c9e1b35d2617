import { classOf, FEED_CLASSES, FEED_TYPES, isImport, rankOf, type FeedClass, type FeedType } from '../model/feeds.ts';
import type { StartRunRequest } from '../model/sync-api.ts';

const BY_RANK: readonly FeedType[] = FEED_TYPES.toSorted((a, b) => rankOf(a) - rankOf(b));

export type Trigger = StartRunRequest['trigger'];

/** What the scheduler knows of one feed. */
export interface FeedState {
  readonly name: string;
  readonly type: FeedType;
  readonly schedule: string | undefined;
  readonly timeZone: string | undefined;
  readonly suspended: boolean;
  /** Has it ever succeeded? Until all have, the initial sync goes in order. */
  readonly initialDone: boolean;
  /** A request (annotation, sync-now, changed credential, hint) that has not been carried out. */
  readonly requested: Trigger | undefined;
  readonly nextAt: Date | undefined;
  /** After a failure: not before. */
  readonly notBefore: Date | undefined;
  /** The platform wants no run before, whatever asks. */
  readonly earliest?: Date;
  readonly running: boolean;
  /** Name of the feed whose runs bring its records: it is never run itself. */
  readonly via?: string;
}

export interface DueRun {
  readonly name: string;
  readonly type: FeedType;
  readonly trigger: Trigger;
}

/**
 * A lane for each class of the budget, so that neither the catalogue nor a long export holds back an order; within a
 * lane one run at a time.
 */
export function laneOf(type: FeedType): FeedClass {
  return classOf(type);
}

/**
 * The feeds that run, each with what is asked of those that ride with it: whichever of them is due makes it due. Pure.
 */
export function withRiders(feeds: readonly FeedState[]): FeedState[] {
  return feeds
    .filter(({ via }) => via === undefined)
    .map((feed) => {
      const riders = feeds.filter(({ via }) => via === feed.name);
      if (riders.length === 0) return feed;
      const asked = [feed, ...riders].map(({ requested }) => requested).filter((trigger) => trigger !== undefined);
      return {
        ...feed,
        requested: asked.find((trigger) => trigger === 'Requested') ?? asked[0],
        nextAt: earliest([feed, ...riders.filter(({ suspended }) => !suspended)].map(({ nextAt }) => nextAt)),
      };
    });
}

function earliest(times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.filter((at) => at !== undefined).map((at) => at.getTime());
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}

/**
 * The runs that may start now, most urgent first, at most one for each free lane. While the initial sync is under way
 * the first feed that is not done runs, and those after it wait: orders refer to products, products to the data model.
 * Pure.
 */
export function dueRuns(all: readonly FeedState[], now: Date): DueRun[] {
  const feeds = withRiders(all);
  const pending = feeds
    .filter((feed) => !feed.initialDone && !feed.suspended)
    .sort((a, b) => rankOf(a.type) - rankOf(b.type));
  const first = pending[0];
  // What waits to be exported refers to nothing that a later feed brings: an export holds nobody up.
  const barrier = first && isImport(first.type) ? rankOf(first.type) : Number.POSITIVE_INFINITY;
  const due = feeds.flatMap((feed) => {
    const trigger = triggerOf(feed, now, feed === first || barrier === Number.POSITIVE_INFINITY, barrier);
    return trigger ? [{ name: feed.name, type: feed.type, trigger }] : [];
  });
  due.sort((a, b) => urgency(a) - urgency(b));
  const busy = new Set(feeds.filter((feed) => feed.running).map((feed) => laneOf(feed.type)));
  return due.filter(({ type }) => {
    const free = !busy.has(laneOf(type));
    busy.add(laneOf(type));
    return free;
  });
}

function triggerOf(feed: FeedState, now: Date, mayBegin: boolean, barrier: number): Trigger | undefined {
  if (feed.running || (feed.earliest !== undefined && feed.earliest > now)) return undefined;
  const waits = feed.notBefore !== undefined && feed.notBefore > now;
  if (!feed.initialDone && rankOf(feed.type) > barrier) return undefined;
  // A person's request goes ahead of a backoff; the engine's own does not.
  if (feed.requested === 'Requested') return 'Requested';
  if (waits) return undefined;
  if (feed.requested) return feed.requested;
  if (feed.suspended) return undefined;
  if (!feed.initialDone && mayBegin) return 'Initial';
  return feed.initialDone && feed.nextAt !== undefined && feed.nextAt <= now ? 'Schedule' : undefined;
}

/** Class first; within a class the order of the initial sync. */
function urgency({ type }: DueRun): number {
  return FEED_CLASSES.indexOf(classOf(type)) * FEED_TYPES.length + BY_RANK.indexOf(type);
}

/** When to look again: the earliest time at which something could become due. */
export function wakeAt(feeds: readonly FeedState[]): Date | undefined {
  return earliest(
    withRiders(feeds)
      .filter((feed) => !feed.running)
      .flatMap((feed) => [feed.notBefore, feed.requested && feed.earliest, feed.suspended ? undefined : feed.nextAt]),
  );
}
