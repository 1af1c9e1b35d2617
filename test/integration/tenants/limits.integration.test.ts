import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../../kit/clock.ts';
import { HubRig, until, type Answer, type TestStore } from '../../support/hub-rig.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let store: TestStore;

/** By it no time goes by, however slow the machine is: nobody is given anything back. */
const clock = { ...systemClock, monotonic: () => 0 };

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), {
    clock,
    limits: { key: { perSecond: 1, burst: 20 }, address: { perSecond: 0.5, burst: 10 } },
    metricsPort: 0,
    figuresFreshMs: 5000,
    trustedProxies: ['127.0.0.0/8'],
  });
  store = await rig.store();
});
afterAll(async () => rig.stop());

const ask = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(rig.hub.url + path, { headers });
  return {
    status: answer.status,
    after: answer.headers.get('retry-after'),
    type: ((await answer.json()) as { type?: string }).type,
  };
};
const from = (address: string, key = 'wrong') => ({ authorization: `Bearer ${key}`, 'x-forwarded-for': address });

describe('requests', () => {
  it('of one key come so often and no more, and one is told when to go on; those of another are untouched', async () => {
    const [eager, other] = [await rig.store(), await rig.store()];
    const answers = await Promise.all(Array.from({ length: 25 }, () => eager.api('GET', '/orders')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body).toMatchObject({ type: 'TooManyRequests', detail: expect.stringContaining('go on after 1 s') });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await other.api('GET', '/orders')).status).toBe(200);
    expect(await rig.metrics()).toMatch(/supercargo_hub_refused_requests_total\{of="key"\} 5\n/);
  });

  it('without a key that is known come so often from an address; of another address, or with a key, they come in', async () => {
    const tried = [];
    for (let index = 0; index < 15; index++)
      tried.push((await ask('/api/v1/orders', from('203.0.113.1', `guess-${index}`))).status);
    expect(tried).toEqual(Array.from({ length: 15 }, (_, index) => (index < 10 ? 401 : 429)));
    expect((await ask('/openapi.json', from('203.0.113.1'))).status).toBe(429);
    expect((await ask('/none', from('203.0.113.1'))).status).toBe(429);
    expect((await ask('/healthz', from('203.0.113.1'))).status).toBe(200);
    expect((await ask('/api/v1/orders', from('203.0.113.2'))).status).toBe(401);
    await store.api('GET', '/orders');
    expect((await ask('/api/v1/orders', from('203.0.113.1', store.key))).status).toBe(200);
  });
});

describe('heavy work', () => {
  it('of one key is done one after the other: what is too much waits outside', async () => {
    const levels = Array.from({ length: 2000 }, (_, index) => ({ sku: `S${index}`, quantity: 1 }));
    const busy = await rig.store();
    const early: number[] = [];
    let work: Promise<Answer[]> | undefined;
    await rig.db.transaction(async (tx) => {
      // The first is not done before all have come, and one after the other is all that is let in.
      await tx.query('LOCK TABLE stock_targets');
      const post = async () => {
        const answer = await busy.api('POST', '/stock', { levels });
        early.push(answer.status);
        return answer;
      };
      work = Promise.all(Array.from({ length: 12 }, post));
      await until(() => early.length === 7, 'those for which there is no room');
    });
    expect(early.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => 429));
    expect((await work!).filter(({ status }) => status === 202)).toHaveLength(5);
    expect((await busy.api('POST', '/stock', { levels: levels.slice(0, 1) })).status).toBe(202);
  });
});

describe('metrics and probes', () => {
  it('have a port of their own in a cluster: the other has none of them but for its life', async () => {
    expect(rig.hub.probesUrl).not.toBe(rig.hub.url);
    for (const path of ['/metrics', '/readyz']) {
      expect((await ask(path, from('203.0.113.9'))).status).toBe(404);
      expect((await fetch(rig.hub.probesUrl + path)).status).toBe(200);
    }
    for (const url of [rig.hub.url, rig.hub.probesUrl]) expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${rig.hub.probesUrl}/api/v1/orders`)).status).toBe(404);
  });

  it('are gathered once in five seconds, however many ask', async () => {
    const reads = jest.spyOn(rig.db, 'query');
    await Promise.all(Array.from({ length: 20 }, () => rig.metrics()));
    expect(reads.mock.calls.length).toBeLessThan(40);
    reads.mockRestore();
  });
});
