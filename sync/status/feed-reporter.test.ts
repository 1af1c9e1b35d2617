import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { API_VERSION, type FeedStatus } from '../../crds/index.ts';
import type { DriverManifest } from '../../drivers/contract/index.ts';
import { createLogger } from '../../kit/log.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { FeedTracker } from '../feeds/feed-tracker.ts';
import type { EngineOptions } from '../options.ts';
import { FeedReporter } from './feed-reporter.ts';

const MANIFEST = { name: 'shop', feeds: [{ type: 'OrderImport', maxPageSize: 1 }] } as unknown as DriverManifest;

/** Of a feed whose n-th run brought one order, or found none. */
const after = (run: number, orders = 1): FeedSummary =>
  ({
    runs: [
      {
        ...{ id: `run-${run}`, feed: 'OrderImport', trigger: 'Schedule', read: orders, changed: orders },
        result: orders > 0 ? 'Succeeded' : 'Empty',
        ...{ startedAt: '2026-05-02T11:00:00Z', finishedAt: '2026-05-02T11:00:01Z' },
        problems: { info: 0, retry: 0, error: 0 },
      },
    ],
    lastSuccessAt: '2026-05-02T11:00:01Z',
    checkpoint: undefined,
    problems: { info: 0, retry: 0, error: 0 },
    recentProblems: [],
  }) as unknown as FeedSummary;

function setUp() {
  const clock = new ManualClock();
  const written: Partial<FeedStatus>[] = [];
  const resources = {
    applyFeedStatus: async (_name: string, status: Partial<FeedStatus>) => void written.push(status),
  } as unknown as EngineOptions['resources'];
  const metadata = { name: 'orders', namespace: 'acme', generation: 1 };
  const spec = { connectionRef: { name: 'shop' }, type: 'OrderImport' as const, freshness: '48h' };
  const resource = { apiVersion: API_VERSION, kind: 'Feed', metadata, spec };
  const feed = new FeedTracker(resource, MANIFEST, clock.now());
  const log = createLogger('sync', 'info', new PassThrough());
  return { clock, written, feed, reporter: new FeedReporter({ clock, log, resources }) };
}

describe('a feed with an order each second', () => {
  it('has its status written once in ten seconds, and the last run is in it within ten more', async () => {
    const { clock, written, feed, reporter } = setUp();
    for (let second = 0; second < 60; second++) {
      feed.takeSummary(after(second));
      await reporter.report(feed, undefined);
      await clock.advance(1000);
    }
    expect(written).toHaveLength(6);
    for (let look = 0; look < 2; look++) {
      await clock.advance(5000);
      await reporter.report(feed, undefined);
    }
    expect(written.at(-1)!.lastRun!.id).toBe('run-59');
    expect(written).toHaveLength(7);
  });

  it('in every other second is written no more often: one run with an order, one without', async () => {
    const { clock, written, feed, reporter } = setUp();
    for (let second = 0; second < 60; second++) {
      feed.takeSummary(after(second, second % 2));
      await reporter.report(feed, undefined);
      await clock.advance(1000);
    }
    expect(written).toHaveLength(6);
  });

  it('that a person asks to run answers at once', async () => {
    const { written, feed, reporter } = setUp();
    await reporter.report(feed, undefined);
    feed.handledRunRequest = 'now';
    await reporter.report(feed, undefined);
    expect(written.map(({ lastHandledRunRequest }) => lastHandledRunRequest)).toEqual([undefined, 'now']);
  });
});
