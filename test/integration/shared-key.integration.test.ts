import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { HubRig, receiver, until, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

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

const BROKEN = { severity: 'Error', reason: 'Unreadable', message: 'order is not readable' } as const;

async function filled(store: TestStore, number: string) {
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send('StockImport', [level('A', 1)]);
  await pod.send('OrderImport', [order(number, { lines: [line('1', 'A', 1)] })]);
  return pod;
}
const of = (store: TestStore) => ({ 'supercargo-store': `test/${store.name}` });

describe('one key for a warehouse that serves many Stores', () => {
  it('sees the orders of all of them by one cursor, each with its Store, and writes to the one that it names', async () => {
    const warehouse = await rig.store();
    const keyOf = { developerApi: { keyOf: { name: warehouse.name } } };
    const [one, two, foreign] = [await rig.store(keyOf), await rig.store(keyOf), await rig.store()];
    const [podOne, podTwo] = [await filled(one, '1'), await filled(two, '2')];
    await filled(foreign, '3');

    const page = (await warehouse.api('GET', '/orders?limit=1')).body;
    expect(page.items).toMatchObject([{ cust_po_no: '1', store: `test/${one.name}` }]);
    const rest = (await warehouse.api('GET', `/orders?after=${page.nextCursor}`)).body.items;
    expect(rest).toMatchObject([{ cust_po_no: '2', store: `test/${two.name}` }]);
    expect((await warehouse.api('GET', '/stock')).body.items.map(({ store }: { store: string }) => store)).toEqual([
      `test/${one.name}`,
      `test/${two.name}`,
    ]);
    expect((await warehouse.api('GET', '/orders', undefined, of(two))).body.items).toHaveLength(1);

    const storesAt = async (path: string) =>
      new Set((await warehouse.api('GET', path)).body.items.map(({ store }: { store: string }) => store));
    const both = new Set([`test/${one.name}`, `test/${two.name}`]);
    for (const path of ['/products', '/runs', '/checkpoints', '/go-live'])
      expect([path, await storesAt(path)]).toEqual([path, both]);
    await podOne.send('OrderImport', [], [{ ...BROKEN, record: 'x1' }]);
    await podTwo.send('OrderImport', [], [{ ...BROKEN, record: 'x2' }]);
    expect(await storesAt('/problems')).toEqual(both);
    const [group] = (await warehouse.api('GET', '/problems?group=reason')).body.items;
    expect(group).toMatchObject({ reason: 'Unreadable', count: 2, sample: { store: `test/${two.name}` } });

    // What names an order needs no Store.
    expect((await warehouse.api('POST', `/orders/${rest[0].id}/shipments`, { trackingCode: 'T' })).status).toBe(201);
    expect(await podTwo.apply('shipment')).toHaveLength(1);
    expect(await warehouse.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 5 }] })).toMatchObject({
      status: 400,
      body: { type: 'StoreNotNamed' },
    });
    expect(
      (await warehouse.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 5 }] }, of(one))).body,
    ).toMatchObject({ queued: 1 });
    expect(await podOne.apply('stock')).toHaveLength(1);
    expect(await podTwo.apply('stock')).toEqual([]);
  });

  it('opens no Store that does not name it, by no way; a Store that is opened by another has no key of its own', async () => {
    const warehouse = await rig.store();
    const [own, foreign] = [await rig.store({ developerApi: { keyOf: { name: warehouse.name } } }), await rig.store()];
    await filled(foreign, '3');
    const [{ id }] = (await foreign.api('GET', '/orders')).body.items;
    expect((await warehouse.api('GET', `/orders/${id}`)).status).toBe(404);
    expect((await warehouse.api('POST', `/orders/${id}/shipments`, {})).status).toBe(404);
    expect((await warehouse.api('GET', '/orders', undefined, of(foreign))).status).toBe(404);
    expect((await warehouse.api('GET', '/orders')).body.items).toEqual([]);
    expect((await own.api('GET', '/orders')).status).toBe(401);
  });

  it('of another namespace opens a Store only where both say so', async () => {
    const warehouse = await rig.store();
    const put = (spec: object) =>
      rig.hub.putStore({
        namespace: 'elsewhere',
        name: 'main',
        spec: { developerApi: { keyOf: { namespace: 'test', name: warehouse.name } }, ...spec },
      });
    await put({});
    const seen = async () =>
      (await warehouse.api('GET', '/orders', undefined, { 'supercargo-store': 'elsewhere/main' })).status;
    // Else anybody could slip orders into another's warehouse.
    expect(await seen()).toBe(404);
    await warehouse.put({ developerApi: { namespaces: ['elsewhere'] } });
    expect(await seen()).toBe(200);
    await put({ developerApi: {} });
    expect(await seen()).toBe(404);
  });

  it("hears of every Store's orders at its own endpoint, once, signed with its own secret; the Store's own hears too", async () => {
    const [mine, theirs] = [await receiver(), await receiver()];
    const networks = { allowedPrivateNetworks: ['127.0.0.0/8'] };
    const warehouse = await rig.store({ orderWebhooks: [{ name: 'wms', url: mine.url }], ...networks });
    const one = await rig.store({
      developerApi: { keyOf: { name: warehouse.name } },
      orderWebhooks: [{ name: 'wms', url: theirs.url }],
      ...networks,
    });
    await filled(one, '7');
    await until(() => mine.received.length > 0 && theirs.received.length > 0, 'both events');
    expect(
      [mine, theirs].map(({ received }) => received.map(({ event }) => [event.type, event.data.cust_po_no])),
    ).toEqual([[['order.created', '7']], [['order.created', '7']]]);
    expect(mine.received[0]!.event.data).toMatchObject({ store: `test/${one.name}` });
    expect((await warehouse.api('GET', '/webhooks', undefined, of(warehouse))).body.items).toMatchObject([
      { name: 'wms', url: mine.url },
    ]);
    await Promise.all([mine.close(), theirs.close()]);
  });
});
