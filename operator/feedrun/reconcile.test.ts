import { expect, it } from '@jest/globals';
import { API_VERSION, LABELS, type FeedRunResource } from '../../crds/index.ts';
import { Cache } from '../../kit/kube/cache.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { aFeed } from '../../test/support/operator-fixtures.ts';
import type { Context } from '../context.ts';
import type { Report } from '../reporter.ts';
import { feedRunReconciler } from './reconcile.ts';

it('a FeedRun of a connection whose name no label holds is judged, too', async () => {
  const run: FeedRunResource = {
    apiVersion: API_VERSION,
    kind: 'FeedRun',
    metadata: { name: 'again', namespace: 'acme', generation: 1 },
    spec: { feedRef: { name: 'orders' } },
  };
  const connectionRef = { name: 'x'.repeat(70) };
  const feeds = new Cache();
  feeds.put(aFeed({ connectionRef }));
  const feedRuns = new Cache();
  feedRuns.put(run);
  const labels: Record<string, string>[] = [];
  const reported: string[] = [];
  const context = {
    config: { watchNamespaces: [], selector: undefined, installation: 'one' },
    informers: { feeds, feedRuns, connections: new Cache(), clusterConnections: new Cache() },
    clock: new ManualClock(),
    applier: {
      apply: async (_informer: unknown, _run: unknown, intent: { metadata: { labels: Record<string, string> } }) =>
        void labels.push(intent.metadata.labels),
    },
    reporter: {
      report: async (_informer: unknown, _run: unknown, { settlement }: Report) => void reported.push(settlement.state),
    },
  } as unknown as Context;
  const log = () => createLogger('operator', 'silent');
  await feedRunReconciler(context)('acme/again', { log, signal: new AbortController().signal });
  expect(labels).toHaveLength(1);
  for (const value of Object.values(labels[0]!)) expect(value).toMatch(/^.{1,63}$/);
  expect(labels[0]![LABELS.connectionKind]).toBe('Connection');
  expect(reported).toEqual(['Reconciling']);
});
