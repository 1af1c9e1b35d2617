import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import { feedConnection, findConnection } from '../caches.ts';
import type { Context } from '../context.ts';
import { connectionId } from '../resources.ts';
import { speaksFor } from '../sight.ts';
import { decideFeed } from './decide.ts';

/** A Feed is run by its connection's pod; the operator says whether it can be, and sums up how it goes. */
export function feedReconciler(context: Context): Reconcile {
  const { informers, reporter, freshnessRule, clock } = context;
  return async (key) => {
    const feed = informers.feeds.get(key);
    if (!feed || feed.metadata.deletionTimestamp) return DONE;
    const connectionKey = feedConnection(feed);
    if (!(await speaksFor(context, connectionKey))) return DONE;
    const connection = findConnection(informers, connectionKey);
    const { accepted, settlement, effective, staleAgainMs } = decideFeed(
      {
        feed,
        connection,
        driver: connection && informers.drivers.get(connection.spec.driver),
        siblings: informers.feeds.byIndex('connection', connectionId(connectionKey)),
      },
      { freshnessRule, now: clock.now() },
    );
    const fields = effective ? { effective } : {};
    const unremarkable = settlement.finding.reason === 'NotRunYet';
    await reporter.report(informers.feeds, feed, {
      settlement,
      findings: { Accepted: accepted },
      fields,
      unremarkable,
    });
    return staleAgainMs === undefined ? DONE : requeueAfter(staleAgainMs);
  };
}
