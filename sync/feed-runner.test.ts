import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { API_VERSION, type FeedResource } from '../crds/index.ts';
import { createLogger } from '../kit/log.ts';
import { FreshnessRule } from '../model/feed-rules.ts';
import type { FeedType } from '../model/feeds.ts';
import { ManualClock } from '../test/support/manual-clock.ts';
import { aConnection } from '../test/support/operator-fixtures.ts';
import type { ConnectionGate } from './connection-gate.ts';
import { FeedRunner } from './feed-runner.ts';
import { SyncMetrics } from './metrics.ts';
import type { EngineOptions } from './options.ts';

const feed = (type: FeedType): FeedResource => ({
  apiVersion: API_VERSION,
  kind: 'Feed',
  metadata: { name: type.toLowerCase(), namespace: 'acme', generation: 1 },
  spec: { connectionRef: { name: 'shop' }, type },
});

function setUp(apply: (feed: string) => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const metrics = new SyncMetrics();
  const lines: { feed?: string; message: string }[] = [];
  const to = new PassThrough().on('data', (text: Buffer) => void lines.push(JSON.parse(text.toString())));
  const feeds = (['OrderImport', 'ProductImport', 'StockImport'] as const).map((type) => ({ type, maxPageSize: 1 }));
  const options = {
    ...{ clock, metrics, key: { kind: 'Connection', namespace: 'acme', name: 'shop' } },
    log: createLogger('sync', 'info', to),
    definition: { manifest: { name: 'shop', feeds } },
    freshness: new FreshnessRule(),
    resources: { applyFeedStatus: apply },
  } as unknown as EngineOptions;
  const gate = { hints: { take: () => undefined } } as unknown as ConnectionGate;
  return { clock, metrics, lines, runner: new FeedRunner(options, gate, () => undefined) };
}

describe('a feed whose status the API server refuses', () => {
  it('keeps no other from being written, and is named once for each reason', async () => {
    const written: string[] = [];
    let why = 'Too long: may not be more than 253 bytes';
    const { clock, lines, runner } = setUp(async (name) => {
      if (name === 'orderimport') throw new Error(why);
      written.push(name);
    });
    await runner.update(aConnection(), [feed('OrderImport'), feed('ProductImport')]);
    await runner.reportFeeds();
    expect(written).toEqual(['productimport']);
    await clock.advance(5000);
    await runner.reportFeeds();
    why = 'forbidden';
    await runner.reportFeeds();
    expect(lines.map(({ feed: name }) => name)).toEqual(['orderimport', 'orderimport']);
    expect(lines[0]!.message).toContain('could not be written');
  });
});

describe('a feed that is deleted', () => {
  it('leaves no series behind: an alert of its age would go on', async () => {
    const { metrics, runner } = setUp();
    await runner.update(aConnection(), [feed('OrderImport'), feed('StockImport')]);
    const of = async (name: string) => (await metrics.registry.metrics()).includes(`feed="${name}"`);
    expect([await of('orderimport'), await of('stockimport')]).toEqual([true, true]);
    await runner.update(aConnection(), [feed('StockImport')]);
    expect([await of('orderimport'), await of('stockimport')]).toEqual([false, true]);
  });
});
