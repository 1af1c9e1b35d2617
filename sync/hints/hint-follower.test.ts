import { describe, expect, it } from '@jest/globals';
import type { Driver, InboundHook } from '../../drivers/contract/index.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import type { HubClient } from '../hub-client.ts';
import { PendingHints } from './pending-hints.ts';
import { followHints } from './hint-follower.ts';

type Settled = Parameters<HubClient['settleHooks']>[0];

/** A hub with these webhooks in its queue; each leaves it when it is settled. */
function hubWith(...bodies: string[]) {
  const queue = bodies.map((body, index) => ({
    id: index + 1,
    headers: {},
    body: Buffer.from(body).toString('base64'),
    receivedAt: '2026-01-01T00:00:00Z',
  }));
  const settled: Settled[number][] = [];
  const hub: Pick<HubClient, 'hints' | 'claimHooks' | 'settleHooks'> = {
    hints: async (signal) => {
      if (queue.length === 0) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { feeds: [], hooks: queue.length };
    },
    claimHooks: async (limit) => queue.slice(0, limit),
    settleHooks: async (results) => {
      settled.push(...results);
      for (const { id } of results)
        queue.splice(
          queue.findIndex((hook) => hook.id === id),
          1,
        );
    },
  };
  return { hub, settled };
}

const driver = {
  webhooks: {
    read: ({ body }: InboundHook) => {
      const text = Buffer.from(body).toString();
      if (text === 'stumble') throw new TypeError('cannot read properties of undefined');
      return text === 'forged'
        ? { valid: false, reason: 'SignatureInvalid', message: 'no' }
        : { valid: true, hints: [{ feed: 'OrderImport', ids: [text] }] };
    },
  },
} as unknown as Driver;

async function follow(hub: ReturnType<typeof hubWith>['hub'], of: Driver) {
  const box = new PendingHints();
  const outcomes: string[] = [];
  const stop = new AbortController();
  const done = followHints(
    {
      hub,
      driver: of,
      box,
      wake: () => {},
      clock: new ManualClock(),
      metrics: { hook: (outcome) => outcomes.push(outcome) },
      log: createLogger('test', 'silent'),
    },
    stop.signal,
  );
  await settle();
  stop.abort();
  await done;
  return { box, outcomes };
}

describe('webhooks that wait at the hub', () => {
  it('become hints when they are valid, and are refused by name when they are not', async () => {
    const { hub, settled } = hubWith('o-1', 'forged', 'o-2');
    const { box, outcomes } = await follow(hub, driver);
    expect(box.take('OrderImport')).toEqual({ ids: ['o-1', 'o-2'] });
    expect(outcomes).toEqual(['accepted', 'SignatureInvalid', 'accepted']);
    expect(settled).toEqual([
      { id: 1, accepted: true },
      { id: 2, accepted: false, reason: 'SignatureInvalid' },
      { id: 3, accepted: true },
    ]);
  });

  it('pass on to the hub what the law asks, with what became of them', async () => {
    const { hub, settled } = hubWith('any');
    const privacy = [{ ask: 'erase', orders: ['o-1'] }];
    const read = () => ({ valid: true, hints: [], privacy });
    await follow(hub, { webhooks: { read } } as unknown as Driver);
    expect(settled).toEqual([{ id: 1, accepted: true, privacy }]);
  });

  it.each([
    ['more orders than one request may name', { ask: 'erase', orders: Array.from({ length: 10_001 }, String) }],
    ['an id that no database holds', { ask: 'erase', orders: ['1\u0000'] }],
    ['an id that is none', { ask: 'disclose', reference: '', orders: [] }],
  ])('are not held up by one that asks with %s: the hub would refuse all that came with it', async (_what, asked) => {
    const { hub, settled } = hubWith('any', 'o-1');
    const read = ({ body }: InboundHook) =>
      Buffer.from(body).toString() === 'any'
        ? { valid: true, hints: [], privacy: [asked] }
        : { valid: true, hints: [{ feed: 'OrderImport', ids: ['o-1'] }] };
    await follow(hub, { webhooks: { read } } as unknown as Driver);
    expect(settled).toEqual([
      { id: 1, accepted: false, reason: 'Unreadable' },
      { id: 2, accepted: true },
    ]);
  });

  it('are not held up by one that the driver stumbles over', async () => {
    const { hub, settled } = hubWith('stumble', 'o-1');
    expect((await follow(hub, driver)).box.take('OrderImport')).toEqual({ ids: ['o-1'] });
    expect(settled).toMatchObject([
      { id: 1, accepted: false, reason: 'Unreadable' },
      { id: 2, accepted: true },
    ]);
  });

  it('are refused where the driver takes none', async () => {
    const { hub, settled } = hubWith('o-1');
    expect((await follow(hub, {} as Driver)).outcomes).toEqual(['NotSupported']);
    expect(settled).toMatchObject([{ accepted: false }]);
  });
});
