import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../../test/support/manual-clock.ts';
import type { HubClient } from '../hub-client.ts';
import type { ShopSession } from '../shop-session.ts';
import { runFeed } from './feed-run.ts';

const RUN = '00000000-0000-4000-8000-000000000001';

describe('a run of a feed that a queue serves', () => {
  it('refuses a window: what would be read is whatever waits, whenever it was placed', async () => {
    let read = false;
    const told: string[] = [];
    const source = {
      cursor: { kind: 'queue' },
      maxPageSize: 10,
      async *read() {
        read = true;
        yield { records: [], resume: '0', end: true };
      },
    };
    const outcome = await runFeed(
      {
        feed: 'orders',
        type: 'OrderImport',
        trigger: 'FeedRun',
        parameters: { feedRef: { name: 'orders' }, window: { from: '2026-01-01T00:00:00Z' } },
      },
      {
        session: {
          driver: { feeds: { OrderImport: source } },
          storeNow: () => new Date(0),
          inRun: async (_feed: string, _held: unknown, work: () => Promise<unknown>) => work(),
        } as unknown as ShopSession,
        hub: {
          startRun: async () => ({ runId: RUN }),
          finishRun: async (_run: string, { result }: { result: string }) => void told.push(result),
          renew: async () => undefined,
        } as unknown as HubClient,
        clock: new ManualClock(),
        holder: 'pod/1',
        decideOrder: () => () => ({ intake: 'Accepted', custRef: '1' }),
      },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ result: 'Failed', reason: 'NotSupported', behaviour: 'terminal' });
    expect(outcome.message).toContain('give ids in place of a window');
    expect(read).toBe(false);
    // Else the hub would hold it for running until its lease ends.
    expect(told).toEqual(['Failed']);
  });
});
