import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import { retry, type CensusWindow, type Page, type ReadRequest, type UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import { NEEDS, type WooClient } from './client.ts';
import { all, count, ids, rowsFor, type List, type Row } from './pages.ts';
import { productPayload, variationPayload, type WooProduct, type WooVariation } from './payload.ts';
import { levelsOf, productRecord, type ShopFacts } from './product-map.ts';

const LIST: List = { path: '/products', need: NEEDS.products };

/** A product with its variations; undefined in their place: one of them cannot be read. */
interface Family {
  readonly row: Row;
  readonly product: WooProduct;
  readonly variations: readonly WooVariation[];
}

interface Families {
  readonly families: readonly Family[];
  readonly unreadable: readonly UnreadableRecord[];
}

/** Products with variations and images. */
export async function* readProducts(client: WooClient, request: ReadRequest): AsyncGenerator<Page> {
  let facts: ShopFacts | undefined;
  for await (const { rows, ...page } of rowsFor(client, LIST, request)) {
    const { families, unreadable } = await familiesOf(client, rows, request.signal);
    if (families.length > 0) facts ??= await shopFacts(client, request.signal);
    yield { ...page, ...mapped(families, unreadable, (family) => mappedProduct(family, facts!)) };
  }
}

/** Levels of products and variations. */
export async function* readStock(client: WooClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, total: _products, ...page } of rowsFor(client, LIST, request)) {
    const { families, unreadable } = await familiesOf(client, rows, request.signal);
    yield {
      ...page,
      ...mapped(families, unreadable, ({ product, variations }) => ({ records: levelsOf(product, variations) })),
    };
  }
}

export const countProducts = (client: WooClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, LIST, window, signal);
export const productIds = (client: WooClient, window: CensusWindow, signal: AbortSignal) =>
  ids(client, LIST, window, signal);

interface Mapped {
  readonly records: readonly CanonicalRecord[];
  readonly unreadable?: readonly UnreadableRecord[];
}

function mapped(families: readonly Family[], before: readonly UnreadableRecord[], map: (family: Family) => Mapped) {
  const records: CanonicalRecord[] = [];
  const unreadable = [...before];
  for (const family of families) {
    try {
      const { records: good, unreadable: bad = [] } = map(family);
      records.push(...good);
      unreadable.push(...bad);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      unreadable.push(aside(family.row, `${error.message}: correct it in WooCommerce`));
    }
  }
  return { records, unreadable };
}

function mappedProduct({ product, variations }: Family, facts: ShopFacts): Mapped {
  const { record, parts } = productRecord(product, variations, facts);
  return { records: [record], unreadable: parts };
}

const aside = (row: Row, message: string): UnreadableRecord => ({
  ...{ recordId: String(row.id), reason: 'UnexpectedPayload', raw: row },
  message: `product ${row.id}: ${message}`,
});

/** The products of a page, and the variations of all of them in as few calls as the shop allows. */
async function familiesOf(client: WooClient, rows: readonly Row[], signal: AbortSignal): Promise<Families> {
  const unreadable: UnreadableRecord[] = [];
  const products = rows.flatMap((row) => {
    const parsed = productPayload.safeParse(row);
    if (parsed.success) return [{ row, product: parsed.data }];
    unreadable.push(aside(row, inWords(parsed.error, row)));
    return [];
  });
  const variations = await variationsOf(
    client,
    products.map(({ product }) => product),
    signal,
  );
  const families = products.flatMap(({ row, product }) => {
    const own: WooVariation[] = [];
    for (const variation of variations.get(product.id) ?? []) {
      const parsed = variationPayload.safeParse(variation);
      if (parsed.success) own.push(parsed.data);
      else {
        unreadable.push(aside(row, `variation ${variation.id}: ${inWords(parsed.error, variation)}`));
        return [];
      }
    }
    return [{ row, product, variations: own }];
  });
  return { families, unreadable };
}

/** By product. One list has all variations since WooCommerce 10.3; before, each product has its own. */
async function variationsOf(
  client: WooClient,
  products: readonly WooProduct[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly Row[]>> {
  const parents = products.filter(({ variations }) => variations.length > 0);
  if (parents.length === 0) return new Map();
  const parentOf = new Map(parents.flatMap(({ id, variations }) => variations.map((each) => [each, id] as const)));
  const found = await variationRows(client, [...parentOf.keys()], signal);
  if (found) return Map.groupBy(found, ({ id }) => parentOf.get(id) ?? 0);
  const each = new Map<number, readonly Row[]>();
  for (const { id, variations } of parents)
    each.set(id, await all(client, { ...LIST, path: `/products/${id}/variations` }, variations, signal));
  return each;
}

/** Variations by id, whatever product they are of; undefined where the shop has no such list. */
export async function variationRows(
  client: WooClient,
  wanted: readonly number[],
  signal: AbortSignal,
): Promise<readonly Row[] | undefined> {
  const path = '/variations';
  // Of the first call alone it can be said that there is no such list.
  const probe = await client.find(path, { include: wanted[0], per_page: 1, _fields: 'id' }, NEEDS.products, signal);
  return probe && all(client, { ...LIST, path }, wanted, signal);
}

const currency = z.looseObject({ code: z.string().length(3) });
const unit = z.looseObject({ value: z.enum(['kg', 'g', 'lbs', 'oz']) });
const GRAMS = { kg: 1000, g: 1, lbs: 453.59237, oz: 28.349523125 } as const;

/** Currency and unit of weight: no product has its own. */
export async function shopFacts(client: WooClient, signal: AbortSignal): Promise<ShopFacts> {
  const [money, weight] = [
    currency.safeParse((await client.get('/data/currencies/current', { _fields: 'code' }, NEEDS.manage, signal)).json),
    unit.safeParse((await client.get('/settings/products/woocommerce_weight_unit', {}, NEEDS.manage, signal)).json),
  ];
  if (!money.success || !weight.success)
    throw retry(
      'UnexpectedPayload',
      'the shop does not say its currency, or weighs in a unit that it does not describe',
    );
  return { currency: money.data.code, grams: GRAMS[weight.data.value] };
}
