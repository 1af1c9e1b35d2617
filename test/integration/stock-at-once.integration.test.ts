import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(300_000);

const ROUNDS = 12;
const ORDERS = 6;
const LEVEL = 10_000;

let postgres: TestPostgres;
let rig: HubRig;

beforeAll(async () => {
  postgres = await startPostgres();
  rig = await HubRig.start(openPostgres({ url: await postgres.createDatabase('hub') }));
});
afterAll(async () => {
  await rig?.stop();
  await postgres?.stop();
});

async function shop(store: TestStore, name: string, stock: StockMeaning): Promise<TestPod> {
  const pod = await store.connect(name, { stock });
  await pod.send('ProductImport', [product('p', ['A'])]);
  const there = { kind: 'stock', variantId: 'v-A', sku: 'A', locationId: 'main', onHand: 0, available: 0 } as const;
  await pod.send('StockImport', [there]);
  return pod;
}
const wants = (id: string, quantity = 1) => order(id, { lines: [line('1', 'A', quantity)] });
const levels = [{ sku: 'A', quantity: LEVEL }];

/** The number of the level that waits, each time a pod claims it and is killed before it has written. */
async function claimed(pod: TestPod, field: 'quantity' | 'available'): Promise<number | undefined> {
  return (await pod.claim('stock', 10)).entries.map(({ payload }) => payload[field] as number)[0];
}

describe('a level that is worked out while orders and parcels are committed beside it', () => {
  it('is less by every order once, whatever was visible to whom', async () => {
    const store = await rig.store();
    const counting = await shop(store, 'counting', 'available');
    const selling = await Promise.all(['one', 'two', 'three'].map((name) => shop(store, name, 'available')));
    let ordered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const intake = selling.map(async (pod, index) => {
        for (let n = 0; n < ORDERS; n++) await pod.send('OrderImport', [wants(`${round}-${index}-${n}`)]);
      });
      const posts = [0, 1].map(async () => {
        for (let n = 0; n < 4; n++) {
          await store.api('POST', '/stock', { stock: 'available', levels });
          await claimed(counting, 'available');
        }
      });
      await Promise.all([...intake, ...posts]);
      ordered += selling.length * ORDERS;
      expect([round, await claimed(counting, 'available')]).toEqual([round, LEVEL - ordered]);
    }
  });

  it('is less by every parcel once, where the shop takes parcels off itself', async () => {
    const store = await rig.store();
    const pod = await shop(store, 'shop', 'onHand');
    const numbers = Array.from({ length: ROUNDS * ORDERS }, (_, index) => `${index}`);
    await pod.send(
      'OrderImport',
      numbers.map((number) => wants(number, 2)),
    );
    const orders = (await store.api('GET', '/orders?limit=500')).body.items as { id: string }[];
    await store.api('POST', '/stock', { stock: 'onHand', levels });
    for (let round = 0; round < ROUNDS; round++) {
      const parcels = orders.slice(round * ORDERS, (round + 1) * ORDERS).map(async ({ id }) => {
        expect((await store.api('POST', `/orders/${id}/shipments`, {})).status).toBe(201);
        // The shop refuses its key: what goes out first is no reason to wait.
        await rig.db.query(`UPDATE outbox SET failures = 1 WHERE kind = 'shipment' AND failures = 0`);
      });
      const claims = [0, 1, 2].map(async () => {
        for (let n = 0; n < 4; n++) await claimed(pod, 'quantity');
      });
      await Promise.all([...parcels, ...claims]);
      expect([round, await claimed(pod, 'quantity')]).toEqual([round, LEVEL - 2 * (round + 1) * ORDERS]);
    }
  });

  it('keeps off what a known order has grown by, once the back office has accepted that', async () => {
    const store = await rig.store();
    const pod = await shop(store, 'grown', 'available');
    await pod.send('OrderImport', [wants('1', 2)]);
    const [{ id }] = (await store.api('GET', '/orders')).body.items as [{ id: string }];
    await store.api('POST', `/orders/${id}/acknowledge`, {});
    await store.api('POST', '/stock', { stock: 'available', levels });
    await pod.send('OrderImport', [wants('1', 5)]);
    expect((await store.api('POST', `/orders/${id}/changes`, { decision: 'Accept' })).status).toBe(200);
    expect(await claimed(pod, 'available')).toBe(LEVEL - 3);
  });
});
