import { describe, expect, it } from '@jest/globals';
import type { HookSubscription } from '../../drivers/contract/index.ts';
import { createLogger } from '../../kit/log.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { Subscription } from './subscription.ts';

async function kept(subscription: HookSubscription) {
  const reported: boolean[] = [];
  const made = new Subscription({
    hooks: {
      read: () => ({ valid: true, hints: [] }),
      ensure: async () => subscription,
      remove: async () => undefined,
    },
    url: 'https://hub.example/hook',
    hub: { reportHooks: async (active) => void reported.push(active) },
    clock: new ManualClock(),
    log: createLogger('sync', 'silent'),
  });
  await made.keep(['OrderImport'], new AbortController().signal);
  return { view: made.view, reported };
}

describe("the store's webhooks", () => {
  it('are active once they are registered', async () => {
    const { view, reported } = await kept({ topics: ['order'], repaired: false });
    expect([view, reported]).toEqual([{ state: 'Active', topics: ['order'] }, [true]]);
  });

  it('are looked at every quarter of an hour, and at once for whoever asks', async () => {
    let looks = 0;
    const made = new Subscription({
      hooks: {
        read: () => ({ valid: true, hints: [] }),
        ensure: async () => ({ topics: ['order'], repaired: ++looks > 1 }),
        remove: async () => undefined,
      },
      url: 'https://hub.example/hook',
      hub: { reportHooks: async () => undefined },
      clock: new ManualClock(),
      log: createLogger('sync', 'silent'),
    });
    const { signal } = new AbortController();
    await made.keep(['OrderImport'], signal);
    await made.keep(['OrderImport'], signal);
    expect(looks).toBe(1);
    await made.keep(['OrderImport'], signal, true);
    expect(looks).toBe(2);
  });

  it('say what a person has to do where no call can make them', async () => {
    const manual = 'enter the address in the dashboard under Webhooks';
    const { view } = await kept({ topics: [], repaired: false, manual });
    expect(view).toMatchObject({ state: 'Active', message: manual });
  });
});
