import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { never, triedShop, type TriedShop } from '../../test/stores/magento2/shop.ts';
import { Random } from '../../simulator/random.ts';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import type { FeedType } from '../../model/feeds.ts';
import { magento2 } from './index.ts';

// A thousand records are three seconds of work, beside three busy loops twelve.
jest.setTimeout(120_000);

/** A shop with a thousand of each, in which every record has a second of its own. */
async function largeShop(): Promise<TriedShop> {
  const tried = triedShop();
  const random = new Random(5);
  for (let count = 0; count < 1000; count++) {
    await tried.clock.advance(1000);
    addProduct(tried.store.shop, random);
    addOrder(tried.store.shop, random);
  }
  return tried;
}

describe('how many calls a thousand take', () => {
  let shop: TriedShop;
  beforeAll(async () => {
    shop = await largeShop();
  });
  const calls = async (work: () => Promise<unknown>): Promise<number> => {
    const before = shop.asked.length;
    await work();
    return shop.asked.length - before;
  };
  const reading = (feed: FeedType, more: object = {}) =>
    calls(async () => {
      const { maxPageSize: pageSize } = magento2.manifest.feeds.find(({ type }) => type === feed)!;
      for await (const page of shop.driver.read({ feed: feed, pageSize, signal: never(), ...more }))
        expect(page.unreadable ?? []).toEqual([]);
    });

  // docs/drivers/magento2.md has these numbers.
  it.each([
    ['OrderImport', 12],
    ['ProductImport', 52],
    ['StockImport', 84],
  ] as const)('of %s: %i', async (feed, wanted) => {
    expect(await reading(feed)).toBe(wanted);
  });

  it('of levels and prices: few, since they go in batches', async () => {
    const levels = shop.store.truth
      .levels()
      .filter(({ locationId }) => locationId === 'main')
      .slice(-100);
    const stock = levels.map(({ variantId, sku, locationId }, index) => ({
      ...{ variantId, sku, locationId, entryId: String(index), quantity: index, available: index },
    }));
    expect(await calls(() => shop.driver.feeds.StockExport!.write(stock, never()))).toBe(8);
    const prices = levels.map(({ variantId, sku }, index) => ({
      ...{ variantId, sku, entryId: String(index), price: 500, currency: 'EUR', includesTax: true },
    }));
    expect(await calls(() => shop.driver.feeds.PriceExport!.write(prices, never()))).toBe(7);
  });

  it.each([
    ['OrderImport', '/V1/orders', 'billing_address[prefix,', 'remote_ip'],
    ['ProductImport', '/V1/products', 'configurable_product_links', 'stock_item'],
  ] as const)('of %s: each asks for what is read alone', async (feed, path, wanted, unwanted) => {
    const before = shop.asked.length;
    await reading(feed);
    const lists = shop.asked.slice(before).map(({ url }) => new URL(url));
    const fields = lists.filter(({ pathname }) => pathname.endsWith(path)).map((url) => url.searchParams.get('fields'));
    expect(fields.length).toBeGreaterThan(0);
    for (const each of fields) {
      expect(each).toMatch(/^items\[.*\],total_count$/);
      expect(each).toContain(wanted);
      expect(each).not.toMatch(new RegExp(`base_|${unwanted}`));
    }
  });

  it('of orders where nothing changed: one', async () => {
    const since = shop.clock.now().toISOString();
    await shop.clock.advance(60_000);
    expect(await reading('OrderUpdate', { since: new Date(Date.parse(since) + 30_000).toISOString() })).toBe(1);
  });
});
