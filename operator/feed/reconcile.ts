import type { Reconcile } from '../../kit/controller.ts';
import { objectKey } from '../../kit/kube/objects.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import { feedConnection, type Caches } from '../caches.ts';
import type { Context } from '../context.ts';
import { connectionId, podNamespace, type AnyConnection } from '../resources.ts';
import type { ConnectionKey } from '../../crds/index.ts';
import { decideFeed } from './decide.ts';

/** A Feed is run by its connection's pod; the operator says whether it can be, and sums up how it goes. */
export function feedReconciler({ informers, reporter, freshnessRule, clock }: Context): Reconcile {
  return async (key) => {
    const feed = informers.feeds.get(key);
    if (!feed || feed.metadata.deletionTimestamp) return DONE;
    const connectionKey = feedConnection(feed);
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

/** The connection of a key; one of the cluster's only where its pod lives in that namespace. */
export function findConnection(
  caches: Pick<Caches, 'connections' | 'clusterConnections'>,
  key: ConnectionKey,
): AnyConnection | undefined {
  if (key.kind === 'Connection') return caches.connections.get(objectKey(key.namespace, key.name));
  const found = caches.clusterConnections.get(key.name);
  return found && podNamespace(found) === key.namespace ? found : undefined;
}
