import { describe, expect, it } from '@jest/globals';
import { never, triedShop, type TriedShop } from '../../test/stores/prestashop/shop.ts';
import type { OrderRecord } from '../../model/records.ts';
import type { FeedType } from '../../model/feeds.ts';

/** Has no phone_mobile, no second line of an address, and knows no cart rules. */
const OLDER = ['order_cart_rules', 'addresses.phone_mobile', 'addresses.address2', 'PATCH'];

async function read({ driver }: TriedShop, feed: FeedType) {
  const records = [];
  for await (const page of driver.read({ feed, pageSize: 50, signal: never() })) records.push(...page.records);
  return records;
}

const listsOf = ({ asked }: TriedShop, resource: string): URL[] =>
  asked
    .map(({ url }) => new URL(url))
    .filter(({ pathname, searchParams }) => pathname.endsWith(`/${resource}`) && !searchParams.has('schema'));

describe('a release of PrestaShop', () => {
  it('that lacks fields is not asked for them, and its orders come with what there is', async () => {
    const newest = (await read(triedShop(), 'OrderImport')) as OrderRecord[];
    const shop = triedShop({}, { without: OLDER });
    const older = (await read(shop, 'OrderImport')) as OrderRecord[];
    expect(older.map(({ id }) => id)).toEqual(newest.map(({ id }) => id));
    expect(newest.some(({ shippingAddress }) => shippingAddress?.street2 !== undefined)).toBe(true);
    expect(older.some(({ shippingAddress }) => shippingAddress?.street2 !== undefined)).toBe(false);
    const [asked] = listsOf(shop, 'addresses').map(({ searchParams }) => searchParams.get('display'));
    expect(asked).toContain('phone');
    expect(asked).not.toMatch(/phone_mobile|address2/);
  });

  it('that knows no cart rules needs no right for them, and a reduced order comes without their names', async () => {
    const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
    const shop = triedShop(
      {
        instead: ({ method, url }, store) => {
          if (!url.includes('/orders?')) return undefined;
          const { status, body } = store.handle({
            method,
            path: url.slice('https://shop.example/api'.length),
            headers,
          });
          return { status, body: body.replaceAll(/(<total_discounts_tax_..cl><!\[CDATA\[)0\.0/g, '$15.0') };
        },
      },
      { without: OLDER },
    );
    const { credential } = await shop.driver.check(['OrderImport'], never());
    expect(credential).toMatchObject({ status: 'True' });
    const orders = (await read(shop, 'OrderImport')) as OrderRecord[];
    const reduced = orders.flatMap(({ lines }) => lines.filter(({ kind }) => kind === 'Discount'));
    expect(new Set(reduced.map(({ title }) => title))).toEqual(new Set(['Discount']));
    expect(listsOf(shop, 'order_cart_rules')).toEqual([]);
  });

  it('that has digits for names in its schema (8.0) is read all the same', async () => {
    const nameless =
      '<associations><groups nodeType="group" api="groups"><group><0><![CDATA[]]></0></group></groups></associations>';
    const shop = triedShop({
      instead: ({ method, url }, store) => {
        if (!url.includes('/customers?schema=synopsis')) return undefined;
        const headers = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
        const { status, body } = store.handle({ method, path: url.slice('https://shop.example/api'.length), headers });
        return { status, body: body.replace('<associations></associations>', nameless) };
      },
    });
    const orders = (await read(shop, 'OrderImport')) as OrderRecord[];
    expect(orders.map(({ id }) => id)).toEqual(
      ((await read(triedShop(), 'OrderImport')) as OrderRecord[]).map(({ id }) => id),
    );
    expect(orders.some(({ customerEmail }) => customerEmail !== undefined)).toBe(true);
  });

  it('that lacks a resource which a feed needs is named, and not called a missing right', async () => {
    const shop = triedShop({}, { without: ['order_slip'] });
    const { credential, reachable } = await shop.driver.check(['OrderImport'], never());
    const said = [credential, reachable].map(({ message }) => message ?? '').join(' ');
    expect(said).toMatch(/has no "order_slip" in its webservice/);
    expect(said).not.toContain('tick');
  });

  it('that lacks a field which a feed needs ends the run with its name', async () => {
    const shop = triedShop({}, { without: ['products.cache_default_attribute'] });
    await expect(read(shop, 'StockImport')).rejects.toThrow('no "cache_default_attribute" at products');
  });
});

describe('a key', () => {
  it('that may not read a resource hears its name and its box', async () => {
    const shop = triedShop();
    const some = ['settings:read', 'orders:read'] as const;
    shop.store.keys.fixed.set('good', some);
    const { credential } = await shop.driver.check(['OrderImport', 'StockImport'], never());
    expect(credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    expect(credential.message).toContain('stock_availables (View, GET)');
    expect(credential.message).not.toContain('order_slip');
  });
});

describe('a buyer', () => {
  it('is asked for by name and address alone: no hash of a password leaves the shop', async () => {
    const shop = triedShop();
    await read(shop, 'OrderImport');
    const displays = listsOf(shop, 'customers').map(({ searchParams }) => searchParams.get('display'));
    expect(new Set(displays)).toEqual(new Set(['[id,email,firstname,lastname]']));
  });
});

describe('an order', () => {
  it('is asked for by what is read of it alone: no number of a card leaves the shop', async () => {
    const shop = triedShop();
    await read(shop, 'OrderImport');
    for (const resource of ['orders', 'order_details', 'order_carriers', 'order_payments'])
      for (const { searchParams } of listsOf(shop, resource))
        expect(searchParams.get('display')).toMatch(/^\[(?!.*(card|secure_key|order_rows)).*\]$/);
  });
});

describe('a level', () => {
  it('is sent back without what the shop does not let be written', async () => {
    const shop = triedShop();
    const [level] = shop.store.truth.levels();
    const { variantId, sku, locationId } = level!;
    const entry = { entryId: '1', variantId, sku, locationId, quantity: 5, available: 5 };
    const synopsis = (url: string) => url.includes('schema=synopsis') && url.includes('/stock_availables');
    const guarded = triedShop({
      instead: ({ url }) =>
        synopsis(url)
          ? {
              status: 200,
              body: '<prestashop><stock_available><id_product/><id_product_attribute/><id_shop/><id_shop_group/><quantity/><depends_on_stock/><out_of_stock/><location readOnly="true"/></stock_available></prestashop>',
            }
          : undefined,
    });
    for (const [tried, wanted] of [
      [shop, true],
      [guarded, false],
    ] as const) {
      await tried.driver.feeds.StockExport!.write([entry], never());
      const put = tried.asked.find(({ method }) => method === 'PUT');
      expect(String(put?.body).includes('<location')).toBe(wanted);
    }
  });
});
