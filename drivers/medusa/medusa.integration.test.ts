import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import {
  orderOf,
  payOrder,
  placeOrder,
  returnPiece,
  startMedusa,
  type MedusaStore,
} from '../../test/stores/medusa/index.ts';
import { engineHttp } from '../../test/stores/vendure/engine-http.ts';
import { freePort } from '../../test/support/free-port.ts';
import { memoryVault, type Driver, type InboundHook, type Page, type ReadRequest } from '../contract/index.ts';
import { medusa } from './index.ts';

const never = new AbortController().signal;
const supported = medusa.manifest.feeds.map(({ type }) => type);

// A real store on a machine that may be busy with other tests; installing it takes minutes, once per machine.
jest.setTimeout(120_000);

describe('the Medusa driver on a real store', () => {
  let store: MedusaStore;
  const http = engineHttp();

  beforeAll(async () => {
    store = await startMedusa(process.env['TEST_LOG'] === undefined ? undefined : console.log);
  }, 600_000);

  afterAll(async () => {
    await http.close();
    await store?.stop();
  }, 60_000);

  const driver = (settings: Readonly<Record<string, unknown>> = {}, apiKey = store.apiKey): Driver =>
    medusa.connect({
      credential: medusa.credential.parse({ apiKey }),
      settings: medusa.settings.parse({ url: store.url, ...settings }),
      ...{ http, now: () => new Date(), tokens: memoryVault() },
    });

  const recordsOf = async <K extends CanonicalRecord['kind']>(
    kind: K,
    request: Partial<ReadRequest> & { feed: FeedType },
  ): Promise<Extract<CanonicalRecord, { kind: K }>[]> => {
    const pages: Page[] = [];
    for await (const page of driver().read({ pageSize: 2, signal: never, ...request })) pages.push(page);
    expect(pages.at(-1)?.end).toBe(true);
    expect(pages.flatMap((page) => page.unreadable ?? [])).toEqual([]);
    return pages
      .flatMap((page) => page.records)
      .filter((record): record is Extract<CanonicalRecord, { kind: K }> => record.kind === kind);
  };
  const order = async (id: string): Promise<OrderRecord> =>
    (await recordsOf('order', { feed: 'OrderUpdate', ids: [id] }))[0]!;
  const levelsOf = async (sku: string) =>
    (await recordsOf('stock', { feed: 'StockImport' })).filter((level) => level.sku === sku);
  const variant = async (sku: string) =>
    (await recordsOf('product', { feed: 'ProductImport' }))
      .flatMap(({ variants }) => variants)
      .find((each) => each.sku === sku)!;

  it('tells a good key, a wrong one, and an address without Medusa apart', async () => {
    expect(await driver().check(supported, never)).toMatchObject({
      ...{ reachable: { status: 'True' }, credential: { status: 'True' } },
      shop: { id: expect.stringMatching(/^store_/), name: 'Test shop', currency: 'EUR' },
    });
    expect(await driver({}, 'sk_wrong').check(supported, never)).toMatchObject({
      ...{ reachable: { status: 'True' }, credential: { status: 'False', reason: 'KeyRefused' } },
    });
    expect(await driver({ url: `${store.url}/shop` }).check(supported, never)).toMatchObject({
      ...{ reachable: { status: 'False', reason: 'WrongUrl' }, credential: { status: 'Unknown' } },
    });
  });

  it('reads locations, shipping options, products and levels; of a kit how many can be made', async () => {
    expect(await recordsOf('location', { feed: 'DataModelSync' })).toMatchObject([
      { name: 'Vienna' },
      { name: 'Linz' },
    ]);
    expect(await recordsOf('shippingMethod', { feed: 'DataModelSync' })).toMatchObject([
      { code: store.seeded.shippingOptionId, name: 'Standard' },
    ]);
    const products = await recordsOf('product', { feed: 'ProductImport' });
    expect(products.map(({ title }) => title).sort()).toEqual(['Mug', 'Set', 'T-Shirt']);
    expect(products.find(({ title }) => title === 'T-Shirt')).toMatchObject({
      ...{ status: 'Active', attributes: { material: 'cotton' }, images: [{ url: 'https://images.example/tee.jpg' }] },
      variants: expect.arrayContaining([
        expect.objectContaining({
          ...{ sku: 'TEE-S', price: 1990, currency: 'EUR', barcode: '4006381333931', weightGrams: 200 },
          ...{ tracked: true, options: { Size: 'S' } },
        }),
      ]),
    });
    expect(await levelsOf('MUG')).toMatchObject([{ onHand: 50 }, { onHand: 50 }]);
    expect(await levelsOf('SET')).toMatchObject([{ onHand: 25 }, { onHand: 25 }]);
  });

  it('reads every row once where forty changed in one moment, in any page size', async () => {
    const titles = Array.from({ length: 40 }, (_, index) => `Twin ${index}`);
    await store.admin.do('POST', '/products/batch', {
      create: titles.map((title) => ({ title, options: [{ title: 'Kind', values: ['One'] }], variants: [] })),
    });
    for (const pageSize of [3, 40, 99]) {
      const found = (await recordsOf('product', { feed: 'ProductUpdate', pageSize })).map(({ title }) => title);
      expect(new Set(found.filter((title) => title.startsWith('Twin')))).toEqual(new Set(titles));
    }
    const window = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
    expect(await driver().count('ProductImport', window, never)).toBe(43);
  });

  it('has an order there, sees it paid, and tells the shop of its parcels', async () => {
    const placed = await placeOrder(store.admin, store.seeded, { 'TEE-S': 3, MUG: 1 });
    const { id } = placed;
    expect(await order(id)).toMatchObject({
      ...{ number: String(placed.display_id), state: 'Open', paymentState: 'Unpaid', fulfilmentState: 'Unfulfilled' },
      ...{ currency: 'EUR', itemsTotal: 8424, shippingTotal: 588, grandTotal: 9012, taxTotal: 1502 },
      ...{ customerEmail: 'ada@buyers.example', customerName: 'Ada Berg', shippingMethodName: 'Standard' },
      ...{ taxes: [{ rate: 20, amount: 1502, title: 'VAT 20 %' }] },
      shippingAddress: { name: 'Ada Berg', street1: 'Street 1', city: 'Graz', postalCode: '8010', country: 'AT' },
      lines: expect.arrayContaining([
        expect.objectContaining({
          sku: 'TEE-S',
          quantity: 3,
          unitPrice: 2388,
          total: 7164,
          taxAmount: 1194,
          taxRate: 20,
        }),
      ]),
    });
    const before = (await order(id)).updatedAt;
    await payOrder(store.admin, placed);
    // What the manifest says: a payment moves nothing, so that open orders are read again.
    expect(await order(id)).toMatchObject({ paymentState: 'Paid', paidTotal: 9012, updatedAt: before });

    const line = placed.items.find(({ variant_sku: sku }) => sku === 'TEE-S')!.id;
    const parcel = {
      ...{ orderId: id, orderNumber: '1', parcel: 1, shippedAt: new Date().toISOString(), completes: false },
      ...{ entryId: '1', shipmentId: 'parcel-1', trackingCode: 'T1', trackingUrl: 'https://track.example/T1' },
      ...{ locationId: store.seeded.linz, carrier: 'Post', lines: [{ lineId: line, quantity: 2 }] },
    };
    const write = (more: object) => driver().feeds.ShipmentExport!.write([{ ...parcel, ...more }], never);
    expect(await write({})).toMatchObject([{ outcome: 'Applied', externalId: expect.stringMatching(/^ful_/) }]);
    expect(await write({})).toMatchObject([{ outcome: 'AlreadyApplied' }]);
    expect(await orderOf(store.admin, id)).toMatchObject({
      fulfillment_status: 'partially_shipped',
      fulfillments: [
        {
          ...{ location_id: store.seeded.linz, shipped_at: expect.any(String) },
          labels: [{ tracking_number: 'T1', tracking_url: 'https://track.example/T1' }],
        },
      ],
    });
    expect(await write({ entryId: '2', shipmentId: 'parcel-2', lines: [{ lineId: line, quantity: 2 }] })).toMatchObject(
      [{ outcome: 'Rejected', reason: 'NothingLeftToShip' }],
    );
    expect(await write({ entryId: '3', shipmentId: 'parcel-3', lines: undefined })).toMatchObject([
      { outcome: 'Applied' },
    ]);
    expect(await order(id)).toMatchObject({ fulfilmentState: 'Fulfilled', state: 'Open' });

    await returnPiece(store.admin, id, line, store.seeded.linz);
    expect((await order(id)).returns).toMatchObject([{ state: 'Done', lines: [{ lineId: line, quantity: 1 }] }]);
    const { payment_collections: collections } = await orderOf(store.admin, id);
    await store.admin.do('POST', `/payments/${collections[0]!.payments![0]!.id}/refund`, {
      amount: 23.88,
      note: 'too small',
    });
    expect(await order(id)).toMatchObject({
      ...{ paymentState: 'PartiallyRefunded', refundedTotal: 2388, refunds: [{ amount: 2388, reason: 'too small' }] },
    });
  });

  it('sees an order that was cancelled', async () => {
    const placed = await placeOrder(store.admin, store.seeded, { MUG: 1 });
    await store.admin.do('POST', `/orders/${placed.id}/cancel`);
    expect(await order(placed.id)).toMatchObject({ state: 'Cancelled' });
    const [result] = await driver().feeds.ShipmentExport!.write(
      [
        {
          ...{ orderId: placed.id, orderNumber: '2', parcel: 1, shippedAt: new Date().toISOString(), completes: true },
          ...{ entryId: '9', trackingCode: 'T9' },
        },
      ],
      never,
    );
    expect(result).toMatchObject({ outcome: 'Rejected', reason: 'OrderCancelled' });
  });

  it('sets what is on hand, and says what it cannot set', async () => {
    const [tee, kit] = [await variant('TEE-M'), await variant('SET')];
    const entry = (entryId: string, variantId: string, more: object = {}) => ({
      ...{ entryId, variantId, sku: entryId, locationId: store.seeded.vienna, quantity: 7, available: 7, ...more },
    });
    const results = await driver().feeds.StockExport!.write(
      [
        entry('good', tee.id),
        entry('kit', kit.id),
        entry('nowhere', tee.id, { locationId: 'sloc_none' }),
        entry('nothing', 'variant_none'),
        entry('changed', tee.id, { locationId: store.seeded.linz, expected: 3 }),
      ],
      never,
    );
    const outcomes = Object.fromEntries(
      results.map((each) => [each.entryId, 'reason' in each ? each.reason : each.outcome]),
    );
    expect(outcomes).toEqual({
      ...{ good: 'Applied', kit: 'NotSupported', nowhere: 'UnknownLocation', nothing: 'UnknownVariant' },
      changed: 'StockChanged',
    });
    expect((await levelsOf('TEE-M')).map(({ onHand }) => onHand).sort()).toEqual([50, 7]);
  });

  it('sets a price, and keeps the others of its variant', async () => {
    const { id: variantId } = await variant('TEE-M');
    const entry = { entryId: '1', variantId, sku: 'TEE-M', price: 1850, currency: 'EUR', includesTax: false };
    expect(await driver().feeds.PriceExport!.write([entry], never)).toMatchObject([{ outcome: 'Applied' }]);
    expect((await variant('TEE-M')).price).toBe(1850);
    expect((await variant('TEE-S')).price).toBe(1990);
    expect(await driver().feeds.PriceExport!.write([{ ...entry, includesTax: true }], never)).toMatchObject([
      { outcome: 'Rejected', reason: 'NotSupported' },
    ]);
  });

  it('is told of an order by the companion plugin, signed', async () => {
    const hooks: InboundHook[] = [];
    const server: Server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).flatMap(([name, value]) =>
            typeof value === 'string' ? [[name, value]] : [],
          ),
        );
        hooks.push({ headers, body: Buffer.concat(parts), receivedAt: new Date() });
        response.end();
      });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${port}/hook`;
    try {
      const own = driver().webhooks!;
      expect(await own.ensure(url, supported, never)).toMatchObject({ repaired: true });
      expect(await own.ensure(url, supported, never)).toMatchObject({ repaired: false });
      const placed = await placeOrder(store.admin, store.seeded, { MUG: 1 });
      await payOrder(store.admin, placed);
      const named = () =>
        hooks.flatMap((hook) => {
          const reading = own.read(hook);
          expect(reading).toMatchObject({ valid: true });
          return reading.valid ? reading.hints.flatMap(({ feed, ids = [] }) => ids.map((id) => `${feed} ${id}`)) : [];
        });
      for (const until = Date.now() + 60_000; Date.now() < until && !named().includes(`OrderImport ${placed.id}`);)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(named()).toContain(`OrderImport ${placed.id}`);
      await own.remove(url, never);
      expect(await own.ensure(url, supported, never)).toMatchObject({ repaired: true });
      await own.remove(url, never);
    } finally {
      server.close();
    }
  });
});
