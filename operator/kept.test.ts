import { describe, expect, it } from '@jest/globals';
import { aConnection, aFeed } from '../test/support/operator-fixtures.ts';
import { createKeepers } from './kept.ts';

const keep = createKeepers();
const CONDITION = {
  ...{ type: 'Ready', status: 'True', reason: 'UpToDate', message: 'the last run read 3 records' },
  ...{ lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 3 },
} as const;
const RUN = {
  ...{ id: 'r', trigger: 'schedule', result: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' },
  ...{ read: 1, changed: 1, problems: 0 },
} as const;
const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };

describe('what the operator keeps in memory', () => {
  it('of a Feed is all of its spec and what is decided by, not what its pod tells people', () => {
    const feed = aFeed();
    const status = { observedGeneration: 3, conditions: [CONDITION], lastSuccessAt: '2026-01-01T00:00:00Z' };
    const kept = keep.feed({
      ...feed,
      metadata: { ...feed.metadata, annotations, managedFields: [{}] },
      status: { ...status, lastRun: RUN, recentRuns: [RUN, RUN] },
    } as typeof feed);
    expect(kept).toEqual({ ...feed, status });
  });

  it('of a connection is all of its spec and what is decided by, not what its pod tells people', () => {
    const connection = aConnection();
    const status = {
      installation: 'one',
      state: 'Running',
      conditions: [CONDITION],
      shop: { id: '1', name: 'a' },
    } as const;
    const kept = keep.connection({
      ...connection,
      metadata: { ...connection.metadata, annotations },
      status: { ...status, clockSkewSeconds: 2, hooks: { state: 'Active' } },
    } as unknown as typeof connection);
    expect(kept).toEqual({ ...connection, status });
  });

  it('is all that can be read: whoever reads more gets an error of types', () => {
    const [feed, connection] = [keep.feed(aFeed()), keep.connection(aConnection())];
    // @ts-expect-error runs are not kept
    expect(feed.status?.recentRuns).toBeUndefined();
    // @ts-expect-error annotations are not kept
    expect(feed.metadata.annotations).toBeUndefined();
    // @ts-expect-error budgets are not kept
    expect(connection.status?.budget).toBeUndefined();
  });

  it('of an object without a status is none', () => {
    expect(keep.connection(aConnection())).not.toHaveProperty('status');
  });
});
