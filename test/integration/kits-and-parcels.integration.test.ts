import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { StoreSpec } from '../../crds/index.ts';
import { ownDatabase } from '../support/postgres.ts';
import { HubRig, type TestPod, type TestStore } from '../support/hub-rig.ts';
import { level, line, order, product } from '../support/memory-store.ts';

jest.setTimeout(60_000);

let rig: HubRig;

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

const SET = {
  sku: 'SET',
  components: [
    { sku: 'A', quantity: 1 },
    { sku: 'B', quantity: 2 },
  ],
};

async function shop(
  spec: StoreSpec,
  skus: readonly string[] = ['A', 'B'],
): Promise<{ store: TestStore; pod: TestPod }> {
  const store = await rig.store(spec);
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p1', skus)]);
  return { store, pod };
}

const orders = async (store: TestStore) => (await store.api('GET', '/orders?intake=All')).body.items;

describe('a kit', () => {
  it('is no unknown SKU, by its alias too, and shows the components of the whole line', async () => {
    const { store, pod } = await shop({ kits: [SET], skuAliases: { 'OLD-SET': 'SET' } });
    await pod.send('OrderImport', [
      order('1', { lines: [line('1', 'SET', 2), line('2', 'A', 1)] }),
      order('2', { lines: [line('1', 'OLD-SET', 1)] }),
    ]);
    const [first, second] = await orders(store);
    expect([first.intake, second.intake]).toEqual(['Accepted', 'Accepted']);
    expect(first.lines.map((l: { components: unknown }) => l.components)).toEqual([
      [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 4 },
      ],
      [],
    ]);
    expect(second.lines[0]).toMatchObject({
      sku: 'SET',
      orderedSku: 'OLD-SET',
      components: [
        { sku: 'A', quantity: 1 },
        { sku: 'B', quantity: 2 },
      ],
    });
  });

  it('with an unknown component rejects the order and names the component; the product heals it', async () => {
    const { store, pod } = await shop({ kits: [SET] }, ['A', 'SET']);
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'SET', 1)] })]);
    expect((await orders(store))[0]).toMatchObject({
      intake: 'Rejected',
      intakeReason: 'UnknownSku',
      intakeMessage: expect.stringContaining('"B" (in kit "SET")'),
    });
    await pod.send('ProductImport', [product('p2', ['B'])]);
    expect((await orders(store))[0]).toMatchObject({ intake: 'Accepted' });
  });

  it('that is added re-drives the orders rejected for it, and resolves their problem', async () => {
    const { store, pod } = await shop({});
    await pod.send('OrderImport', [
      order('1', { lines: [line('1', 'SET', 1)] }),
      order('2', { lines: [line('1', 'NOPE', 1)] }),
    ]);
    expect((await orders(store)).map((o: { intake: string }) => o.intake)).toEqual(['Rejected', 'Rejected']);
    await store.put({ kits: [SET] });
    expect(
      (await orders(store)).map((o: { cust_po_no: string; intake: string }) => `${o.cust_po_no} ${o.intake}`).sort(),
    ).toEqual(['1 Accepted', '2 Rejected']);
    expect((await store.api('GET', '/problems')).body.items).toMatchObject([{ record: 'o-2', number: '2' }]);
  });

  it('is given to the store when the last of its components is shipped, and never more of it than was ordered', async () => {
    const { store, pod } = await shop({ kits: [SET] });
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'SET', 2)] })]);
    const path = `/orders/${(await orders(store))[0].id}/shipments`;
    const first = await store.api('POST', path, {
      trackingCode: 'T-1',
      lines: [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 1 },
      ],
    });
    expect(first).toMatchObject({
      status: 201,
      body: {
        lines: [],
        components: [
          { lineId: '1', sku: 'A', quantity: 2 },
          { lineId: '1', sku: 'B', quantity: 1 },
        ],
      },
    });
    expect(await pod.apply('shipment')).toEqual([]);
    expect(
      (await store.api('POST', path, { trackingCode: 'T-2', lines: [{ sku: 'B', quantity: 1 }] })).body.lines,
    ).toEqual([{ lineId: '1', quantity: 1 }]);
    expect(await pod.apply('shipment')).toMatchObject([{ trackingCode: 'T-2', lines: [{ lineId: '1', quantity: 1 }] }]);
    expect((await store.api('POST', path, { lines: [{ sku: 'A', quantity: 1 }] })).body).toMatchObject({
      type: 'TooManyShipped',
    });
    expect((await store.api('POST', path, { trackingCode: 'T-3' })).body).toMatchObject({
      lines: [{ lineId: '1', quantity: 1 }],
      components: [{ sku: 'B', quantity: 2 }],
    });
    expect(await pod.apply('shipment')).toMatchObject([{ trackingCode: 'T-3', lines: [{ lineId: '1', quantity: 1 }] }]);
    expect((await store.api('POST', path, {})).body).toMatchObject({ type: 'NothingToShip' });
  });

  it('has the stock that its scarcest component allows, whatever post brings which component', async () => {
    const { store, pod } = await shop({ kits: [SET] }, ['A', 'SET']);
    await pod.send('StockImport', [level('A', 5), level('SET', 0)]);
    const post = async (levels: object[]) => (await store.api('POST', '/stock', { levels })).body;
    expect(await post([{ sku: 'A', warehouse: 'main', quantity: 9 }])).toMatchObject({ queued: 1, unknown: [] });
    expect(await post([{ sku: 'B', warehouse: 'main', quantity: 7 }])).toMatchObject({
      queued: 1,
      unchanged: 0,
      unknown: [],
    });
    expect((await pod.apply('stock')).map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['A', 9],
      ['SET', 3],
    ]);
    await post([{ sku: 'A', warehouse: 'main', quantity: 2 }]);
    expect((await pod.apply('stock')).map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['A', 2],
      ['SET', 2],
    ]);
    await post([
      { sku: 'A', warehouse: 'main', quantity: 1 },
      { sku: 'SET', warehouse: 'main', quantity: 40 },
    ]);
    expect((await pod.apply('stock')).map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['A', 1],
      ['SET', 40],
    ]);
    expect((await post([{ sku: 'X', warehouse: 'main', quantity: 1 }])).unknown).toMatchObject([{ sku: 'X' }]);
  });
});

describe('several parcels of one order', () => {
  it('each keep their tracking number and their warehouse, and tell the store its own location', async () => {
    const { store, pod } = await shop({ warehouses: [{ name: 'berlin', location: 'loc-7' }, { name: 'hamburg' }] });
    await pod.send('OrderImport', [order('1', { lines: [line('1', 'A', 3), line('2', 'B', 1)] })]);
    const [{ id }] = await orders(store);
    for (const [trackingCode, location, lines] of [
      ['T-1', 'berlin', [{ sku: 'A', quantity: 1 }]],
      [
        'T-2',
        'hamburg',
        [
          { lineId: '1', quantity: 1 },
          { sku: 'B', quantity: 1 },
        ],
      ],
      ['T-3', undefined, undefined],
    ] as const) {
      expect((await store.api('POST', `/orders/${id}/shipments`, { trackingCode, location, lines })).status).toBe(201);
    }
    const sent = await pod.apply('shipment');
    expect(sent).toMatchObject([
      { trackingCode: 'T-1', locationId: 'loc-7', lines: [{ lineId: '1', quantity: 1 }] },
      {
        trackingCode: 'T-2',
        locationId: 'hamburg',
        lines: [
          { lineId: '1', quantity: 1 },
          { lineId: '2', quantity: 1 },
        ],
      },
      { trackingCode: 'T-3', lines: [{ lineId: '1', quantity: 1 }] },
    ]);
    expect(sent[2]).not.toHaveProperty('locationId');
    const { body } = await store.api('GET', `/orders/${id}`);
    expect(body.shipments.map((s: { location: string; trackingCode: string }) => [s.trackingCode, s.location])).toEqual(
      [
        ['T-1', 'berlin'],
        ['T-2', 'hamburg'],
        ['T-3', null],
      ],
    );
    expect(body.shipments.every((s: { confirmedAt: string | null }) => s.confirmedAt !== null)).toBe(true);
  });

  it('from a warehouse that the Store does not have is refused by name', async () => {
    const { store, pod } = await shop({ warehouses: [{ name: 'berlin' }] });
    await pod.send('OrderImport', [order('1')]);
    const [{ id }] = await orders(store);
    expect(await store.api('POST', `/orders/${id}/shipments`, { location: 'paris' })).toMatchObject({
      status: 400,
      body: { type: 'UnknownWarehouse', detail: 'location "paris" is no warehouse of the Store: use one of berlin' },
    });
  });
});
