import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { never, triedShop, type Tried, type TriedShop } from '../../test/stores/prestashop/shop.ts';
import type { Release } from '../../simulator/wires/prestashop.ts';
import { HeldWrite, type WriteResult } from '../contract/index.ts';
import { micros, microsText } from './micros.ts';
import type { PriceWrite } from './price-plan.ts';

const HEADERS = { authorization: `Basic ${Buffer.from('good:').toString('base64')}` };
const OPEN = '0000-00-00 00:00:00';

/** A shop that has, beside combinations, a product that is sold as it is. */
function shopWith(tried: Tried = {}, release: Release = {}): TriedShop {
  const shop = triedShop(tried, release);
  const model = shop.store.shop;
  const [other] = model.readProducts();
  const [variant] = other!.variants;
  model.saveProduct({ ...other!, id: '900', variants: [{ ...variant!, id: 'p900', sku: 'AS-IT-IS', price: 4711 }] });
  return shop;
}

/** All of a resource in full, as the shop shows it: fields by record. */
function recordsOf({ store }: TriedShop, resource: string): Record<string, string>[] {
  const { body } = store.handle({ method: 'GET', path: `/${resource}?display=full`, headers: HEADERS });
  const node = resource.replace(/s$/, '');
  return [...body.matchAll(new RegExp(`<${node}>(.*?)</${node}>`, 'gs'))].map(([, inner]) =>
    Object.fromEntries([...inner!.matchAll(/<(\w+)>(.*?)<\/\1>/gs)].map(([, name, text]) => [name, textOf(text!)])),
  );
}
/** With its languages, where there are several. */
const textOf = (text: string): string => text.replaceAll(/<!\[CDATA\[(.*?)\]\]>/gs, '$1');

const amountOf = (text: string | undefined): bigint => micros(text ?? '')!;

interface Variant {
  readonly variantId: string;
  readonly sku: string;
  readonly productId: string;
}

/** One that is sold as it is, and the second combination of one that has several. */
function variantsOf({ store }: TriedShop): { simple: Variant; combination: Variant } {
  const products = store.shop.readProducts();
  const simple = products.find(({ variants: [first] }) => first!.id.startsWith('p'))!;
  const several = products.find(({ variants }) => variants.length > 1 && !variants[0]!.id.startsWith('p'))!;
  const of = ({ id: productId, variants }: typeof simple, index: number): Variant => {
    const { id: variantId, sku } = variants[index]!;
    return { variantId, sku, productId };
  };
  return { simple: of(simple, 0), combination: of(several, 1) };
}

/** What a buyer pays without tax, and the ordinary price beside it, in millionths: reckoned as PrestaShop does. */
function asBought(shop: TriedShop, { variantId, productId }: Variant): { ordinary: bigint; pays: bigint } {
  const product = recordsOf(shop, 'products').find(({ id }) => id === productId)!;
  const added = recordsOf(shop, 'combinations').find(({ id }) => id === variantId);
  const ordinary = amountOf(product['price']) + (added ? amountOf(added['price']) : 0n);
  const now = '2026-11-02 09:00:00';
  const [special] = recordsOf(shop, 'specific_prices').filter(
    (row) =>
      row['id_product'] === productId &&
      ['0', variantId].includes(row['id_product_attribute']!) &&
      row['id_group'] === '0' &&
      (row['to'] === OPEN || row['to']! >= now),
  );
  if (!special) return { ordinary, pays: ordinary };
  const before = special['price']!.startsWith('-') ? ordinary : amountOf(special['price']);
  const reduction = amountOf(special['reduction']);
  const off = special['reduction_type'] === 'amount' ? reduction : (before * reduction) / 1_000_000n;
  return { ordinary, pays: before - off };
}

const cents = (units: number): bigint => BigInt(units) * 10_000n;

async function write(shop: TriedShop, { variantId, sku }: Variant, more: Partial<PriceWrite>): Promise<WriteResult> {
  const entry = { entryId: '1', variantId, sku, price: 5555, currency: 'EUR', includesTax: false, ...more };
  const [result] = await shop.driver.feeds.PriceExport!.write([entry], never());
  return result!;
}

function addSpecial(shop: TriedShop, { productId }: Variant, more: Readonly<Record<string, string>>): void {
  const fields = {
    ...{ id_shop: '0', id_cart: '0', id_product: productId, id_product_attribute: '0', id_currency: '0' },
    ...{ id_country: '0', id_group: '0', id_customer: '0', price: '-1.000000', from_quantity: '1' },
    ...{ reduction: '0.100000', reduction_tax: '1', reduction_type: 'percentage', from: OPEN, to: OPEN, ...more },
  };
  const inner = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  const body = `<prestashop><specific_price>${inner.join('')}</specific_price></prestashop>`;
  const { status } = shop.store.handle({ method: 'POST', path: '/specific_prices', headers: HEADERS, body });
  expect(status).toBe(201);
}

/** Of the one call that wrote anything. */
const sentPrice = ({ asked }: TriedShop): string =>
  /<price>(.*?)<\/price>/.exec(String(asked.find(({ method }) => method === 'PUT')!.body))![1]!;

const writesOf = ({ asked }: TriedShop) => asked.filter(({ method }) => method !== 'GET');

describe('a price', () => {
  it.each(['simple', 'combination'] as const)('of a variant (%s) is set to the cent, and read so', async (kind) => {
    const shop = shopWith();
    const { [kind]: variant } = variantsOf(shop);
    expect(await write(shop, variant, {})).toMatchObject({ outcome: 'Applied' });
    expect(asBought(shop, variant).pays).toBe(cents(5555));
    const prices = new Map<string, number>();
    for await (const { records } of shop.driver.read({ feed: 'ProductImport', pageSize: 50, signal: never() }))
      for (const each of records)
        if (each.kind === 'product') for (const { id, price } of each.variants) prices.set(id, price);
    expect(prices.get(variant.variantId)).toBe(5555);
    expect(await write(shop, variant, {})).toEqual({ entryId: '1', outcome: 'AlreadyApplied' });
    expect(writesOf(shop)).toHaveLength(1);
  });

  it.each(['simple', 'combination'] as const)('changes nothing else (%s), in no language', async (kind) => {
    const shop = shopWith();
    const { [kind]: variant } = variantsOf(shop);
    const all = () => ({ products: recordsOf(shop, 'products'), combinations: recordsOf(shop, 'combinations') });
    const before = all();
    expect(before.products.every(({ name }) => name!.includes('<language id="2">'))).toBe(true);
    await write(shop, variant, {});
    const [resource, id] =
      kind === 'simple' ? (['products', variant.productId] as const) : (['combinations', variant.variantId] as const);
    const expected = before[resource].map((row) => (row['id'] === id ? { ...row, price: sentPrice(shop) } : row));
    const within = (rows: Record<string, string>[]) =>
      rows.map((row) => (row['id'] === variant.productId ? { ...row, date_upd: '' } : row));
    const after = all();
    expect(within(after.products)).toEqual(within(resource === 'products' ? expected : before.products));
    expect(after.combinations).toEqual(resource === 'combinations' ? expected : before.combinations);
  });

  it('of each combination of a product is set, whatever the others are set to', async () => {
    const shop = shopWith();
    const { productId } = variantsOf(shop).combination;
    const { variants } = shop.store.shop.products.get(productId)!;
    const entries = variants.map(({ id: variantId, sku }, index) => ({
      ...{ entryId: String(index), variantId, sku, price: 7000 - index * 1000, currency: 'EUR', includesTax: false },
    }));
    await shop.driver.feeds.PriceExport!.write(entries, never());
    for (const { variantId, sku, price } of entries)
      expect(asBought(shop, { variantId, sku, productId }).pays).toBe(cents(price));
  });

  it('of a combination is what it adds to its product, to the sixth digit', async () => {
    const { combination } = variantsOf(shopWith());
    const shop = shopWith({
      instead: ({ url }) =>
        url.includes('/products?') && !url.includes('schema')
          ? {
              status: 200,
              body: `<prestashop><products><product><id>${combination.productId}</id><price>16.583333</price><cache_default_attribute>1</cache_default_attribute></product></products></prestashop>`,
            }
          : undefined,
    });
    // The simulated shop itself keeps cents: what is sent is looked at.
    await write(shop, combination, { price: 2000 });
    const [put] = writesOf(shop);
    expect(String(put!.body)).toContain('<price>3.416667</price>');
  });

  it('with more digits than PrestaShop keeps is not added to', async () => {
    const shop = shopWith({
      instead: ({ url }, { shop: { products } }) =>
        url.includes('/products?') && !url.includes('schema')
          ? {
              status: 200,
              body: `<prestashop><products>${[...products.all()].map(({ id }) => `<product><id>${id}</id><price>1.23456789</price><cache_default_attribute>0</cache_default_attribute></product>`).join('')}</products></prestashop>`,
            }
          : undefined,
    });
    const { combination } = variantsOf(shop);
    expect(await write(shop, combination, {})).toMatchObject({ outcome: 'Rejected', reason: 'NotSupported' });
    expect(writesOf(shop)).toEqual([]);
  });

  it.each([
    ['with tax', { includesTax: true }, 'NotSupported', /without tax \(includesTax false\)/],
    ['in another currency', { currency: 'USD' }, 'NotSupported', /in EUR/],
    ['of a product that is gone', { variantId: 'p99999999' }, 'UnknownVariant', /run ProductImport/],
    ['of a combination that is gone', { variantId: '99999999' }, 'UnknownVariant', /run ProductImport/],
    ['of what is no variant', { variantId: 'x' }, 'UnknownVariant', /run ProductImport/],
  ] as const)('%s is refused, and nothing is sent', async (_what, more, reason, words) => {
    const shop = shopWith();
    const { simple } = variantsOf(shop);
    const result = await write(shop, simple, more);
    expect(result).toMatchObject({ outcome: 'Rejected', reason, message: expect.stringMatching(words) });
    expect(writesOf(shop)).toEqual([]);
  });

  it('of a product as it is, which has combinations now, is refused', async () => {
    const shop = shopWith();
    const { combination } = variantsOf(shop);
    const result = await write(shop, { ...combination, variantId: `p${combination.productId}` }, {});
    expect(result).toMatchObject({ outcome: 'Rejected', reason: 'UnknownVariant' });
  });

  it('is set though the shop cannot show another product of the batch', async () => {
    const { simple, combination } = variantsOf(shopWith());
    const shop = shopWith(
      {},
      { breaks: [{ resource: 'products', value: simple.productId, how: 'error', wholly: true }] },
    );
    const entries = [simple, combination].map(({ variantId, sku }, index) => ({
      ...{ entryId: String(index), variantId, sku, price: 5555, currency: 'EUR', includesTax: false },
    }));
    expect(await shop.driver.feeds.PriceExport!.write(entries, never())).toMatchObject([
      { outcome: 'Retry', reason: 'StoreError', message: expect.stringContaining('cannot show its products') },
      { outcome: 'Applied' },
    ]);
  });
});

describe('a price that is struck out', () => {
  it.each(['simple', 'combination'] as const)('is the ordinary one, less a special price (%s)', async (kind) => {
    const shop = shopWith();
    const { [kind]: variant } = variantsOf(shop);
    await write(shop, variant, { price: 5000, compareAt: 8000 });
    expect(asBought(shop, variant)).toEqual({ ordinary: cents(8000), pays: cents(5000) });
    const [special] = recordsOf(shop, 'specific_prices');
    expect(special).toMatchObject({
      ...{ id_product: variant.productId, id_product_attribute: kind === 'simple' ? '0' : variant.variantId },
      ...{
        price: '-1.000000',
        reduction: '30.000000',
        reduction_type: 'amount',
        reduction_tax: '0',
        from: OPEN,
        to: OPEN,
      },
    });
    // It stays where none is given and it is the higher one.
    await write(shop, variant, { price: 6000 });
    expect(asBought(shop, variant)).toEqual({ ordinary: cents(8000), pays: cents(6000) });
    expect(await write(shop, variant, { price: 6000, compareAt: 8000 })).toMatchObject({ outcome: 'AlreadyApplied' });
    await write(shop, variant, { price: 9000 });
    expect(asBought(shop, variant)).toEqual({ ordinary: cents(9000), pays: cents(9000) });
    // Ended by its date; nothing is taken away.
    expect(recordsOf(shop, 'specific_prices')).toMatchObject([{ to: '2026-11-01 09:00:00' }]);
  });

  it('takes the place of per cent, with the days of the sale', async () => {
    const shop = shopWith();
    const { simple } = variantsOf(shop);
    const days = { from: '2026-10-01 00:00:00', to: '2026-12-01 00:00:00' };
    addSpecial(shop, simple, days);
    await write(shop, simple, { price: 5000, compareAt: 8000 });
    expect(recordsOf(shop, 'specific_prices')).toMatchObject([
      { ...days, reduction: '30.000000', reduction_type: 'amount' },
    ]);
    expect(asBought(shop, simple)).toEqual({ ordinary: cents(8000), pays: cents(5000) });
  });

  it.each([
    ['a group', { id_group: '3' }],
    ['a country', { id_country: '8' }],
    ['a customer', { id_customer: '8' }],
    ['more pieces', { from_quantity: '10' }],
    ['other days', { from: '2027-01-01 00:00:00' }],
    ['days that are over', { to: '2026-01-01 00:00:00' }],
    ['another currency', { id_currency: '2' }],
    ['another combination', { id_product_attribute: '999' }],
  ])('is no matter of a special price for %s: it stays as it is', async (_what, more) => {
    const shop = shopWith();
    const { simple } = variantsOf(shop);
    addSpecial(shop, simple, more);
    const before = recordsOf(shop, 'specific_prices');
    expect(await write(shop, simple, {})).toMatchObject({ outcome: 'Applied' });
    expect(recordsOf(shop, 'specific_prices')).toEqual(before);
    expect(writesOf(shop)).toHaveLength(1);
  });

  it('of a group of shops is for that group', async () => {
    const shop = shopWith({ settings: { shopGroup: 2 } });
    await write(shop, variantsOf(shop).simple, { price: 5000, compareAt: 8000 });
    expect(recordsOf(shop, 'specific_prices')).toMatchObject([{ id_shop: '0', id_shop_group: '2' }]);
  });

  it('of another shop is no matter of this one', async () => {
    const shop = shopWith({ settings: { shop: 1 } });
    const { simple } = variantsOf(shop);
    addSpecial(shop, simple, { id_shop: '2' });
    await write(shop, simple, { price: 5000, compareAt: 8000 });
    expect(recordsOf(shop, 'specific_prices').map((row) => row['id_shop'])).toEqual(['2', '1']);
  });

  it.each([
    ['several special prices', 'simple', [{}, { from: '2026-01-01 00:00:00' }], /^.*: 2 special prices/],
    ['one of a catalogue rule', 'simple', [{ id_specific_price_rule: '4' }], /catalogue price rule/],
    ['one of the whole product', 'combination', [{}], /of the whole product/],
  ] as const)('is refused beside %s that would be changed, too', async (_what, kind, specials, words) => {
    const shop = shopWith();
    const { [kind]: variant } = variantsOf(shop);
    for (const each of specials) addSpecial(shop, variant, each);
    const result = await write(shop, variant, {});
    expect(result).toMatchObject({
      outcome: 'Rejected',
      reason: 'NotSupported',
      message: expect.stringMatching(words),
    });
    expect(writesOf(shop)).toEqual([]);
  });

  it('is refused by a release that takes off amounts with tax alone', async () => {
    const shop = shopWith({}, { without: ['specific_prices.reduction_tax'] });
    const { simple } = variantsOf(shop);
    expect(await write(shop, simple, { compareAt: 8000 })).toMatchObject({
      ...{ outcome: 'Rejected', reason: 'NotSupported', message: expect.stringContaining('reduction_tax') },
    });
    expect(writesOf(shop)).toEqual([]);
    expect(await write(shop, simple, {})).toMatchObject({ outcome: 'Applied' });
  });

  it('and the price are what was sent, whatever was there, and between two calls nobody pays less than both', async () => {
    const price = fc.integer({ min: 0, max: 9999 });
    const wish = fc.record({ price, compareAt: fc.option(price, { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('simple', 'combination'),
        fc.array(wish, { maxLength: 5 }),
        async (kind, wishes) => {
          const seen: bigint[] = [];
          const watched: { variant?: Variant } = {};
          const shop: TriedShop = shopWith({
            instead: ({ method }) => {
              if (watched.variant && method !== 'GET') seen.push(asBought(shop, watched.variant).pays);
              return undefined;
            },
          });
          const own = variantsOf(shop)[kind];
          watched.variant = own;
          for (const wanted of wishes) {
            const before = asBought(shop, own);
            seen.length = 0;
            await shop.clock.advance(1000);
            const { outcome } = await write(shop, own, wanted);
            expect(['Applied', 'AlreadyApplied']).toContain(outcome);
            const { pays, ordinary } = asBought(shop, own);
            expect(pays).toBe(cents(wanted.price));
            const struckOut = wanted.compareAt === undefined ? before.ordinary : cents(wanted.compareAt);
            const onSale = wanted.compareAt !== undefined || before.ordinary > before.pays;
            expect(ordinary).toBe(onSale && struckOut > pays ? struckOut : pays);
            const least = pays < before.pays ? pays : before.pays;
            expect(seen.every((each) => each >= least)).toBe(true);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('the feed', () => {
  it('shows in Test mode each request, and sends none', async () => {
    const shop = shopWith({ testMode: true });
    const { simple } = variantsOf(shop);
    await expect(write(shop, simple, { price: 5000, compareAt: 999_999 })).rejects.toThrow(HeldWrite);
    expect(writesOf(shop).map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      `PUT /api/products/${simple.productId}`,
      'POST /api/specific_prices',
    ]);
    expect(recordsOf(shop, 'specific_prices')).toEqual([]);
  });

  it('names each right that its key lacks', async () => {
    const shop = shopWith();
    shop.store.keys.fixed.set('good', ['settings:read', 'products:read']);
    const { credential } = await shop.driver.check(['PriceExport'], never());
    expect(credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    for (const right of ['products (Modify, PUT)', 'combinations (Modify, PUT)', 'specific_prices (Add, POST)'])
      expect(credential.message).toContain(right);
    shop.store.keys.fixed.set('good', ['settings:read', 'products:read', 'prices:write']);
    expect((await shop.driver.check(['PriceExport'], never())).credential.status).toBe('True');
  });
});

describe('millionths', () => {
  it('are exact both ways', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (value) => {
        expect(micros(microsText(value))).toBe(value);
      }),
    );
    expect(micros('1.2345670')).toBe(1_234_567n);
    expect(['1.2345671', '', '1,5', '1e3', '.5'].map(micros)).toEqual(Array(5).fill(undefined));
  });
});
