import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { documentOf, never, triedShop, type Answer, type TriedShop } from '../../test/stores/shopify/shop.ts';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import { Random } from '../../simulator/random.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { errorDetails, type ReadRequest, type StockWrite } from '../contract/index.ts';

async function read({ driver }: TriedShop, feed: ReadRequest['feed'], pageSize = 250): Promise<CanonicalRecord[]> {
  const records: CanonicalRecord[] = [];
  for await (const page of driver.read({ feed, pageSize, signal: never() })) records.push(...page.records);
  return records;
}
const failing = (answer: Answer) => triedShop({ instead: () => answer });
const denied = (message: string): Answer => ({
  json: { errors: [{ message, extensions: { code: 'ACCESS_DENIED' } }], data: null },
});

describe('the check of a shop', () => {
  it.each([
    [402, 'ShopFrozen'],
    [423, 'ShopLocked'],
    [404, 'WrongUrl'],
  ])('says of the status %i: %s', async (status, reason) => {
    const report = await failing({ status, json: { errors: 'no' } }).driver.check(['OrderImport'], never());
    expect(report).toMatchObject({ reachable: { status: 'False', reason }, credential: { status: 'Unknown' } });
  });

  it('says that a web page is no API', async () => {
    const page = { json: '<html>', headers: { 'content-type': 'text/html' } };
    expect(await failing(page).driver.check([], never())).toMatchObject({ reachable: { reason: 'NotAnApi' } });
  });

  it('says that the version is gone where Shopify answers with another', async () => {
    const shop = triedShop();
    const other = triedShop({
      instead: (request) => {
        const { status, body } = shop.store.handle({
          method: 'POST',
          path: '/api/2026-07/graphql.json',
          headers: { 'x-shopify-access-token': 'shpat_good' },
          body: String(request.body),
        });
        return { status, json: JSON.parse(body) as unknown, headers: { 'x-shopify-api-version': '2026-10' } };
      },
    });
    expect(await other.driver.check([], never())).toMatchObject({ reachable: { reason: 'ApiVersionGone' } });
  });

  it('says that the app may not see buyers', async () => {
    const shop = triedShop({
      instead: (request) =>
        documentOf(request).includes('email customer') && !documentOf(request).includes('lineItems')
          ? denied('This app is not approved to access the Customer object.')
          : undefined,
    });
    expect(await shop.driver.check(['OrderImport'], never())).toMatchObject({
      reachable: { status: 'True' },
      credential: { status: 'False', reason: 'CustomerDataNotApproved' },
    });
    expect(await shop.driver.check(['ProductImport'], never())).toMatchObject({ credential: { status: 'True' } });
  });
});

describe('what Shopify says with status 200', () => {
  it('is a wait, by the points that are missing', async () => {
    const cost = {
      requestedQueryCost: 500,
      throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 100, restoreRate: 50 },
    };
    const throttled = { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }], extensions: { cost } };
    const shop = failing({ json: throttled });
    const error = await read(shop, 'OrderImport').catch(errorDetails);
    expect(error).toMatchObject({ behaviour: 'waiting', reason: 'RateLimited', retryAfterMs: 8000 });
    expect(shop.seen[0]).toEqual({ remaining: 100, burst: 2000, perSecond: 50 });
  });

  it('is an error where a filter was ignored: all would be read', async () => {
    const search = [
      { path: ['orders'], warnings: [{ field: 'updated_at', message: 'Invalid', code: 'invalid_field' }] },
    ];
    const shop = failing({
      json: { data: { orders: { nodes: [], pageInfo: { hasNextPage: false } } }, extensions: { search } },
    });
    expect(await read(shop, 'OrderImport').catch(errorDetails)).toMatchObject({
      behaviour: 'terminal',
      reason: 'FilterIgnored',
    });
  });

  it('is asked for less where the question was too large', async () => {
    const sizes: number[] = [];
    const shop = triedShop({
      instead: ({ body }) => {
        const { first } = (JSON.parse(String(body)) as { variables: { first?: number } }).variables;
        if (first === undefined) return undefined;
        sizes.push(first);
        return first > 6
          ? { json: { errors: [{ message: 'x', extensions: { code: 'MAX_COST_EXCEEDED' } }] } }
          : undefined;
      },
    });
    expect(await read(shop, 'OrderImport', 20)).toEqual(await read(triedShop(), 'OrderImport'));
    expect(sizes.slice(0, 3)).toEqual([20, 10, 5]);
  });
});

describe('tokens', () => {
  it('of an app are asked for by the app itself, and kept', async () => {
    const shop = triedShop({ credential: { clientId: 'client', clientSecret: 'client-secret' } });
    await read(shop, 'StockImport');
    await read(shop, 'ProductImport');
    const grants = shop.asked.filter(({ url }) => url.endsWith('/oauth/access_token'));
    expect(grants.map(({ body }) => new URLSearchParams(String(body)).get('grant_type'))).toEqual([
      'client_credentials',
    ]);
  });
});

describe('levels', () => {
  const entryAt = (shop: TriedShop, index: number, more: Partial<StockWrite> = {}): StockWrite => {
    const { variantId, sku, locationId } = shop.store.truth.levels()[index]!;
    return { entryId: String(index), variantId, sku, locationId, quantity: 9, available: 7, ...more };
  };
  const write = (shop: TriedShop, entries: readonly StockWrite[]) => shop.driver.writeStock!(entries, never());

  it('are set by what can be sold where the setting says so', async () => {
    const shop = triedShop({ settings: { stock: 'available' } });
    await write(shop, [entryAt(shop, 0)]);
    const [level] = shop.store.truth.levels();
    expect(level!.onHand - level!.allocated).toBe(7);
  });

  it('are refused one by one: the others of the call are set', async () => {
    const shop = triedShop();
    const results = await write(shop, [
      entryAt(shop, 0),
      entryAt(shop, 1, { locationId: 'nowhere' }),
      entryAt(shop, 2, { expected: -5 }),
      entryAt(shop, 3),
    ]);
    const byId = new Map(results.map((result) => [result.entryId, result]));
    expect(byId.get('0')).toMatchObject({ outcome: 'Applied' });
    expect(byId.get('1')).toMatchObject({ outcome: 'Rejected', reason: 'UnknownLocation' });
    expect(byId.get('2')).toMatchObject({ outcome: 'Retry', reason: 'StockChanged' });
    expect(byId.get('3')).toMatchObject({ outcome: 'Applied' });
  });

  it('of a location that is not in the settings are neither read nor written', async () => {
    const shop = triedShop({ settings: { locations: ['main'] } });
    const places = (await read(shop, 'StockImport')).map((each) => (each.kind === 'stock' ? each.locationId : ''));
    expect(new Set(places)).toEqual(new Set(['main']));
    const elsewhere = shop.store.truth.levels().findIndex(({ locationId }) => locationId === 'shop');
    expect(await write(shop, [entryAt(shop, elsewhere)])).toMatchObject([{ reason: 'UnknownLocation' }]);
  });

  it('of what Shopify does not count are refused, and not read', async () => {
    const shop = triedShop();
    const [product] = shop.store.shop.products.all();
    const [variant] = product!.variants;
    shop.store.shop.saveProduct({ ...product!, variants: [{ ...variant!, tracked: false }] });
    const index = shop.store.truth.levels().findIndex(({ variantId }) => variantId === variant!.id);
    expect(await write(shop, [entryAt(shop, index)])).toMatchObject([{ outcome: 'Rejected', reason: 'NotSupported' }]);
    expect(await read(shop, 'StockImport')).not.toContainEqual(expect.objectContaining({ variantId: variant!.id }));
  });
});

describe('webhooks', () => {
  const secret = 'client-secret';
  const hook = (topic: string, body: object) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const signature = createHmac('sha256', secret).update(bytes).digest('base64');
    const headers = { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': signature };
    return triedShop().driver.webhooks!.read({ headers, body: bytes, receivedAt: new Date() });
  };

  it.each([
    [
      'customers/redact',
      { shop_id: 1, customer: { id: 3, email: 'x@y.example' }, orders_to_redact: [11, 12] },
      { ask: 'erase', orders: ['11', '12'] },
    ],
    [
      'customers/data_request',
      { shop_id: 1, orders_requested: [11], customer: { id: 3 }, data_request: { id: 9999 } },
      { ask: 'disclose', reference: '9999', orders: ['11'] },
    ],
    ['shop/redact', { shop_id: 1, shop_domain: 'gone.myshopify.com' }, { ask: 'eraseShop' }],
  ])('that the law demands are passed on: %s', (topic, body, asked) => {
    expect(hook(topic, body)).toEqual({ valid: true, hints: [], privacy: [asked] });
  });

  it('of a product and of a level say what to read', () => {
    expect(hook('products/update', { id: 5 })).toMatchObject({ hints: [{ feed: 'ProductUpdate', ids: ['5'] }] });
    expect(hook('inventory_levels/update', { inventory_item_id: 5 })).toMatchObject({
      hints: [{ feed: 'StockCheck' }],
    });
  });
});

/*
 * What Shopify really answered in its version 2026-04 (recorded at test shops in 2026 by the project
 * airhorns/shopify-draft-proxy, fixtures inventory-quantity-contracts-2026-04 and fulfillment-create-preconditions).
 */
describe('recorded answers', () => {
  const instead = (part: string, json: unknown) =>
    triedShop({ instead: (request) => (documentOf(request).includes(part) ? { json } : undefined) });
  const cost = {
    requestedQueryCost: 10,
    actualQueryCost: 10,
    throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1990, restoreRate: 100 },
  };
  const level = (shop: TriedShop): StockWrite => {
    const { variantId, sku, locationId } = shop.store.truth.levels()[0]!;
    return { entryId: '1', variantId, sku, locationId, quantity: 9, available: 9 };
  };

  it('to a level of an unknown location', async () => {
    const error = {
      field: ['input', 'quantities', '0', 'locationId'],
      message: 'The specified location could not be found.',
      code: 'INVALID_LOCATION',
    };
    const shop = instead('inventorySetQuantities', {
      data: { inventorySetQuantities: { inventoryAdjustmentGroup: null, userErrors: [error] } },
      extensions: { cost },
    });
    expect(await shop.driver.writeStock!([level(shop)], never())).toMatchObject([
      { outcome: 'Rejected', reason: 'UnknownLocation' },
    ]);
  });

  it('to a level without the directive: the driver is at fault, and no level is', async () => {
    const message = 'The @idempotent directive is required for this mutation but was not provided.';
    const errors = [
      {
        message,
        locations: [{ line: 3, column: 5 }],
        extensions: { code: 'BAD_REQUEST' },
        path: ['inventorySetQuantities'],
      },
    ];
    const shop = instead('inventorySetQuantities', {
      errors,
      data: { inventorySetQuantities: null },
      extensions: { cost },
    });
    expect(await shop.driver.writeStock!([level(shop)], never()).catch(errorDetails)).toMatchObject({
      reason: 'UnsupportedSchema',
      scope: 'shop',
    });
  });

  it('to a parcel of a closed fulfilment order', async () => {
    const message = 'Fulfillment order 9825095909682 has an unfulfillable status= closed.';
    const shop = instead('fulfillmentCreate', {
      data: { fulfillmentCreate: { fulfillment: null, userErrors: [{ field: ['fulfillment'], message }] } },
      extensions: { cost },
    });
    const orderId = shop.showcase.orders.get('plain')!;
    const entry = {
      ...{ entryId: '1', orderId, orderNumber: '#1', parcel: 1 },
      ...{ shippedAt: '2026-11-02T08:00:00Z', completes: true },
    };
    expect(await shop.driver.writeShipments!([entry], never())).toMatchObject([
      { outcome: 'Rejected', reason: 'StoreRefused' },
    ]);
  });
});

describe('calls', () => {
  it('for a thousand orders and a thousand products are as many as the documentation says', async () => {
    const shop = triedShop({ empty: true });
    const random = new Random(5);
    for (let count = 0; count < 1000; count++) addProduct(shop.store.shop, random);
    for (let count = 0; count < 1000; count++) addOrder(shop.store.shop, random);
    const calls: Record<string, number> = {};
    for (const feed of ['OrderImport', 'ProductImport', 'StockImport'] as const) {
      const before = shop.asked.length;
      await read(shop, feed);
      calls[feed] = shop.asked.length - before;
    }
    expect(calls).toEqual({ OrderImport: 20, ProductImport: 21, StockImport: 22 });
    const levels = shop.store.truth.levels().filter(({ locationId }) => locationId === 'main');
    const entries = levels
      .slice(0, 1000)
      .map(({ variantId, sku, locationId }, index) => ({
        ...{ entryId: String(index), variantId, sku, locationId, quantity: 5, available: 5 },
      }));
    const before = shop.asked.length;
    await shop.driver.writeStock!(entries, never());
    expect(shop.asked.length - before).toBe(8);
  }, 60_000);
});
