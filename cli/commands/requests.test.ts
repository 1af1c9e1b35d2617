import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../crds/index.ts';
import { fakeTarget, quickClock, quickDoors } from '../../test/support/fake-target.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { request } from './requests.ts';

type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'> & { observedGeneration?: number };

const shop = (conditions: Said[], kind = 'Connection'): Viewed => ({
  kind,
  metadata: { namespace: 'acme', name: 'shop', generation: 2 },
  spec: {},
  status: { conditions: conditions.map((one) => ({ observedGeneration: 2, lastTransitionTime: '', ...one })) },
});
const off = { type: 'Suspended', status: 'True', reason: 'Inactive', message: 'spec.enabled is false' } as const;
const refused = [
  { type: 'Accepted', status: 'False', reason: 'CredentialNotFound', message: 'Credential "key" does not exist' },
  { type: 'Stalled', status: 'True', reason: 'CredentialNotFound', message: '' },
] as const;

/** Asks, with an hour to wait, and gives how long it took. `then`: what a later look finds. */
async function ask(found: Viewed, verb: 'sync' | 'run' = 'sync', then?: (value: string) => Viewed | undefined) {
  const resources = [found];
  const clock = quickClock();
  let asked = '';
  const { target } = fakeTarget({
    resources,
    onList: (_, lists) => {
      if (lists < 4 || !then) return;
      const later = then(asked);
      resources.splice(0, 1, ...(later ? [later] : []));
    },
  });
  const noting: Target = {
    ...target,
    annotate: async (_, annotations) => {
      asked = Object.values(annotations)[0]!;
    },
  };
  const began = clock.now().getTime();
  const doors = quickDoors(clock);
  const code = await request(noting, { verb, names: ['shop'], wait: true }, { timeoutMs: 3_600_000 }, doors);
  return {
    well: code === 0,
    code,
    said: doors.said,
    told: doors.told,
    seconds: (clock.now().getTime() - began) / 1000,
  };
}

describe('a request that cannot be carried out', () => {
  it.each<[string, Viewed, 'sync' | 'run', string]>([
    ['the connection is switched off', shop([off]), 'sync', 'Inactive: spec.enabled is false'],
    ['the spec is refused', shop([...refused]), 'sync', 'CredentialNotFound: Credential "key" does not exist'],
    [
      'its pod cannot be made until a person acts',
      shop([
        { type: 'Deployed', status: 'False', reason: 'ImagePullFailed', message: 'no such image' },
        { type: 'Stalled', status: 'True', reason: 'ImagePullFailed', message: '' },
      ]),
      'sync',
      'ImagePullFailed: no such image',
    ],
    [
      "a feed's connection is switched off",
      shop([{ ...off, reason: 'ConnectionInactive', message: 'its connection is switched off' }], 'Feed'),
      'run',
      'ConnectionInactive: its connection is switched off',
    ],
    [
      'it is being deleted',
      { ...shop([]), metadata: { ...shop([]).metadata, deletionTimestamp: '2026-11-27T00:00:00Z' } },
      'sync',
      'it is being deleted',
    ],
  ])('ends at once where %s', async (_, found, verb, why) => {
    const { well, said, seconds } = await ask(found, verb);
    expect([well, said]).toEqual([false, [`${found.kind} acme/shop: not carried out, and it will not be: ${why}`]]);
    expect(seconds).toBeLessThan(2);
  });

  it('ends when what was asked goes away meanwhile', async () => {
    const { well, said, seconds } = await ask(shop([]), 'sync', () => undefined);
    expect(well).toBe(false);
    expect(said).toEqual([expect.stringContaining('it is gone, or the selector no longer finds it')]);
    expect(seconds).toBeLessThan(10);
  });
});

describe('a request that may still be carried out', () => {
  const carriedOut = (value: string): Viewed => {
    const done = shop([{ type: 'Ready', status: 'True', reason: 'Running', message: '' }]);
    return { ...done, status: { ...done.status, lastHandledSyncRequest: value, lastHandledRunRequest: value } };
  };

  it.each<[string, Viewed]>([
    ['what is said of it is of the spec before: it was enabled just now', shop([{ ...off, observedGeneration: 1 }])],
    ['what is missing may come by itself', shop([refused[0]])],
    ['the shop is what stalls it: it may have been mended', shop([refused[1]])],
    ['nothing is said of it yet', shop([])],
  ])('is waited for where %s', async (_, found) => {
    expect(await ask(found, 'sync', carriedOut)).toMatchObject({ well: true, said: ['Connection acme/shop: well'] });
  });

  it('is waited for where a feed is suspended: that stops scheduled runs alone', async () => {
    const found = shop([{ ...off, reason: 'Suspended' }], 'Feed');
    const { well } = await ask(found, 'run', (value) => ({ ...carriedOut(value), kind: 'Feed' }));
    expect(well).toBe(true);
  });
});
