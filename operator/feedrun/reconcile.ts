import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { feedConnection, findConnection } from '../caches.ts';
import { feedRunLabels } from '../connection/labels.ts';
import { speaksFor } from '../sight.ts';
import { decideFeedRun, inTestMode } from './decide.ts';

/** A FeedRun gets the labels by which its connection's pod finds it, and goes some time after it has ended. */
export function feedRunReconciler(context: Context): Reconcile {
  const { informers, reporter, applier, client, clock } = context;
  return async (key) => {
    const run = informers.feedRuns.get(key);
    if (!run || run.metadata.deletionTimestamp) return DONE;
    const feed = informers.feeds.find(run.metadata.namespace, run.spec.feedRef.name);
    if (feed && !(await speaksFor(context, feedConnection(feed)))) return DONE;
    const { accepted, settlement, expiresInMs } = decideFeedRun(run, feed, {
      now: clock.now(),
      testMode: inTestMode(feed && findConnection(informers, feedConnection(feed))),
    });
    if (expiresInMs !== undefined && expiresInMs <= 0) {
      await client.delete(informers.feedRuns.type, run.metadata);
      return DONE;
    }
    if (feed && accepted.status === 'True')
      await applier.apply(informers.feedRuns, run, { metadata: { labels: feedRunLabels(feed) } });
    await reporter.report(informers.feedRuns, run, { settlement, findings: { Accepted: accepted } });
    return expiresInMs === undefined ? DONE : requeueAfter(expiresInMs);
  };
}
