import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FEED_TYPES, type FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord, OrderRecord, StockRecord } from '../../model/records.ts';
import { engineHttp } from '../../test/stores/vendure/engine-http.ts';
import { products, startVendure, variantsOf, type VendureStore } from '../../test/stores/vendure/index.ts';
import {
  bodyText,
  HeldWrite,
  memoryVault,
  type Driver,
  type Page,
  type ReadRequest,
  type ShopHttp,
} from '../contract/index.ts';
import type { VendureSettings } from './config.ts';
import { vendure } from './index.ts';

const never = new AbortController().signal;
const supported = vendure.manifest.feeds.map(({ type }) => type);

// A real store on a machine that may be busy with other tests.
jest.setTimeout(120_000);

describe('the Vendure driver on a real store', () => {
  let store: VendureStore;
  const http = engineHttp();

  beforeAll(async () => {
    store = await startVendure();
  }, 300_000);

  afterAll(async () => {
    await http.close();
    await store.stop();
  });

  const driverOf = (settings: Partial<VendureSettings> = {}, apiKey = store.apiKey, through: ShopHttp = http): Driver =>
    vendure.connect({
      credential: { apiKey },
      settings: { url: store.url, ...settings },
      http: through,
      now: () => new Date(),
      tokens: memoryVault(),
    });

  const pagesOf = async (request: Partial<ReadRequest> & { feed: FeedType }): Promise<Page[]> => {
    const pages: Page[] = [];
    for await (const page of driverOf().read({ pageSize: 100, signal: never, ...request })) pages.push(page);
    return pages;
  };

  const recordsOf = async <K extends CanonicalRecord['kind']>(
    kind: K,
    request: Partial<ReadRequest> & { feed: FeedType },
  ): Promise<Extract<CanonicalRecord, { kind: K }>[]> => {
    const pages = await pagesOf(request);
    expect(pages.at(-1)?.end).toBe(true);
    expect(pages.flatMap((page) => page.unreadable ?? [])).toEqual([]);
    return pages
      .flatMap((page) => page.records)
      .filter((record): record is Extract<CanonicalRecord, { kind: K }> => record.kind === kind);
  };

  const orderOf = async (id: string): Promise<OrderRecord> =>
    (await recordsOf('order', { feed: 'OrderUpdate', ids: [id] }))[0]!;
  const stockOf = async (sku: string): Promise<StockRecord[]> =>
    (await recordsOf('stock', { feed: 'StockImport' })).filter((record) => record.sku === sku);

  describe('reading', () => {
    it('reads the data model: facets, options and own fields as attributes; locations; shipping methods', async () => {
      const pages = await pagesOf({ feed: 'DataModelSync', pageSize: 5 });
      const records = pages.flatMap((page) => page.records);
      expect(records).toContainEqual(
        expect.objectContaining({
          kind: 'attribute',
          id: expect.stringMatching(/^facet\//),
          code: 'brand',
          values: ['Fjell', 'Vadmal', 'Stein', 'Elv'],
        }),
      );
      expect(records).toContainEqual(
        expect.objectContaining({ kind: 'attribute', code: 't-shirt-size', type: 'select', values: ['S', 'M', 'L'] }),
      );
      expect(records).toContainEqual({
        kind: 'attribute',
        id: 'field/ProductVariant.ean',
        code: 'ean',
        name: 'ean',
        type: 'text',
        values: [],
      });
      expect(records).toContainEqual(
        expect.objectContaining({ kind: 'attribute', code: 'weightGrams', type: 'number' }),
      );
      expect(records.filter((record) => record.kind === 'location').map((record) => record.name)).toEqual([
        'Berlin',
        'Rotterdam',
      ]);
      expect(records.filter((record) => record.kind === 'shippingMethod').map((record) => record.code)).toEqual([
        'standard',
        'express',
      ]);
      expect(pages.filter((page) => page.end)).toHaveLength(1);
      // Each page can be gone on from, within a list and from one to the next: what comes after it is the rest, once.
      for (const index of [0, pages.length - 3, pages.length - 2]) {
        const rest = await pagesOf({ feed: 'DataModelSync', pageSize: 5, resume: pages[index]!.resume });
        expect(rest.flatMap((each) => each.records)).toEqual(pages.slice(index + 1).flatMap((each) => each.records));
      }
    });

    it('reads products with variants, prices, barcodes, options and images', async () => {
      const read = await recordsOf('product', { feed: 'ProductImport' });
      expect(read.map((product) => product.title)).toEqual(products.map((product) => product.name));
      expect(read.flatMap((product) => product.variants.map((variant) => [variant.sku, variant.barcode]))).toEqual(
        products.flatMap((product) => variantsOf(product).map((variant) => [variant.sku, variant.ean])),
      );
      const shirt = read[0]!;
      expect(shirt).toMatchObject({
        brand: 'Fjell',
        status: 'Active',
        attributes: { category: 'Clothing', brand: 'Fjell' },
        description: '<p>T-shirt by Fjell.</p>',
      });
      expect(shirt.variants[0]).toMatchObject({
        sku: 'TEE-BLUE-S',
        title: 'T-shirt Blue S',
        price: 1990,
        currency: 'EUR',
        weightGrams: 180,
        enabled: true,
        tracked: true,
        options: { Colour: 'Blue', Size: 'S' },
      });
      const image = await fetch(shirt.images[0]!.url);
      expect(image.headers.get('content-type')).toBe('image/png');
      await image.body?.cancel();
    });

    it('reads the same in small pages, can go on after each, and says how many there are', async () => {
      const whole = await recordsOf('product', { feed: 'ProductImport' });
      // SQLite stamps whole seconds: many products share one, which is the hard case for a cursor.
      const pages = await pagesOf({ feed: 'ProductImport', pageSize: 2 });
      expect(pages.flatMap((page) => page.records)).toEqual(whole);
      expect(pages.map((page) => page.total)).toEqual(pages.map(() => whole.length));
      const rest = await pagesOf({ feed: 'ProductImport', pageSize: 2, resume: pages[2]!.resume });
      expect(rest.flatMap((page) => page.records)).toEqual(whole.slice(6));
      expect(rest[0]!.total).toBe(whole.length);
    });

    it('sees a change of a variant alone, and needs one request when nothing changed', async () => {
      const since = await settled();
      let before = http.requests;
      expect(await recordsOf('product', { feed: 'ProductUpdate', since })).toEqual([]);
      expect(http.requests - before).toBe(1);
      await store.admin.setPrice('LAMP', 4190);
      const [lamp, ...others] = await recordsOf('product', { feed: 'ProductUpdate', since });
      expect(others).toEqual([]);
      expect(lamp!.variants).toMatchObject([{ sku: 'LAMP', price: 4190 }]);
      expect(lamp!.updatedAt >= since).toBe(true);
      before = http.requests;
      expect(await recordsOf('order', { feed: 'OrderImport', since })).toEqual([]);
      expect(http.requests - before).toBe(1);
    });

    it('reads stock by location, less what is allocated', async () => {
      const levels = await recordsOf('stock', { feed: 'StockImport', pageSize: 7 });
      expect(levels).toHaveLength(2 * 30);
      await store.admin.placeOrder({ lines: [{ sku: 'HOOD-M', quantity: 4 }] });
      expect(await stockOf('HOOD-M')).toMatchObject([
        { onHand: 200, allocated: 4, available: 196 },
        { onHand: 50, allocated: 0, available: 50 },
      ]);
    });

    it('names a discount by the coupon that was typed in', async () => {
      await store.admin.addCoupon('FRIEND-7', 'For friends');
      const placed = await store.admin.placeOrder({ lines: [{ sku: 'TEE-RED-M', quantity: 2 }], coupon: 'FRIEND-7' });
      const order = (await recordsOf('order', { feed: 'OrderImport' })).find((each) => each.id === placed.id)!;
      expect(order.discounts).toEqual([{ code: 'FRIEND-7', amount: 398 }]);
    });

    it('reads orders with money, lines, addresses and states', async () => {
      const placed = await store.admin.placeOrder({
        lines: [
          { sku: 'TEE-RED-M', quantity: 2 },
          { sku: 'SHOE-41', quantity: 1 },
        ],
        shippingMethod: 'express',
        customer: { firstName: 'Grace', lastName: 'Beispiel', emailAddress: 'grace@example.com' },
      });
      const order = (await recordsOf('order', { feed: 'OrderImport' })).find((each) => each.id === placed.id)!;
      expect(order).toMatchObject({
        number: placed.code,
        state: 'Open',
        paymentState: 'Paid',
        fulfilmentState: 'Unfulfilled',
        platformState: 'PaymentSettled',
        currency: 'EUR',
        itemsTotal: 2 * 1990 + 11900,
        shippingTotal: 1290,
        grandTotal: 2 * 1990 + 11900 + 1290,
        discountTotal: 0,
        customerName: 'Grace Beispiel',
        customerEmail: 'grace@example.com',
        shippingMethodCode: 'express',
        shippingMethodName: 'Express parcel',
        shippingAddress: { street1: 'Lindenstr. 7', postalCode: '10969', city: 'Berlin', country: 'DE' },
        lines: [
          {
            sku: 'TEE-RED-M',
            quantity: 2,
            unitPrice: 1990,
            total: 3980,
            taxRate: 20,
            cancelledQuantity: 0,
            fulfilledQuantity: 0,
          },
          { sku: 'SHOE-41', quantity: 1 },
        ],
      });
      // Vendure rounds tax line by line.
      expect(Math.abs(order.taxTotal - order.grandTotal / 6)).toBeLessThan(2);
      expect(Date.parse(order.placedAt!)).not.toBeNaN();
    });

    it('leaves out checkouts, reads unpaid orders as such and sees by id that they are paid and shipped', async () => {
      const since = await settled();
      const checkout = await store.admin.placeOrder({ lines: [{ sku: 'MUG-WHITE', quantity: 1 }], placed: false });
      const invoice = await store.admin.placeOrder({ lines: [{ sku: 'MUG-WHITE', quantity: 2 }], paid: false });
      expect(
        (await recordsOf('order', { feed: 'OrderImport', since })).map(({ number, paymentState }) => [
          number,
          paymentState,
        ]),
      ).toEqual([[invoice.code, 'Authorized']]);
      await store.admin.payOrder(invoice.code);
      expect(await orderOf(invoice.id)).toMatchObject({ paymentState: 'Paid', state: 'Open' });
      await store.admin.shipOrder(invoice.code, {
        trackingCode: 'BY-HAND',
        lines: [{ sku: 'MUG-WHITE', quantity: 1 }],
      });
      expect(await orderOf(invoice.id)).toMatchObject({
        state: 'Open',
        fulfilmentState: 'PartiallyFulfilled',
        lines: [{ fulfilledQuantity: 1 }],
      });
      await store.admin.shipOrder(invoice.code, { trackingCode: 'BY-HAND-2' });
      expect(await orderOf(invoice.id)).toMatchObject({ state: 'Completed', fulfilmentState: 'Fulfilled' });
      // Bought late: found by the time it was placed, whenever the cart was begun.
      const late = await settled();
      await store.admin.payOrder(checkout.code);
      expect((await recordsOf('order', { feed: 'OrderImport', since: late })).map(({ number }) => number)).toEqual([
        checkout.code,
      ]);
    });

    it('sees cancellations by their time of change', async () => {
      const order = await store.admin.placeOrder({ lines: [{ sku: 'BOTTLE-500ML', quantity: 3 }] });
      const since = await settled();
      await store.admin.cancelOrder(order.code, { lines: [{ sku: 'BOTTLE-500ML', quantity: 1 }] });
      expect(await recordsOf('order', { feed: 'OrderUpdate', since })).toMatchObject([
        {
          id: order.id,
          state: 'Open',
          lines: [{ quantity: 2, cancelledQuantity: 1 }],
          cancellations: [{ reason: 'test', state: 'Done', lines: [{ quantity: 1 }] }],
        },
      ]);
      await store.admin.cancelOrder(order.code);
      expect(await recordsOf('order', { feed: 'OrderUpdate', since })).toMatchObject([
        { id: order.id, state: 'Cancelled', lines: [{ quantity: 0, cancelledQuantity: 3 }] },
      ]);
    });

    it('reads refunds with their payment, and what was paid', async () => {
      const { code, id } = await store.admin.placeOrder({ lines: [{ sku: 'BOTTLE-500ML', quantity: 2 }] });
      const before = await orderOf(id);
      expect(before).toMatchObject({
        paidTotal: before.grandTotal,
        refundedTotal: 0,
        refunds: [],
        // Of goods and of shipping.
        taxes: [{ rate: 20 }, { rate: 20 }],
      });
      await store.admin.refundOrder(code, 100, 'late');
      expect(await orderOf(id)).toMatchObject({
        paymentState: 'PartiallyRefunded',
        refundedTotal: 100,
        refunds: [{ amount: 100, reason: 'late', state: 'Done' }],
        payments: [{ state: 'Paid', amount: before.grandTotal }],
      });
    });

    it('reads many orders of the same second in pages of any size, each once', async () => {
      const since = await settled();
      const codes = await store.admin.bulkOrders(23);
      for (const pageSize of [1, 4, 100]) {
        const numbers = (await recordsOf('order', { feed: 'OrderImport', since, pageSize })).map(
          ({ number }) => number,
        );
        expect(numbers.toSorted()).toEqual(codes.toSorted());
      }
    });

    it('answers named records and leaves unknown ids out', async () => {
      const [first] = await recordsOf('product', { feed: 'ProductImport' });
      expect(await recordsOf('product', { feed: 'ProductImport', ids: [first!.id, '987654'] })).toEqual([first]);
      expect(await recordsOf('order', { feed: 'OrderImport', ids: ['987654', 'nonsense'] })).toEqual([]);
    });

    it('goes on after the last page when the store dies in the middle', async () => {
      const pages = driverOf().read({ feed: 'ProductImport', pageSize: 5, signal: never })[Symbol.asyncIterator]();
      const first = (await pages.next()).value as Page;
      await store.kill();
      await expect(pages.next()).rejects.toMatchObject({ details: { behaviour: 'retry' } });
      await store.restart();
      const rest = await pagesOf({ feed: 'ProductImport', pageSize: 5, resume: first.resume });
      expect([first, ...rest].flatMap((page) => page.records)).toEqual(
        await recordsOf('product', { feed: 'ProductImport' }),
      );
    });

    it('refuses what Vendure does not have', () => {
      expect(() => driverOf().read({ feed: 'SupplierImport', pageSize: 1, signal: never })).toThrow(
        expect.objectContaining({
          details: expect.objectContaining({ behaviour: 'terminal', reason: 'UnsupportedFeed' }),
        }),
      );
    });
  });

  describe('stock export', () => {
    it('sets absolute levels by location and confirms each', async () => {
      const [berlin, rotterdam] = await stockOf('KNIFE-WOOD');
      const entry = { variantId: berlin!.variantId, sku: 'KNIFE-WOOD' };
      const results = await driverOf().feeds.StockExport!.write(
        [
          { ...entry, entryId: '1', locationId: berlin!.locationId, quantity: 17, available: 15 },
          { ...entry, entryId: '2', locationId: rotterdam!.locationId, quantity: 0, available: 0 },
        ],
        never,
      );
      expect(results).toEqual([
        { entryId: '1', outcome: 'Applied' },
        { entryId: '2', outcome: 'Applied' },
      ]);
      expect(await store.admin.stockOf('KNIFE-WOOD')).toMatchObject([
        { location: 'Berlin', onHand: 17 },
        { location: 'Rotterdam', onHand: 0 },
      ]);
    });

    it('finds the entries at fault in a batch and does the rest', async () => {
      const levels = (await recordsOf('stock', { feed: 'StockImport' })).filter(({ sku }) => sku.startsWith('SHOE'));
      const good = levels.map(({ variantId, sku, locationId }, index) => ({
        entryId: `good-${index}`,
        variantId,
        sku,
        locationId,
        quantity: 60 + index,
        available: 60 + index,
      }));
      const gone = { ...good[0]!, entryId: 'gone', variantId: '987654', sku: 'GONE' };
      const nowhere = { ...good[1]!, entryId: 'nowhere', locationId: '4711' };
      const results = await driverOf().feeds.StockExport!.write([gone, ...good, nowhere], never);
      const byEntry = new Map(results.map((result) => [result.entryId, result]));
      expect(byEntry.get('gone')).toMatchObject({ outcome: 'Rejected', reason: 'UnknownVariant' });
      expect(byEntry.get('nowhere')).toMatchObject({ outcome: 'Rejected', reason: 'UnknownLocation' });
      expect(good.map(({ entryId }) => byEntry.get(entryId)?.outcome)).toEqual(good.map(() => 'Applied'));
      expect(results).toHaveLength(good.length + 2);
      const after = await recordsOf('stock', { feed: 'StockCheck' });
      for (const { variantId, locationId, quantity } of good)
        expect(after.find((level) => level.variantId === variantId && level.locationId === locationId)?.onHand).toBe(
          quantity,
        );
    });

    it('sends nothing in Test mode, and keeps the request', async () => {
      const [level] = await stockOf('PACK-GREEN');
      const held = engineHttp(true);
      await expect(
        driverOf({}, store.apiKey, held).feeds.StockExport!.write([{ entryId: '1', ...level!, quantity: 1 }], never),
      ).rejects.toThrow(HeldWrite);
      await held.close();
      expect(await stockOf('PACK-GREEN')).toMatchObject([{ onHand: 200 }, {}]);
    });
  });

  describe('shipment export', () => {
    const entryOf = (order: { id: string; code: string }, entryId: string) => ({
      entryId,
      orderId: order.id,
      orderNumber: order.code,
      parcel: 1,
      shippedAt: '2026-11-02T08:00:00Z',
      completes: false,
      carrier: 'DHL',
    });

    it('ships an order once, however often it is told', async () => {
      const order = await store.admin.placeOrder({ lines: [{ sku: 'BAG-REGULAR', quantity: 2 }] });
      const entry = { ...entryOf(order, '1'), trackingCode: 'JD014600001' };
      const [first] = await driverOf().feeds.ShipmentExport!.write([entry], never);
      expect(first).toMatchObject({ outcome: 'Applied' });
      expect(await driverOf().feeds.ShipmentExport!.write([entry], never)).toEqual([
        { entryId: '1', outcome: 'AlreadyApplied', externalId: (first as { externalId: string }).externalId },
      ]);
      expect(await store.admin.getOrder(order.code)).toMatchObject({
        state: 'Shipped',
        fulfillments: [{ state: 'Shipped', method: 'DHL', trackingCode: 'JD014600001', lines: [{ quantity: 2 }] }],
      });
    });

    it('ships in parts, and without a tracking code just as safely', async () => {
      const order = await store.admin.placeOrder({ lines: [{ sku: 'BAG-LONG', quantity: 3 }] });
      const [line] = (await orderOf(order.id)).lines;
      const one = [{ lineId: line!.id, quantity: 1 }];
      const parts = [
        { ...entryOf(order, 'a'), lines: one },
        { ...entryOf(order, 'b'), lines: one },
      ];
      expect(await driverOf().feeds.ShipmentExport!.write(parts, never)).toMatchObject([
        { outcome: 'Applied' },
        { outcome: 'Applied' },
      ]);
      expect(await driverOf().feeds.ShipmentExport!.write(parts, never)).toMatchObject([
        { outcome: 'AlreadyApplied' },
        { outcome: 'AlreadyApplied' },
      ]);
      expect(await store.admin.getOrder(order.code)).toMatchObject({
        state: 'PartiallyShipped',
        fulfillments: [{}, {}],
      });
      expect(
        await driverOf().feeds.ShipmentExport!.write(
          [{ ...entryOf(order, 'c'), lines: [{ lineId: line!.id, quantity: 2 }] }],
          never,
        ),
      ).toMatchObject([{ outcome: 'Rejected', reason: 'NothingLeftToShip' }]);
      expect(
        await driverOf().feeds.ShipmentExport!.write([{ ...entryOf(order, 'd'), trackingCode: 'REST' }], never),
      ).toMatchObject([{ outcome: 'Applied' }]);
      expect(await store.admin.getOrder(order.code)).toMatchObject({ state: 'Shipped' });
    });

    it('completes a shipment whose second call was lost', async () => {
      const order = await store.admin.placeOrder({ lines: [{ sku: 'TENT-2', quantity: 1 }] });
      const entry = { ...entryOf(order, '1'), trackingCode: 'HALF-DONE' };
      const losing: ShopHttp = {
        ...http,
        write: async (request) =>
          bodyText(request.body)?.includes('transitionFulfillmentToState')
            ? Promise.reject(new Error('connection lost'))
            : http.write(request),
      };
      expect(await driverOf({}, store.apiKey, losing).feeds.ShipmentExport!.write([entry], never)).toMatchObject([
        { outcome: 'Retry' },
      ]);
      expect(await store.admin.getOrder(order.code)).toMatchObject({
        state: 'PaymentSettled',
        fulfillments: [{ state: 'Pending' }],
      });
      expect(await driverOf().feeds.ShipmentExport!.write([entry], never)).toMatchObject([{ outcome: 'Applied' }]);
      expect(await store.admin.getOrder(order.code)).toMatchObject({
        state: 'Shipped',
        fulfillments: [{ state: 'Shipped', trackingCode: 'HALF-DONE' }],
      });
    });

    it('ships no goods that are unpaid, cancelled or not there', async () => {
      const unpaid = await store.admin.placeOrder({ lines: [{ sku: 'TENT-4', quantity: 1 }], paid: false });
      expect(
        await driverOf().feeds.ShipmentExport!.write([{ ...entryOf(unpaid, '1'), trackingCode: 'U' }], never),
      ).toMatchObject([{ outcome: 'Retry', reason: 'OrderNotPaid' }]);
      const cancelled = await store.admin.placeOrder({ lines: [{ sku: 'TENT-4', quantity: 1 }] });
      await store.admin.cancelOrder(cancelled.code);
      expect(
        await driverOf().feeds.ShipmentExport!.write([{ ...entryOf(cancelled, '2'), trackingCode: 'C' }], never),
      ).toMatchObject([{ outcome: 'Rejected', reason: 'OrderCancelled' }]);
      expect(
        await driverOf().feeds.ShipmentExport!.write(
          [{ ...entryOf({ id: '987654', code: 'GONE' }, '3'), trackingCode: 'G' }],
          never,
        ),
      ).toMatchObject([{ outcome: 'Rejected', reason: 'UnknownOrder' }]);
      const short = await store.admin.placeOrder({ lines: [{ sku: 'MUG-BLACK', quantity: 1 }] });
      await store.admin.setStock('MUG-BLACK', 'Berlin', 0);
      await store.admin.setStock('MUG-BLACK', 'Rotterdam', 0);
      expect(
        await driverOf().feeds.ShipmentExport!.write([{ ...entryOf(short, '4'), trackingCode: 'S' }], never),
      ).toMatchObject([{ outcome: 'Retry', reason: 'InsufficientStock' }]);
      expect((await store.admin.getOrder(unpaid.code)).fulfillments).toEqual([]);
    });
  });

  it('covers every feed that Vendure can have', () => {
    expect(FEED_TYPES.filter((feed) => !supported.includes(feed))).toEqual(['SupplierImport', 'ProductSupplierImport']);
  });

  /** A time after which only what happens next is changed: SQLite's own stamps have whole seconds. */
  async function settled(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 1100 - (Date.now() % 1000)));
    return new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  }
});
