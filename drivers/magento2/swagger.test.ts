import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { never, triedShop, type Tried, type TriedShop } from '../../test/stores/magento2/shop.ts';
import { Swagger, type Sent } from '../../test/stores/magento2/swagger.ts';
import { levelKey } from '../../simulator/shop/model.ts';
import { FEED_TYPES } from '../../model/feeds.ts';
import { HeldWrite } from '../contract/index.ts';
import { magento2 } from './index.ts';

/*
 * Every request that the driver can make against Adobe's own description of the API, of which a copy lies beside the
 * repository where somebody works on it. Where it does not, that is said, and nothing is taken for checked.
 */
const FOLDER = process.env['MAGENTO_SCHEMAS'] ?? '../shared/contracts/magento2';

/** All ways through the driver: what it reads, checks, counts and writes, by each setting that changes its requests. */
async function everyRequest(): Promise<Sent[]> {
  const sent: Sent[] = [];
  const ways: Tried[] = [
    {},
    { settings: { stock: 'stockItems' } },
    { settings: { asyncStock: true, stores: ['default'], storeCode: 'all' } },
    {
      settings: { hiddenProducts: 'products', salableStock: 1 },
      instead: ({ url }) => (url.includes('salable-quantity') ? { status: 200, body: '1' } : undefined),
    },
    { testMode: true },
  ];
  for (const way of ways) {
    const shop = triedShop(way);
    if (way.settings?.['salableStock'] !== undefined)
      for (const [key, { locationId }] of shop.store.shop.levels)
        if (locationId !== 'main') shop.store.shop.levels.delete(key);
    await readAll(shop);
    await writeAll(shop);
    sent.push(
      ...shop.asked.map(({ method, url, body }) => ({
        method,
        path: url.slice('https://shop.example/rest/all'.length),
        body: body === undefined ? undefined : (JSON.parse(String(body)) as unknown),
      })),
    );
  }
  return sent;
}

async function readAll({ driver, store }: TriedShop): Promise<void> {
  const signal = never();
  await driver.check(FEED_TYPES, signal);
  const window = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
  for (const { type } of magento2.manifest.feeds.filter((feed) => !feed.type.endsWith('Export')))
    for (const more of [{}, { since: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' }])
      for await (const page of driver.read({ feed: type, pageSize: 5, signal, ...more })) void page;
  const ids = store.truth.orders().map(({ id }) => id);
  const placedFrom = window.from;
  for await (const page of driver.read({ feed: 'OrderImport', pageSize: 5, ids, signal })) void page;
  for await (const page of driver.read({ feed: 'OrderImport', pageSize: 5, placedFrom, signal })) void page;
  for (const feed of ['OrderImport', 'ProductImport'] as const) {
    await driver.count(feed, window, signal);
    for await (const part of driver.ids(feed, window, signal)) void part;
  }
}

async function writeAll({ driver, store, showcase }: TriedShop): Promise<void> {
  const signal = never();
  const held = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HeldWrite) return undefined;
      throw error;
    }
  };
  const variant = store.shop.products.get(showcase.products.get('rich')!)!.variants[0]!;
  const { id: variantId, sku, currency } = variant;
  const level = { variantId, sku, quantity: 5, available: 5 };
  const stock = driver.feeds.StockExport!;
  for (const locationId of ['main', 'default']) {
    const results = (await held(() => stock.write([{ ...level, locationId, entryId: '1' }], signal))) ?? [];
    const open = results.flatMap((result) => (result.outcome === 'Submitted' ? [result] : []));
    if (open.length > 0) await stock.settle!(open, signal);
  }
  expect(store.shop.levels.has(levelKey(variantId, 'main'))).toBe(true);
  for (const more of [{ price: 55 }, { price: 99_999 }, { price: 55, compareAt: 99 }])
    await held(() =>
      driver.feeds.PriceExport!.write(
        [{ ...{ entryId: '2', variantId, sku, currency, includesTax: true }, ...more }],
        signal,
      ),
    );
  const order = store.shop.orders.get(showcase.orders.get('plain')!)!;
  const parcel = {
    ...{ entryId: '3', orderId: order.id, orderNumber: order.number, parcel: 1, shippedAt: '2026-11-02T07:30:00Z' },
    ...{ completes: false, carrier: 'DHL', trackingCode: 'JD3', trackingCodes: ['JD3', 'JD4'], locationId: 'main' },
  };
  const [done] = (await held(() => driver.feeds.ShipmentExport!.write([parcel], signal))) ?? [];
  const externalId = done?.outcome === 'Applied' ? done.externalId : undefined;
  const corrects = { ...parcel, entryId: '4', trackingCodes: ['RIGHT'], corrects: { externalId } };
  await held(() => driver.feeds.ShipmentExport!.write([corrects], signal));
}

describe.each(['2.4.8', '2.4.9'])('what the driver asks of Magento %s', (version) => {
  const file = `${FOLDER}/admin-schema-${version}.yaml`;
  if (!existsSync(file)) {
    it.skip(`NOT CHECKED: there is no ${file}`, () => undefined);
    return;
  }
  let swagger: Swagger;
  let sent: readonly Sent[];
  beforeAll(async () => {
    swagger = new Swagger(readFileSync(file, 'utf8'));
    sent = await everyRequest();
  }, 60_000);

  it('is described: paths, methods, parameters, bodies', () => {
    expect([...new Set(sent.flatMap((each) => swagger.problems(each)))]).toEqual([]);
  });

  it('is every kind of request that the driver has', () => {
    const kinds = new Set(
      sent.map(
        ({ method, path }) =>
          `${method} ${path.split('?')[0]!.replaceAll(/(?<=\/)(\d+|SKU[^/]*|bulk-\d+|[^/]*%[^/]*)(?=\/|$)/g, '*')}`,
      ),
    );
    expect([...kinds].sort()).toEqual([
      'DELETE /V1/shipment/track/*',
      'GET /V1/bulk/*/detailed-status',
      'GET /V1/creditmemos',
      'GET /V1/inventory/get-product-salable-quantity/*/*',
      'GET /V1/inventory/source-items',
      'GET /V1/inventory/sources',
      'GET /V1/orders',
      'GET /V1/orders/*',
      'GET /V1/products',
      'GET /V1/products/attribute-sets/*/attributes',
      'GET /V1/products/attribute-sets/sets/list',
      'GET /V1/products/attributes',
      'GET /V1/shipments',
      'GET /V1/stockItems/*',
      'GET /V1/store/storeConfigs',
      'POST /V1/inventory/source-items',
      'POST /V1/order/*/ship',
      'POST /V1/products/base-prices',
      'POST /V1/products/special-price',
      'POST /V1/products/special-price-delete',
      'POST /V1/shipment/track',
      'POST /async/bulk/V1/inventory/source-items',
      'PUT /V1/products/*/stockItems/*',
    ]);
  });

  it('would be refused with a field that is missing or unknown', () => {
    const path = '/V1/shipment/track';
    const entity = { order_id: 1, parent_id: 2, track_number: 'x', title: 'x', carrier_code: 'custom', colour: 'red' };
    const problems = swagger.problems({ method: 'POST', path, body: { entity } });
    expect(problems.sort()).toEqual([
      'POST /V1/shipment/track.entity has colour, which is not described',
      ...['description', 'qty', 'weight'].map((name) => `POST /V1/shipment/track.entity lacks ${name}`),
    ]);
    expect(swagger.problems({ method: 'PUT', path, body: undefined })).toEqual([`PUT ${path} is not described`]);
  });
});
