import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { HubRig, type TestPod, type TestStore } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
let ours: TestStore;
let theirs: TestStore;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
  [ours, theirs] = [await rig.store(), await rig.store()];
  for (const [store, quantity] of [
    [ours, 5],
    [theirs, 9],
  ] as const)
    await filled(await store.connect('shop'), quantity);
});
afterAll(async () => rig?.stop());

/** Every id of one shop is one of the other's, too: what a hostile shop would make up. */
async function filled(pod: TestPod, quantity: number): Promise<void> {
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('StockImport', [level('A', quantity)]);
  await pod.send('OrderImport', [order('77', { id: 'same', lines: [line('1', 'A', 1)] })]);
}

it('shops of two Stores whose ids, numbers and SKUs are all the same stay two shops', async () => {
  const orders = async (store: TestStore) =>
    (await store.api('GET', '/orders?intake=All')).body.items as { id: string; cust_ref: string; state: string }[];
  const [[mine], [other]] = [await orders(ours), await orders(theirs)];
  expect(mine!.id).not.toBe(other!.id);
  expect([await orders(ours), await orders(theirs)].map((list) => list.length)).toEqual([1, 1]);
  const before = JSON.stringify((await theirs.api('GET', `/orders/${other!.id}`)).body);
  const stock = JSON.stringify((await theirs.api('GET', '/stock')).body);
  expect((await ours.api('POST', `/orders/${mine!.id}/acknowledge`, {})).status).toBeLessThan(300);
  expect((await ours.api('POST', `/orders/${mine!.id}/shipments`, { trackingCode: 'T1' })).status).toBeLessThan(300);
  expect((await ours.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 1 }] })).status).toBeLessThan(300);
  expect(JSON.stringify((await theirs.api('GET', `/orders/${other!.id}`)).body)).toBe(before);
  expect(JSON.stringify((await theirs.api('GET', '/stock')).body)).toBe(stock);
  for (const path of [`/orders/${other!.id}`, `/orders/${other!.id}/history`])
    expect((await ours.api('GET', path)).status).toBe(404);
});

it('a shop that says an order of another Store is cancelled changes its own alone', async () => {
  const [other] = (await theirs.api('GET', '/orders?intake=All')).body.items as { id: string }[];
  const before = JSON.stringify((await theirs.api('GET', `/orders/${other!.id}`)).body);
  const pod = await ours.connect('second');
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('OrderUpdate', [
    {
      ...order('77', { id: 'same', lines: [line('1', 'A', 1)] }),
      state: 'Cancelled',
      updatedAt: '2027-01-01T00:00:00Z',
    },
  ]);
  expect(JSON.stringify((await theirs.api('GET', `/orders/${other!.id}`)).body)).toBe(before);
});
