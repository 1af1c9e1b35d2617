import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { StockRecord } from '../../model/records.ts';
import { Random } from '../../simulator/random.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { Warehouse } from '../support/oversell-oracle.ts';

jest.setTimeout(300_000);

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

const level = (sku: string, onHand: number, locationId = 'main', available = onHand): StockRecord => ({
  kind: 'stock',
  variantId: `v-${sku}`,
  sku,
  locationId,
  onHand,
  available,
});
const wants = (id: string, quantity: number, sku = 'A') => order(id, { lines: [line('1', sku, quantity)] });

async function shop(store: TestStore, stock: StockMeaning, name: string = stock): Promise<TestPod> {
  const pod = await store.connect(name, { stock });
  await pod.send('ProductImport', [product('p', ['A', 'B'])]);
  await pod.send('StockImport', [level('A', 0), level('B', 0)]);
  return pod;
}
const post = async (store: TestStore, body: object) => (await store.api('POST', '/stock', body)).body;
const ordersOf = async (store: TestStore) => (await store.api('GET', '/orders')).body.items;
/** What each store was told of the number that it counts. */
const told = async (pod: TestPod, field: 'quantity' | 'available') =>
  (await pod.apply('stock')).map((write) => `${String(write['sku'])}=${String(write[field])}`).sort();

describe('a posted level', () => {
  it('on hand goes as it is to a shop that takes off its own orders, and without open orders to one that does not', async () => {
    const store = await rig.store();
    const [one, two] = [await shop(store, 'onHand'), await shop(store, 'available')];
    await one.send('OrderImport', [wants('1', 3)]);
    await two.send('OrderImport', [wants('2', 2)]);
    const answer = await post(store, { levels: [{ sku: 'A', quantity: 10 }] });
    expect(answer).toMatchObject({ queued: 2, assumed: { stock: 'onHand', orders: 'All', takenOff: 5 } });
    expect(answer.assumed.message).toMatch(/: 5 pieces .* were taken off/);
    // Of ten, three and two are sold: both shops may sell five more.
    expect(await told(one, 'quantity')).toEqual(['A=8']);
    expect(await told(two, 'available')).toEqual(['A=5']);
    expect((await store.api('GET', '/stock?sku=A')).body.items).toMatchObject([
      { counts: 'onHand', onHand: 8, sent: 8, target: 10, targetStock: 'onHand' },
      { counts: 'available', available: 5, sent: 5, target: 10 },
    ]);
  });

  it('that can be sold is added to by what a shop takes off itself', async () => {
    const store = await rig.store();
    const one = await shop(store, 'onHand');
    await one.send('OrderImport', [wants('1', 3)]);
    const [{ id }] = await ordersOf(store);
    await store.api('POST', `/orders/${id}/acknowledge`, {});
    expect(await post(store, { stock: 'available', levels: [{ sku: 'A', quantity: 7 }] })).toMatchObject({
      assumed: { orders: 'Acknowledged', takenOff: 0 },
    });
    expect(await told(one, 'quantity')).toEqual(['A=10']);
  });

  it('that can be sold is less by orders that the warehouse did not know, however often known ones moved since', async () => {
    const store = await rig.store();
    const two = await shop(store, 'available');
    await two.send('OrderImport', [wants('1', 1)]);
    const [known] = await ordersOf(store);
    await store.api('POST', `/orders/${known.id}/acknowledge`, {});
    await two.send('OrderImport', [wants('2', 4)]);
    const levels = [{ sku: 'A', quantity: 20 }];
    // The cursor is of before the acknowledgement, which moved the order behind it.
    expect(await post(store, { stock: 'available', ordersUpTo: known.cursor, levels })).toMatchObject({
      assumed: { orders: 'UpTo', takenOff: 4 },
    });
    expect(await told(two, 'available')).toEqual(['A=16']);
    const [, , last] = [0, 0, (await ordersOf(store)).at(-1)];
    expect(await post(store, { stock: 'available', ordersUpTo: last.cursor, levels })).toMatchObject({
      assumed: { takenOff: 0 },
    });
    expect(await told(two, 'available')).toEqual(['A=20']);
    expect(await store.api('POST', '/stock', { ordersUpTo: '999999999999999999', levels })).toMatchObject({
      status: 410,
    });
  });

  it('that can be sold is less by pieces that a known order wants more of, before the change is answered and while the level waits', async () => {
    const store = await rig.store();
    const two = await shop(store, 'available');
    await two.send('OrderImport', [wants('1', 2)]);
    const [{ id }] = await ordersOf(store);
    await store.api('POST', `/orders/${id}/acknowledge`, {});
    const levels = [{ sku: 'A', quantity: 20 }];
    expect(await post(store, { stock: 'available', levels })).toMatchObject({ assumed: { takenOff: 0 } });
    // Edited at the shop while the level waits.
    await two.send('OrderImport', [wants('1', 5)]);
    expect(await told(two, 'available')).toEqual(['A=17']);
    // The shop says nothing new with the next reading: taken off once.
    await two.send('OrderImport', [wants('1', 5)]);
    expect(await post(store, { stock: 'available', levels })).toMatchObject({ assumed: { takenOff: 3 } });
    expect(await told(two, 'available')).toEqual(['A=17']);
    // Fewer count once that is accepted: until then they may be packed.
    await two.send('OrderImport', [wants('1', 1)]);
    expect(await post(store, { stock: 'available', levels })).toMatchObject({ assumed: { takenOff: 0 } });
  });

  it('that waited is less by what was sold meanwhile; shipped pieces are not taken off twice', async () => {
    const store = await rig.store();
    const [one, two] = [await shop(store, 'onHand'), await shop(store, 'available')];
    await one.send('OrderImport', [wants('1', 2)]);
    await post(store, { levels: [{ sku: 'A', quantity: 10 }] });
    await two.send('OrderImport', [wants('2', 3)]);
    expect(await told(one, 'quantity')).toEqual(['A=7']);
    expect(await told(two, 'available')).toEqual(['A=5']);
    for (const { id } of await ordersOf(store)) await store.api('POST', `/orders/${id}/shipments`, {});
    await post(store, { levels: [{ sku: 'A', quantity: 5 }] });
    await one.apply('shipment');
    expect(await told(one, 'quantity')).toEqual(['A=5']);
    expect((await store.api('GET', '/stock?sku=A')).body.items.at(-1)).toMatchObject({ available: 5 });
  });

  it('goes after the parcels that go out just now, which the shop takes off itself; of one that hangs it waits two minutes', async () => {
    const store = await rig.store();
    const one = await shop(store, 'onHand');
    await one.send('OrderImport', [wants('1', 2), wants('2', 1)]);
    const [first, second] = await ordersOf(store);
    await store.api('POST', `/orders/${first.id}/shipments`, {});
    await post(store, { levels: [{ sku: 'A', quantity: 8 }] });
    // Written now, the shop would take the parcel off a second time.
    expect(await told(one, 'quantity')).toEqual([]);
    await one.apply('shipment');
    expect(await told(one, 'quantity')).toEqual(['A=8']);

    await store.api('POST', `/orders/${second.id}/shipments`, {});
    await post(store, { levels: [{ sku: 'A', quantity: 7 }] });
    expect(await told(one, 'quantity')).toEqual([]);
    await rig.db.query(`UPDATE outbox SET created_at = now() - interval '3 minutes' WHERE state = 'Pending'`);
    expect(await told(one, 'quantity')).toEqual(['A=7']);
  });

  it('of several locations is less once, at the largest', async () => {
    const store = await rig.store();
    const two = await shop(store, 'available');
    await two.send('StockImport', [level('A', 1, 'main'), level('A', 1, 'far')]);
    await two.send('OrderImport', [wants('1', 3)]);
    await post(store, {
      levels: [
        { sku: 'A', warehouse: 'main', quantity: 4 },
        { sku: 'A', warehouse: 'far', quantity: 9 },
      ],
    });
    expect((await two.apply('stock')).map(({ locationId, available }) => [locationId, available]).sort()).toEqual([
      ['far', 6],
      ['main', 4],
    ]);
  });

  it('tells the store what is expected there of that which it counts', async () => {
    const store = await rig.store();
    const two = await store.connect('shop', { stock: 'available' });
    await two.send('ProductImport', [product('p', ['A'])]);
    await two.send('StockImport', [level('A', 9, 'main', 6)]);
    expect(await post(store, { levels: [{ sku: 'A', quantity: 6 }] })).toMatchObject({ queued: 0, unchanged: 1 });
    await post(store, { levels: [{ sku: 'A', quantity: 8 }] });
    expect((await two.claim('stock', 10)).entries).toMatchObject([{ payload: { expected: 6, available: 8 } }]);
  });

  it('is never written to a read-only location, which does not make another one of two either', async () => {
    const store = await rig.store();
    const one = await shop(store, 'onHand');
    await one.send('DataModelSync', [{ kind: 'location', id: 'fba', code: 'fba', name: 'Theirs', readOnly: true }]);
    await one.send('StockImport', [level('A', 4, 'fba')]);
    expect(await post(store, { levels: [{ sku: 'A', quantity: 6 }] })).toMatchObject({ queued: 1, unknown: [] });
    expect(await post(store, { levels: [{ sku: 'B', warehouse: 'fba', quantity: 6 }] })).toMatchObject({
      queued: 0,
      unknown: [{ sku: 'B' }],
    });
    expect((await one.apply('stock')).map(({ locationId }) => locationId)).toEqual(['main']);
  });
});

describe('the nightly check', () => {
  it('names no level that orders and parcels since explain, and one that they do not', async () => {
    const store = await rig.store();
    const [one, two] = [await shop(store, 'onHand'), await shop(store, 'available')];
    await post(store, {
      levels: [
        { sku: 'A', quantity: 10 },
        { sku: 'B', quantity: 10 },
      ],
    });
    for (const pod of [one, two]) await pod.apply('stock');
    await one.send('OrderImport', [wants('1', 2)]);
    await two.send('OrderImport', [wants('2', 3)]);
    const [first] = await ordersOf(store);
    await store.api('POST', `/orders/${first.id}/shipments`, {});
    await one.send('StockCheck', [level('A', 8), level('B', 10)]);
    await two.send('StockCheck', [level('A', 10, 'main', 7), level('B', 10, 'main', 6)]);
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([
      { record: 'B@main', reason: 'StockDiffers' },
    ]);
  });
});

describe('whatever is ordered, packed, counted and posted', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('no store is told more than can be sold (seed %i)', async (seed) => {
    const store = await rig.store({ kits: [{ sku: 'K', components: [{ sku: 'A', quantity: 2 }] }] });
    const random = new Random(seed);
    const warehouse = await Warehouse.open(store, random);
    for (let step = 0; step < 45; step++) await warehouse.step();
    expect(warehouse.oversold).toEqual([]);
    expect(warehouse.writes).toBeGreaterThan(5);
    expect(warehouse.exact).toBeGreaterThan(0);
  });
});
