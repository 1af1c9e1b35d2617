import type { FeedsView } from './connection-status.ts';
import type { FeedTracker } from '../feeds/feed-tracker.ts';
import type { ConditionValue } from '../../kit/conditions.ts';

/**
 * The connection's Synced and Fresh out of its feeds, and how far requests that concern all of them have come. Pure.
 */
export function connectionView(feeds: readonly FeedTracker[], syncRequest: string | undefined, now: Date): FeedsView {
  const runnable = feeds.filter((feed) => !feed.fault && feed.spec.suspend !== true);
  const allHandled = syncRequest !== undefined && runnable.every((feed) => feed.handledSyncRequest === syncRequest);
  return {
    synced: synced(runnable),
    fresh: fresh(runnable, now),
    handledSyncRequest: allHandled ? syncRequest : undefined,
    changedRunsDone: runnable.length > 0 && runnable.every((feed) => !feed.owesChangedRun && feed.state().initialDone),
  };
}

function synced(feeds: readonly FeedTracker[]): ConditionValue {
  if (feeds.length === 0)
    return {
      status: 'Unknown',
      reason: 'NoFeeds',
      message: 'no feed belongs to the connection: create a Feed that names it',
    };
  const pending = feeds.filter((feed) => !feed.state().initialDone);
  if (pending.length > 0) {
    return {
      status: 'False',
      reason: 'InitialSync',
      message: `the initial sync is under way: ${feeds.length - pending.length} of ${feeds.length} feeds are through`,
    };
  }
  return { status: 'True', reason: 'InitialSyncDone', message: 'every feed has run through once' };
}

function fresh(feeds: readonly FeedTracker[], now: Date): ConditionValue {
  const stale = feeds.filter((feed) => {
    const since = feed.lastSuccessAt ?? feed.startedAt;
    return feed.freshnessMs !== undefined && now.getTime() - since.getTime() > feed.freshnessMs;
  });
  const [first] = stale;
  if (first)
    return {
      status: 'False',
      reason: 'Stale',
      message: `data of ${stale.length} feeds is too old, first ${first.resource.metadata.name}: see its condition Synced`,
    };
  return { status: 'True', reason: 'Fresh', message: "no feed's data is older than its freshness" };
}
