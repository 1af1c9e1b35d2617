import { describe, expect, it } from '@jest/globals';
import { idsIn, listed, PAGE, shopOf } from '../../test/stores/prestashop/breaking-shop.ts';
import { never, type Answer, type TriedShop } from '../../test/stores/prestashop/shop.ts';
import { levelKey } from '../../simulator/shop/model.ts';
import type { Break } from '../../simulator/wires/prestashop-breaks.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { CanonicalRecord } from '../../model/records.ts';
import type { ReadRequest, UnreadableRecord } from '../contract/index.ts';

const BROKEN = 17;

/** One more, that is sold as it is: a product without combinations. */
async function shopWithSimple(breaks: readonly Break[]): Promise<TriedShop> {
  const shop = await shopOf(breaks);
  const { shop: model } = shop.store;
  const [other] = model.readProducts();
  const [variant] = other!.variants;
  model.saveProduct({ ...other!, id: '900', variants: [{ ...variant!, id: 'p900', sku: 'AS-IT-IS' }] });
  const [level] = [...model.levels.values()];
  model.levels.set(levelKey('p900', level!.locationId), { ...level!, variantId: 'p900', sku: 'AS-IT-IS' });
  model.supplierPrices.push({ ...model.supplierPrices[0]!, variantId: 'p900' });
  return shop;
}

interface Read {
  readonly ids: readonly string[];
  readonly unreadable: readonly UnreadableRecord[];
  /** Where a run would go on. */
  readonly position: string | undefined;
}

async function read({ driver }: TriedShop, feed: FeedType, more: Partial<ReadRequest> = {}): Promise<Read> {
  const records: CanonicalRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  let position: string | undefined;
  for await (const page of driver.read({ feed, pageSize: PAGE, signal: never(), ...more })) {
    records.push(...page.records);
    unreadable.push(...(page.unreadable ?? []).filter(({ part }) => !part));
    position = page.resume;
  }
  return { ids: [...new Set(records.map((each) => ('id' in each ? each.id : '')))].sort(), unreadable, position };
}

const error = (status: number): Answer => ({ status, body: '<html>Internal Server Error</html>' });

describe.each([
  ['orders', 'OrderImport'],
  ['products', 'ProductImport'],
] as const)('of fifty %s', (resource, feed) => {
  it.each(['error', 'html'] as const)(
    'one at which the shop breaks down (%s) is named, the others come in',
    async (how) => {
      const whole = await shopOf([]);
      const usual = await read(whole, feed);
      const calls = listed(whole, resource);
      const value = idsIn(whole, resource).slice(-PAGE)[BROKEN]!;
      const shop = await shopOf([{ resource, value, how }]);
      const { ids, unreadable } = await read(shop, feed);
      expect(ids).toEqual(usual.ids.filter((id) => id !== value));
      expect(unreadable).toMatchObject([{ recordId: value, reason: 'StoreError', raw: { id: value } }]);
      expect(unreadable[0]!.message).toContain('the shop itself cannot show it');
      // Halves to the one and back, the bare list, and three looks at whether the shop is alive.
      expect(listed(shop, resource) - calls).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(PAGE)) + 5);
    },
  );

  it('none is set aside where the shop is down, and it is asked three times for them', async () => {
    const shop = await shopOf([], { instead: ({ url }) => (url.includes(`/${resource}?`) ? error(500) : undefined) });
    const pages: UnreadableRecord[] = [];
    const reading = async (): Promise<void> => {
      for await (const page of shop.driver.read({ feed, pageSize: PAGE, signal: never() }))
        pages.push(...(page.unreadable ?? []));
    };
    await expect(reading()).rejects.toMatchObject({ details: { reason: 'StoreUnavailable', behaviour: 'retry' } });
    expect(pages).toEqual([]);
    expect(listed(shop, resource)).toBe(3);
  });

  it('all come in where the shop has no room for a whole page of them', async () => {
    const usual = await read(await shopOf([]), feed);
    const shop = await shopOf([], {
      instead: ({ url }, store) => {
        if (!url.includes(`/${resource}?`) || !/display=(full|.*current_state)/.test(url)) return undefined;
        const path = url.slice('https://shop.example/api'.length);
        const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
        const answer = store.handle({ method: 'GET', path, headers });
        const many = answer.body.split(`<${resource.slice(0, -1)}>`).length > 20;
        return many ? error(500) : answer;
      },
    });
    expect(await read(shop, feed)).toMatchObject({ ids: usual.ids, unreadable: [] });
  });

  it('the one is named where it is asked for by its number', async () => {
    const [value, other] = idsIn(await shopOf([]), resource).slice(-2);
    const shop = await shopOf([{ resource, value: value!, how: 'error' }]);
    const { ids, unreadable } = await read(shop, feed, { ids: [value!, other!] });
    expect([ids, unreadable.map(({ recordId }) => recordId)]).toEqual([[other], [value]]);
  });
});

describe('an order that the shop cannot show', () => {
  it('is set aside by the number that people know', async () => {
    const order = (await shopOf([])).store.shop.readOrders().at(-1)!;
    const shop = await shopOf([{ resource: 'orders', value: order.id, how: 'html' }]);
    const since = new Date(Date.parse(order.updatedAt) - 2000).toISOString();
    const { unreadable } = await read(shop, 'OrderUpdate', { since });
    expect(unreadable).toMatchObject([{ recordId: order.id, number: order.number }]);
    expect(unreadable[0]!.message).toMatch(new RegExp(`^order ${order.number}: the shop itself cannot show it`));
  });

  it('alone on its page is set aside only where the shop shows another', async () => {
    const order = (await shopOf([])).store.shop.readOrders().at(-1)!;
    const since = new Date(Date.parse(order.updatedAt)).toISOString();
    const shop = await shopOf([{ resource: 'orders', value: order.id, how: 'error' }]);
    expect((await read(shop, 'OrderUpdate', { since })).unreadable).toMatchObject([{ recordId: order.id }]);
    const down = await shopOf([], {
      instead: ({ url }) => (url.includes('/orders?') && url.includes('current_state') ? error(500) : undefined),
    });
    await expect(read(down, 'OrderUpdate', { since })).rejects.toMatchObject({
      details: { reason: 'StoreUnavailable' },
    });
  });

  it('keeps the place: nothing before it is left out, and the next run begins where it stands', async () => {
    const orders = (await shopOf([])).store.shop.readOrders();
    const [before, broken] = orders.slice(-2);
    const shop = await shopOf([{ resource: 'orders', value: broken!.id, how: 'error' }]);
    const { ids, position } = await read(shop, 'OrderUpdate', { since: before!.updatedAt });
    expect(ids).toContain(before!.id);
    const { from, last } = JSON.parse(position!) as { from: string; last: string };
    expect(last).toBe(broken!.id);
    expect(Date.parse(from)).toBe(Math.floor(Date.parse(broken!.updatedAt) / 1000) * 1000);
  });

  it('is set aside by its place where the shop cannot tell so much as its number', async () => {
    const whole = await shopOf([]);
    const usual = await read(whole, 'OrderImport');
    const calls = listed(whole, 'orders');
    const value = idsIn(whole, 'orders').at(-20)!;
    const shop = await shopOf([{ resource: 'orders', value, how: 'error', wholly: true }]);
    const { ids, unreadable } = await read(shop, 'OrderImport');
    expect(ids).toEqual(usual.ids.filter((id) => id !== value));
    expect(new Set(unreadable.map(({ message }) => message)).size).toBe(1);
    expect(unreadable[0]!.message).toMatch(/^order row \d+ from .* on: the shop itself cannot show it/);
    expect(listed(shop, 'orders') - calls).toBeLessThanOrEqual(60);
  });

  it('is one of five at most: where the shop breaks down at more of a page, it is the shop that is broken', async () => {
    const some = idsIn(await shopOf([]), 'orders').slice(-20, -10);
    const shop = await shopOf(some.map((value) => ({ resource: 'orders', value, how: 'error' })));
    await expect(read(shop, 'OrderImport')).rejects.toMatchObject({ details: { reason: 'StoreUnavailable' } });
  });
});

describe('what belongs to a record', () => {
  it.each([
    ['order_details', 'id_order', 'OrderImport', 'orders'],
    ['order_carriers', 'id_order', 'OrderImport', 'orders'],
    ['combinations', 'id_product', 'ProductImport', 'products'],
  ] as const)('and cannot be shown (%s) sets that one record aside', async (resource, field, feed, what) => {
    const whole = await shopOf([]);
    const usual = await read(whole, feed);
    const own =
      what === 'orders'
        ? whole.store.shop.readOrders()
        : whole.store.shop.readProducts().filter(({ variants: [first] }) => !first!.id.startsWith('p'));
    const value = own[5]!.id;
    const shop = await shopOf([{ resource, field, value, how: 'error' }]);
    const { ids, unreadable } = await read(shop, feed);
    expect(ids).toEqual(usual.ids.filter((id) => id !== value));
    expect(unreadable).toMatchObject([{ recordId: value, reason: 'StoreError' }]);
    expect(unreadable[0]!.message).toContain(`the shop itself cannot show its ${resource}`);
  });

  it('a level is named whose row or whose combination cannot be shown', async () => {
    const whole = await shopOf([]);
    const levelsOf = async (shop: TriedShop) => {
      const variants: string[] = [];
      const lost: string[] = [];
      for await (const page of shop.driver.read({ feed: 'StockImport', pageSize: 100, signal: never() })) {
        variants.push(...page.records.flatMap((each) => (each.kind === 'stock' ? [each.variantId] : [])));
        lost.push(...(page.unreadable ?? []).map(({ recordId }) => recordId));
      }
      return { variants, lost };
    };
    const usual = await levelsOf(whole);
    const [one] = usual.variants.filter((id) => !id.startsWith('p'));
    const shop = await shopOf([{ resource: 'stock_availables', value: `${one}1`, how: 'html' }]);
    expect(await levelsOf(shop)).toEqual({
      variants: usual.variants.filter((id) => id !== one),
      lost: [`stock_availables:${one}1`],
    });
    const another = await shopOf([{ resource: 'combinations', value: one!, how: 'error', wholly: true }]);
    expect(await levelsOf(another)).toEqual({
      variants: usual.variants.filter((id) => id !== one),
      lost: [`stock_availables:${one}1`],
    });
  });

  it('a level that is asked for by its variant is named, the others come in', async () => {
    const variants = (await shopOf([])).store.shop.readProducts().flatMap((product) => product.variants);
    const [one, other] = variants.filter(({ id }) => !id.startsWith('p')).map(({ id }) => id);
    const shop = await shopOf([
      { resource: 'stock_availables', field: 'id_product_attribute', value: one!, how: 'error' },
    ]);
    const read: unknown[] = [];
    for await (const page of shop.driver.read({
      ...{ feed: 'StockImport', ids: [one!, other!], pageSize: 100, signal: never() },
    }))
      read.push(page.records, page.unreadable);
    expect(read).toMatchObject([[{ variantId: other }], [{ recordId: one, reason: 'StoreError' }]]);
  });

  it('a price of a supplier is named whose product cannot be shown', async () => {
    const pricesOf = async (shop: TriedShop) => {
      const variants: string[] = [];
      const lost: string[] = [];
      for await (const page of shop.driver.read({ feed: 'ProductSupplierImport', pageSize: 100, signal: never() })) {
        variants.push(...page.records.flatMap((each) => (each.kind === 'productSupplier' ? [each.variantId] : [])));
        lost.push(...(page.unreadable ?? []).map(({ message }) => message));
      }
      return { variants, lost };
    };
    const usual = await pricesOf(await shopWithSimple([]));
    const one = usual.variants.find((id) => id.startsWith('p'))!;
    const shop = await shopWithSimple([{ resource: 'products', value: one.slice(1), how: 'error', wholly: true }]);
    const { variants, lost } = await pricesOf(shop);
    expect(variants).toEqual(usual.variants.filter((id) => id !== one));
    expect(lost).toEqual([
      expect.stringMatching(`^price of a supplier of ${one}: the shop itself cannot show its products`),
    ]);
  });
});

describe('what is written', () => {
  it('to another variant does not wait for a level that the shop cannot show', async () => {
    const variants = (await shopWithSimple([])).store.shop.readProducts().flatMap((product) => product.variants);
    const simple = variants.find(({ id }) => id.startsWith('p'))!;
    const [one, other] = variants.filter(({ id }) => !id.startsWith('p'));
    const broken = [
      ['id_product_attribute', one!.id, one!],
      ['id_product', simple.id.slice(1), simple],
    ] as const;
    for (const [name, value, variant] of broken) {
      const shop = await shopWithSimple([{ resource: 'stock_availables', field: name, value, how: 'error' }]);
      const entries = [variant, other!].map(({ id, sku }) => ({
        ...{ entryId: id, variantId: id, sku, locationId: 'main', available: 77 },
      }));
      expect(await shop.driver.feeds.StockExport!.write(entries as never, never())).toMatchObject([
        { entryId: variant.id, outcome: 'Retry', reason: 'StoreError', message: expect.stringContaining(variant.sku) },
        { entryId: other!.id, outcome: 'Applied' },
      ]);
    }
  });

  it.each(['orders', 'order_details', 'order_carriers'] as const)(
    'of an order waits by its number where the shop cannot show its %s',
    async (resource) => {
      const order = (await shopOf([])).store.shop.readOrders().at(-1)!;
      const shop = await shopOf([
        { resource, ...(resource === 'orders' ? {} : { field: 'id_order' }), value: order.id, how: 'error' },
      ]);
      const parcel = { entryId: '1', orderId: order.id, orderNumber: order.number, trackingNumbers: ['T1'] };
      const result = await shop.driver.feeds.ShipmentExport!.write([parcel] as never, never());
      expect(result).toMatchObject([{ entryId: '1', outcome: 'Retry', reason: 'StoreError' }]);
      expect((result[0] as { message: string }).message).toMatch(
        `order ${order.number}: the shop itself cannot show its ${resource}`,
      );
    },
  );
});

describe('a notice that a module prints between records', () => {
  it('is no record', async () => {
    const usual = await read(await shopOf([]), 'OrderImport');
    const shop = await shopOf([], {
      instead: ({ url }, store) => {
        const path = url.slice('https://shop.example/api'.length);
        const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
        const answer = store.handle({ method: 'GET', path, headers });
        return { ...answer, body: answer.body.replaceAll('</order>', '</order><br /><b>Notice</b>: Undefined index') };
      },
    });
    expect(await read(shop, 'OrderImport')).toMatchObject({ ids: usual.ids, unreadable: [] });
  });
});
