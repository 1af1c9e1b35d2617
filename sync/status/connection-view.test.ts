import { describe, expect, it } from '@jest/globals';
import type { FeedResource, FeedSpec } from '../../crds/index.ts';
import type { DriverManifest } from '../../drivers/contract/index.ts';
import { FEED_TYPES } from '../../model/feeds.ts';
import { FeedTracker } from '../feeds/feed-tracker.ts';
import type { RunOutcome } from '../outcome.ts';
import { connectionView } from './connection-view.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
const later = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const manifest: DriverManifest = {
  name: 'shop',
  title: 'Shop',
  documentation: '',
  platformKind: 'Store',
  hosts: [],
  limits: [],
  feeds: FEED_TYPES.filter((type) => type !== 'SupplierImport').map((type) => ({ type, maxPageSize: 1 })),
};

function feed(type: FeedSpec['type'], result?: RunOutcome['result'], spec: Partial<FeedSpec> = {}): FeedTracker {
  const resource: FeedResource = {
    apiVersion: '',
    kind: 'Feed',
    metadata: { name: type.toLowerCase() },
    spec: { connectionRef: { name: 'shop' }, type, ...spec },
  };
  const tracker = new FeedTracker(resource, manifest, NOW);
  if (result) tracker.ended({ result, reason: result, read: 0, changed: 0, problems: 0 }, NOW, () => 0);
  return tracker;
}

const handled = (tracker: FeedTracker, value: string): FeedTracker =>
  Object.assign(tracker, { handledSyncRequest: value });
const owing = (tracker: FeedTracker): FeedTracker => Object.assign(tracker, { owesChangedRun: true });

describe('a connection is synced', () => {
  it.each<[string, FeedTracker[], object]>([
    ['nobody knows, without feeds', [], { status: 'Unknown', reason: 'NoFeeds' }],
    [
      'nobody knows, where all are suspended',
      [feed('OrderImport', 'Succeeded', { suspend: true })],
      { status: 'Unknown', reason: 'NoFeeds' },
    ],
    [
      'not yet, and how far it is',
      [feed('DataModelSync', 'Succeeded'), feed('OrderImport')],
      { status: 'False', reason: 'InitialSync', message: expect.stringContaining('1 of 2') },
    ],
    [
      'when every feed has run through',
      [feed('DataModelSync', 'Succeeded'), feed('OrderImport', 'Empty')],
      { status: 'True' },
    ],
    [
      'whatever a suspended feed has missed',
      [feed('DataModelSync', 'Succeeded'), feed('OrderImport', undefined, { suspend: true })],
      { status: 'True' },
    ],
    [
      'whatever a feed that can never run has missed',
      [feed('DataModelSync', 'Succeeded'), feed('SupplierImport')],
      { status: 'True' },
    ],
  ])('%s', (_what, feeds, finding) => {
    expect(connectionView(feeds, undefined, NOW).synced).toMatchObject(finding);
  });
});

describe('a connection is fresh', () => {
  it.each<[string, FeedTracker[], number, object]>([
    ['while all its data is young', [feed('OrderImport', 'Succeeded')], 5, { status: 'True' }],
    [
      'no more when a feed is silent, which it names',
      [feed('DataModelSync', 'Succeeded'), feed('OrderImport', 'Succeeded')],
      6,
      { status: 'False', reason: 'Stale', message: expect.stringMatching(/1 feeds.*orderimport/) },
    ],
    ['no more when a feed never succeeded', [feed('OrderImport')], 6, { status: 'False' }],
    [
      "whatever age a suspended feed's data has",
      [feed('OrderImport', 'Succeeded', { suspend: true })],
      999,
      { status: 'True' },
    ],
  ])('%s', (_what, feeds, minutes, finding) => {
    expect(connectionView(feeds, undefined, later(minutes)).fresh).toMatchObject(finding);
  });
});

describe('a sync request', () => {
  it.each<[string, FeedTracker[], string | undefined, string | undefined]>([
    [
      'is handled when every feed has run for it',
      [handled(feed('OrderImport'), 'a'), handled(feed('StockImport'), 'a')],
      'a',
      'a',
    ],
    [
      'is not while one feed is missing',
      [handled(feed('OrderImport'), 'a'), handled(feed('StockImport'), 'old')],
      'a',
      undefined,
    ],
    [
      'does not wait for a suspended feed',
      [handled(feed('OrderImport'), 'a'), feed('StockImport', undefined, { suspend: true })],
      'a',
      'a',
    ],
    [
      'does not wait for a feed that can never run',
      [handled(feed('OrderImport'), 'a'), feed('SupplierImport')],
      'a',
      'a',
    ],
    ['was never made', [feed('OrderImport')], undefined, undefined],
  ])('%s', (_what, feeds, asked, answer) => {
    expect(connectionView(feeds, asked, NOW).handledSyncRequest).toBe(answer);
  });
});

describe('the runs for changed settings', () => {
  it.each<[string, FeedTracker[], boolean]>([
    ['are done when every feed is through', [feed('OrderImport', 'Succeeded')], true],
    ['are not while one is owed', [feed('OrderImport', 'Succeeded'), owing(feed('StockImport', 'Succeeded'))], false],
    ['are not before the initial sync', [feed('OrderImport')], false],
    ['are not without feeds', [], false],
  ])('%s', (_what, feeds, done) => {
    expect(connectionView(feeds, undefined, NOW).changedRunsDone).toBe(done);
  });
});
