import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { AdminClient, startVendure, StoreRefusal, type VendureStore } from './index.ts';

// A real store on a machine that may be busy with other tests.
jest.setTimeout(120_000);

describe('the test store itself', () => {
  let store: VendureStore;

  beforeAll(async () => {
    store = await startVendure();
  }, 300_000);

  afterAll(async () => {
    await store.stop();
  });

  it('keeps what it acknowledged when it is killed', async () => {
    const order = await store.admin.placeOrder({ lines: [{ sku: 'TEE-BLUE-S', quantity: 2 }] });
    await store.kill();
    await expect(store.admin.countOrders()).rejects.toThrow();
    await store.restart();
    expect(await store.admin.getOrder(order.code)).toMatchObject({
      state: 'PaymentSettled',
      totalWithTax: 2 * 1990 + 490,
    });
  });

  it('counts stock by location as orders are paid, shipped and cancelled', async () => {
    const order = await store.admin.placeOrder({ lines: [{ sku: 'LAMP', quantity: 3 }], paid: false });
    expect(order.state).toBe('PaymentAuthorized');
    expect(await store.admin.stockOf('LAMP')).toMatchObject([
      { location: 'Berlin', onHand: 200, allocated: 3 },
      { location: 'Rotterdam', onHand: 50 },
    ]);
    await store.admin.payOrder(order.code);
    const shipped = await store.admin.shipOrder(order.code, {
      trackingCode: 'T1',
      lines: [{ sku: 'LAMP', quantity: 1 }],
    });
    expect(shipped).toMatchObject({
      state: 'PartiallyShipped',
      fulfillments: [{ state: 'Shipped', trackingCode: 'T1' }],
    });
    await store.admin.cancelOrder(order.code, { lines: [{ sku: 'LAMP', quantity: 2 }] });
    // One is shipped, so 199 would be right. Vendure counts the shipped one as come back when the
    // rest of its line is cancelled; a stock check finds the difference.
    expect(await store.admin.stockOf('LAMP')).toMatchObject([{ onHand: 200, allocated: 0 }, {}]);
  });

  it('leaves a checkout open that nobody completed, until it is paid', async () => {
    const order = await store.admin.placeOrder({ lines: [{ sku: 'MUG-BLACK', quantity: 1 }], placed: false });
    expect(await store.admin.getOrder(order.code)).toMatchObject({ state: 'ArrangingPayment', orderPlacedAt: null });
    expect(await store.admin.payOrder(order.code)).toMatchObject({
      state: 'PaymentSettled',
      orderPlacedAt: expect.any(String),
    });
  });

  it('serves images', async () => {
    const { products } = await new AdminClient(store.url, { 'vendure-api-key': store.apiKey }).ask(
      '{ products { items { featuredAsset { source } } } }',
      {},
      z.object({
        products: z.object({ items: z.array(z.object({ featuredAsset: z.object({ source: z.string() }) })) }),
      }),
    );
    expect(products.items).toHaveLength(12);
    const image = await fetch(products.items[0]!.featuredAsset.source);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect((await image.bytes()).subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
  });

  it('gives keys which lack a permission', async () => {
    const key = await store.admin.createApiKey(['ReadOrder']);
    const client = new AdminClient(store.url, { 'vendure-api-key': key });
    await expect(client.ask('{ products { totalItems } }', {}, z.unknown())).rejects.toThrow(StoreRefusal);
    await client.ask('{ orders { totalItems } }', {}, z.unknown());
  });
});
