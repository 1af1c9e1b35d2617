import { beforeAll, describe, expect, it } from '@jest/globals';
import { never, triedShop, type TriedShop } from '../../test/stores/prestashop/shop.ts';
import { Random } from '../../simulator/random.ts';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import type { FeedType } from '../../model/feeds.ts';
import { prestashop } from './index.ts';

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
  }, 60_000);
  const calls = async (work: () => Promise<unknown>): Promise<number> => {
    const before = shop.asked.length;
    await work();
    return shop.asked.length - before;
  };
  const reading = (feed: FeedType, more: object = {}) =>
    calls(async () => {
      const { maxPageSize: pageSize } = prestashop.manifest.feeds.find(({ type }) => type === feed)!;
      for await (const page of shop.driver.read({ feed: feed, pageSize, signal: never(), ...more }))
        expect(page.unreadable ?? []).toEqual([]);
    });

  // docs/drivers/prestashop.md has these numbers.
  it.each([
    ['OrderImport', 56],
    ['ProductImport', 88],
    ['StockImport', 65],
  ] as const)('of %s: %i', async (feed, wanted) => {
    expect(await reading(feed)).toBe(wanted);
  });

  it('of fifty levels: two that read, and one for each', async () => {
    const levels = shop.store.truth.levels().slice(-50);
    const stock = levels.map(({ variantId, sku, locationId }, index) => ({
      ...{ variantId, sku, locationId, entryId: String(index), quantity: index, available: index },
    }));
    expect(await calls(() => shop.driver.feeds.StockExport!.write(stock, never()))).toBe(52);
  });

  it('of fifty prices: six that read, and two for each', async () => {
    const variants = shop.store.shop.readProducts().flatMap((product) => product.variants);
    const prices = variants
      .slice(-50)
      .map(({ id: variantId, sku, price }, index) => ({
        ...{ entryId: String(index), variantId, sku, price: price + 100, currency: 'EUR', includesTax: false },
      }));
    expect(await calls(() => shop.driver.feeds.PriceExport!.write(prices, never()))).toBe(106);
  });

  it('of orders where nothing changed: two', async () => {
    const since = shop.clock.now().toISOString();
    await shop.clock.advance(60_000);
    expect(await reading('OrderUpdate', { since: new Date(Date.parse(since) + 30_000).toISOString() })).toBe(2);
  });
});
