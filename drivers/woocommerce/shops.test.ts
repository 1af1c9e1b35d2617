import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { never, refusal, triedShop, type TriedShop } from '../../test/stores/woocommerce/shop.ts';
import { productJson } from '../../test/stores/woocommerce/payloads.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import { errorDetails, type ReadRequest, type ShipmentWrite } from '../contract/index.ts';
import { settings } from './config.ts';

const HOOK = 'https://hub.example/hooks/1';

async function read({ driver }: TriedShop, feed: ReadRequest['feed']): Promise<CanonicalRecord[]> {
  const records: CanonicalRecord[] = [];
  for await (const page of driver.read({ feed, pageSize: 4, signal: never() })) records.push(...page.records);
  return records;
}

/** Before WooCommerce 10.3 no list has all variations; a variation is found by its id as a product. */
const old = () =>
  triedShop(({ url, method }, store) => {
    if (url.includes('/v3/variations?')) return refusal(404, 'rest_no_route');
    const id = /\/v3\/products\/(\d+)$/.exec(url)?.[1];
    const parent = store.shop.products.all().find(({ variants }) => variants.some((each) => each.id === id));
    return method === 'GET' && parent
      ? { status: 200, body: { ...productJson(), id: Number(id), parent_id: Number(parent.id), type: 'variation' } }
      : undefined;
  });

describe('a shop before WooCommerce 10.3', () => {
  it('gives the same products and levels, with a call for each product', async () => {
    expect(await read(old(), 'ProductImport')).toEqual(await read(triedShop(), 'ProductImport'));
    expect(await read(old(), 'StockImport')).toEqual(await read(triedShop(), 'StockImport'));
  });

  it('takes levels of variations', async () => {
    const shop = old();
    const level = shop.store.truth.levels()[0]!;
    const { variantId, sku } = level;
    const entry = { entryId: '1', variantId, sku, locationId: 'main', quantity: 9, available: 9 };
    expect(await shop.driver.writeStock!([entry], never())).toEqual([{ entryId: '1', outcome: 'Applied' }]);
    expect(level.onHand).toBe(9);
  });
});

describe('levels', () => {
  it('of what the shop does not count are refused, and it is not switched on behind the back of the owner', async () => {
    const shop = triedShop(({ url }) =>
      url.includes('/v3/products?') ? { status: 200, body: [productJson({ manage_stock: false })] } : undefined,
    );
    const entry = { entryId: '1', variantId: '5', sku: 'BOX', locationId: 'main', quantity: 9, available: 9 };
    expect(await shop.driver.writeStock!([entry], never())).toMatchObject([
      { outcome: 'Rejected', reason: 'NotSupported' },
    ]);
    expect(shop.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('prices', () => {
  const write = async (more: Readonly<Record<string, unknown>>) => {
    const shop = triedShop();
    const product = shop.store.shop.products.get(shop.showcase.products.get('rich')!)!;
    const [{ id: variantId, sku, price }] = product.variants as [(typeof product.variants)[number]];
    const entry = { entryId: '1', variantId, sku, price, currency: 'EUR', includesTax: true, ...more };
    const [result] = await shop.driver.feeds.PriceExport!.write([entry], never());
    const now = shop.store.shop.products.get(product.id)!.variants[0]!;
    const sent = shop.asked
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(String(body)) as unknown);
    return { result, price: now.price, compare: now.comparePrice, before: product.variants[0]!, sent };
  };

  it('go to the price of the sale where there is one, and the ordinary one stays', async () => {
    const { result, price, compare, before, sent } = await write({ price: 55 });
    expect(sent).toEqual([{ update: [{ id: Number(before.id), sale_price: '0.55' }] }]);
    expect([result?.outcome, price, compare]).toEqual(['Applied', 55, before.comparePrice]);
  });

  it('come with the one that is struck out', async () => {
    expect(await write({ price: 55, compareAt: 99 })).toMatchObject({ price: 55, compare: 99 });
  });

  it('are refused net where the shop keeps them gross, and in another currency', async () => {
    expect((await write({ price: 55, includesTax: false })).result).toMatchObject({ reason: 'NotSupported' });
    expect((await write({ price: 55, currency: 'USD' })).result).toMatchObject({ reason: 'NotSupported' });
  });
});

describe('parcels', () => {
  const parcel = (shop: TriedShop, more: Partial<ShipmentWrite> = {}): ShipmentWrite => ({
    ...{ orderId: shop.showcase.orders.get('plain')!, orderNumber: 'S-1', parcel: 1, entryId: '1' },
    ...{ shippedAt: '2026-11-02T07:30:00Z', completes: true, carrier: 'DHL', trackingCode: 'JD1', ...more },
  });
  const paths = ({ asked }: TriedShop) =>
    asked
      .filter(({ method }) => method !== 'GET')
      .map(({ method, url }) => `${method} ${url.replace(/^.*\/v3\/orders\/\d+/, '')}`);

  it('complete the order where nothing is open after them', async () => {
    const shop = triedShop();
    await shop.driver.writeShipments!([parcel(shop)], never());
    expect(paths(shop)).toEqual(['POST /fulfillments?notify_customer=true', 'PUT ']);
    const quiet = triedShop(undefined, { completeOrders: false, notifyCustomer: false });
    await quiet.driver.writeShipments!([parcel(quiet)], never());
    expect(paths(quiet)).toEqual(['POST /fulfillments']);
  });

  it('of a shop without fulfilments name the switch, and are given back', async () => {
    const shop = triedShop(({ url }) => (url.includes('/fulfillments') ? refusal(404, 'rest_no_route') : undefined));
    await expect(shop.driver.writeShipments!([parcel(shop)], never())).rejects.toMatchObject({
      details: { reason: 'NotSupported', scope: 'shop', behaviour: 'terminal' },
    });
  });

  it('are notes to the buyer where the shop is set so, each once', async () => {
    const notes: { id: number; note: string }[] = [];
    const shop = triedShop(
      ({ url, method, body }) => {
        if (!url.endsWith('/notes')) return undefined;
        if (method === 'GET') return { status: 200, body: notes };
        notes.push({ id: notes.length + 1, ...(JSON.parse(String(body)) as { note: string }) });
        return { status: 201, body: notes.at(-1) };
      },
      { shipments: 'notes' },
    );
    const [first] = await shop.driver.writeShipments!([parcel(shop, { completes: false })], never());
    const [again] = await shop.driver.writeShipments!([parcel(shop, { completes: false })], never());
    expect([first?.outcome, again?.outcome]).toEqual(['Applied', 'AlreadyApplied']);
    expect(notes).toMatchObject([
      { customer_note: true, note: 'Parcel 1 is on its way. Carrier: DHL. Tracking number: JD1. [1]' },
    ]);
  });
});

describe('webhooks', () => {
  it('are one for each topic, with a secret that the name tells apart', async () => {
    const shop = triedShop();
    const { topics } = await shop.driver.hooks!.ensure(HOOK, ['OrderImport'], never());
    expect(topics).toEqual(['order.created', 'order.updated', 'order.restored']);
    expect(shop.store.hooks.list().map((each) => each.topics)).toEqual(topics.map((topic) => [topic]));
  });

  it('that the shop switched off are switched on again', async () => {
    let off = true;
    const shop = triedShop(({ url, method }, store) => {
      if (!off || method !== 'GET' || !url.includes('/webhooks?')) return undefined;
      const [auth] = [`Basic ${Buffer.from('ck_good:cs_good').toString('base64')}`];
      const { body } = store.handle({
        ...{ method, path: '/wc/v3/webhooks?per_page=100', headers: { authorization: auth } },
      });
      const rows = (JSON.parse(body) as { topic: string }[]).map((row) =>
        row.topic === 'order.updated' ? { ...row, status: 'disabled' } : row,
      );
      return { status: 200, body: rows };
    });
    await shop.driver.hooks!.ensure(HOOK, ['OrderImport'], never());
    expect((await shop.driver.hooks!.ensure(HOOK, ['OrderImport'], never())).repaired).toBe(true);
    off = false;
    expect((await shop.driver.hooks!.ensure(HOOK, ['OrderImport'], never())).repaired).toBe(false);
    expect(shop.store.hooks.count).toBe(3);
  });

  it('of a variation name its product', async () => {
    const { driver, store } = triedShop();
    await driver.hooks!.ensure(HOOK, ['ProductUpdate'], never());
    const { secret } = store.hooks.list()[0]!;
    const body = Buffer.from(JSON.stringify({ id: 6, parent_id: 5 }));
    const headers = {
      'x-wc-webhook-resource': 'product',
      'x-wc-webhook-signature': createHmac('sha256', secret).update(body).digest('base64'),
    };
    expect(driver.hooks!.read({ headers, body, receivedAt: new Date(0) })).toEqual({
      ...{ valid: true, hints: [{ feed: 'ProductUpdate', ids: ['5'] }, { feed: 'StockCheck' }] },
    });
  });

  it('begin with a ping, which nobody signs and which says nothing', () => {
    const { driver } = triedShop();
    const ping = { headers: {}, body: Buffer.from('webhook_id=12'), receivedAt: new Date(0) };
    expect(driver.hooks!.read(ping)).toEqual({ valid: true, hints: [] });
    expect(driver.hooks!.read({ ...ping, body: Buffer.from('webhook_id=12&more=1') }).valid).toBe(false);
  });
});

describe('a refusal', () => {
  const check = async (answer: ReturnType<typeof refusal>, path = '/wc/v3/orders') =>
    await triedShop(({ url }) => (url.includes(path) ? answer : undefined)).driver.check(['OrderImport'], never());

  it('tells a bad key, a right that is missing and a header that was taken away apart', async () => {
    const wrong = await check(refusal(401, 'woocommerce_rest_authentication_error', 'Consumer key is invalid.'));
    expect(wrong.credential).toMatchObject({ status: 'False', reason: 'KeyRefused' });
    const narrow = await check(refusal(403, 'woocommerce_rest_cannot_view'));
    expect(narrow.credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    const unseen = await check(refusal(401, 'woocommerce_rest_cannot_view'));
    expect(unseen.credential.message).toContain('Authorization header');
  });

  it('of a firewall is not the fault of the key', async () => {
    const report = await check({ status: 403, body: '<html></html>', headers: { 'content-type': 'text/html' } });
    expect(report).toMatchObject({ reachable: { reason: 'AccessDenied' }, credential: { status: 'Unknown' } });
  });

  it('of a key that may only read is told at the check', async () => {
    const shop = triedShop();
    shop.store.keys.fixed.set('good', ['products:read', 'stock:read', 'settings:read']);
    const { credential } = await shop.driver.check(['StockExport'], never());
    expect(credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    expect(credential.message).toContain('Read/Write');
  });

  it('is said of WordPress without WooCommerce', async () => {
    const body = { name: 'Blog', home: 'https://shop.example', namespaces: ['wp/v2'] };
    const { reachable } = await check({ status: 200, body }, '/wp-json/?');
    expect(reachable.message).toContain('activate the plugin');
  });
});

describe('the address', () => {
  it('is https, but within the cluster', () => {
    const good = (url: string) => settings.safeParse({ url }).success;
    expect(['https://shop.example/', 'http://127.0.0.1:3900', 'http://shop.default.svc'].map(good)).toEqual(
      Array(3).fill(true),
    );
    expect(good('http://shop.example')).toBe(false);
    expect(settings.parse({ url: 'https://shop.example/' }).url).toBe('https://shop.example');
  });
});

describe('a reading', () => {
  it('names no key where it fails', async () => {
    const shop = triedShop(() => refusal(500, 'internal_server_error'));
    const error: unknown = await read(shop, 'OrderImport').catch((thrown: unknown) => thrown);
    expect(errorDetails(error)).toMatchObject({ behaviour: 'retry', reason: 'StoreUnavailable' });
  });
});
