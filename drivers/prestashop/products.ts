import type { ProductRecord, StockRecord, VariantRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import type { PrestaClient } from './client.ts';
import { exact, field, given, link, money, needed, NotTaken, plain, rowsOf, words } from './fields.ts';
import { allWith, bornIn, byNumber, instantOf, rowsFor } from './lists.ts';
import { Schemas } from './schemas.ts';
import { shopFacts, type ShopFacts } from './shop.ts';

/** The one place of stock of a shop. */
export const LOCATION = 'main';

interface Around {
  readonly shop: ShopFacts;
  readonly url: string;
  readonly currency: string;
  readonly combinations: ReadonlyMap<string, readonly XmlElement[]>;
  /** Name and value of an attribute or a feature, by the number of the value. */
  readonly options: ReadonlyMap<string, readonly [string, string]>;
  readonly features: ReadonlyMap<string, readonly [string, string]>;
}

/** Products with their combinations. */
export async function* readProducts(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal } = request;
  const shop = await shopFacts(client, signal);
  const query = { display: 'full', language: shop.language };
  const currencies = await currenciesOf(client, signal);
  const named = async (resource: string) =>
    new Map((await client.list(resource, query, signal)).map((row) => [field(row, 'id'), words(row, 'name')] as const));
  let groups: ReadonlyMap<string, string> | undefined;
  let features: ReadonlyMap<string, string> | undefined;
  const list = { resource: 'products', zone: shop.zone, language: shop.language };
  for await (const { rows, ...page } of rowsFor(client, list, request)) {
    groups ??= await named('product_options');
    features ??= await named('product_features');
    const combinations = await allWith(
      client,
      'combinations',
      'id_product',
      rows.map((row) => field(row, 'id')),
      signal,
    );
    const values = combinations.flatMap((row) => rowsOf(row, 'product_option_values').map((each) => field(each, 'id')));
    const own = rows.flatMap((row) => rowsOf(row, 'product_features').map((each) => field(each, 'id_feature_value')));
    const around: Around = {
      ...{ shop, url: client.context.settings.url, currency: currencies.get(shop.currency) ?? '' },
      combinations: Map.groupBy(combinations, (row) => field(row, 'id_product')),
      options: pairs(
        await allWith(client, 'product_option_values', 'id', values, signal, query),
        groups,
        'id_attribute_group',
        'name',
      ),
      features: pairs(
        await allWith(client, 'product_feature_values', 'id', own, signal, query),
        features,
        'id_feature',
        'value',
      ),
    };
    const records: ProductRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const row of rows) {
      try {
        records.push(productRecord(row, around, unreadable));
      } catch (error) {
        if (!(error instanceof NotTaken || error instanceof RangeError)) throw error;
        const recordId = field(row, 'id');
        const message = `product ${recordId}: ${error.message}: correct it in PrestaShop`;
        unreadable.push({ recordId, reason: 'UnexpectedPayload', message, raw: plain(row) });
      }
    }
    yield { ...page, records, unreadable };
  }
}

export async function countProducts(client: PrestaClient, window: CensusWindow, signal: AbortSignal): Promise<number> {
  const { zone } = await shopFacts(client, signal);
  return (await bornIn(client, { resource: 'products', zone }, window, signal)).length;
}

export async function* productIds(client: PrestaClient, window: CensusWindow, signal: AbortSignal) {
  const { zone } = await shopFacts(client, signal);
  yield await bornIn(client, { resource: 'products', zone }, window, signal);
}

export const currenciesOf = async (client: PrestaClient, signal: AbortSignal): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await client.list('currencies', { display: '[id,iso_code]' }, signal)).map((row) => [
      field(row, 'id'),
      field(row, 'iso_code'),
    ]),
  );

const pairs = (rows: readonly XmlElement[], names: ReadonlyMap<string, string>, group: string, value: string) =>
  new Map(rows.map((row) => [field(row, 'id'), [names.get(field(row, group)) ?? '', words(row, value)] as const]));

const STATUS: Readonly<Record<string, ProductRecord['status']>> = { 1: 'Active', 0: 'Inactive' };

function productRecord(row: XmlElement, around: Around, parts: UnreadableRecord[]): ProductRecord {
  const { shop, combinations, features, url } = around;
  const [id, title] = [needed(row, 'id'), words(row, 'name')];
  const status = STATUS[field(row, 'active')];
  if (!status) throw new NotTaken(`its "active" is neither 1 nor 0`);
  const updatedAt = instantOf(shop.zone, needed(row, 'date_upd'));
  if (updatedAt === undefined) throw new NotTaken('its "date_upd" is no time');
  const found = combinations.get(id) ?? [];
  const all =
    found.length > 0 ? found.map((each) => variantOf(row, each, around)) : [variantOf(row, undefined, around)];
  for (const { id: variant, sku } of all)
    if (sku === '')
      parts.push({
        ...{ recordId: `variant:${variant}`, part: true, reason: 'NoSku' },
        message: `product ${id} (${title.slice(0, 60)}): ${found.length > 0 ? `combination ${variant} ` : ''}has no reference: give it one in PrestaShop`,
      });
  return {
    kind: 'product',
    id,
    title,
    description: given(words(row, 'description')),
    brand: given(field(row, 'manufacturer_name')),
    status,
    attributes: Object.fromEntries(
      rowsOf(row, 'product_features').flatMap((each) => {
        const pair = features.get(field(each, 'id_feature_value'));
        return pair ? [pair] : [];
      }),
    ),
    createdAt: instantOf(shop.zone, field(row, 'date_add')),
    updatedAt,
    variants: all.filter(({ sku }) => sku !== ''),
    // The address of the webservice needs the key; this one is what the shop shows its buyers.
    images: rowsOf(row, 'images').map((each, position) => {
      const image = field(each, 'id');
      return { id: image, url: `${url}/img/p/${[...image].join('/')}/${image}.jpg`, position };
    }),
  };
}

/** Price and weight of a combination are added to those of its product. */
function variantOf(product: XmlElement, combination: XmlElement | undefined, around: Around): VariantRecord {
  const { shop, currency, options: names } = around;
  const sum = (name: string): number => exact(product, name) + (combination ? exact(combination, name) : 0);
  const own = combination ?? product;
  const options = Object.fromEntries(
    combination
      ? rowsOf(combination, 'product_option_values').flatMap((each) => {
          const pair = names.get(field(each, 'id'));
          return pair ? [pair] : [];
        })
      : [],
  );
  const values = Object.values(options);
  const title = words(product, 'name');
  return {
    id: combination ? needed(combination, 'id') : `p${needed(product, 'id')}`,
    sku: field(own, 'reference'),
    title: values.length === 0 ? title : `${title} - ${values.join(', ')}`,
    barcode: given(field(own, 'ean13')),
    price: money(sum('price'), currency),
    currency,
    weightGrams: Math.round(sum('weight') * shop.grams),
    enabled: true,
    tracked: true,
    options,
  };
}

/** What can be sold. The row of a product with combinations is their sum: it is left out. */
export async function* readStock(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal, ids } = request;
  const schemas = new Schemas(client, signal);
  if (ids) {
    yield {
      records: await levelsOf(client, schemas, await rowsOfVariants(client, ids, signal), signal),
      resume: 'ids',
      end: true,
    };
    return;
  }
  for await (const { rows, ...page } of byNumber(client, 'stock_availables', request))
    yield { ...page, records: await levelsOf(client, schemas, rows, signal) };
}

/** Rows of combinations (34) and of simple products (p12). */
export async function rowsOfVariants(client: PrestaClient, variants: readonly string[], signal: AbortSignal) {
  const combinations = variants.filter((id) => /^[1-9]\d{0,15}$/.test(id));
  const simple = variants.filter((id) => /^p[1-9]\d{0,15}$/.test(id)).map((id) => id.slice(1));
  return [
    ...(await allWith(client, 'stock_availables', 'id_product_attribute', combinations, signal)),
    ...(await allWith(client, 'stock_availables', 'id_product', simple, signal, {
      'filter[id_product_attribute]': '[0]',
    })),
  ];
}

export const variantOfRow = (row: XmlElement): string =>
  link(row, 'id_product_attribute') ?? `p${field(row, 'id_product')}`;

async function levelsOf(
  client: PrestaClient,
  schemas: Schemas,
  rows: readonly XmlElement[],
  signal: AbortSignal,
): Promise<StockRecord[]> {
  const asked = async (resource: string, ids: readonly string[], ...names: readonly string[]) => {
    if (ids.length === 0) return [];
    const display = await schemas.display(resource, names);
    return allWith(client, resource, 'id', ids, signal, { display });
  };
  const simple = rows.filter((row) => link(row, 'id_product_attribute') === undefined);
  const ofSimple = simple.map((row) => field(row, 'id_product'));
  const products = await asked('products', ofSimple, 'id', 'reference', 'cache_default_attribute');
  const ofCombinations = rows.flatMap((row) => link(row, 'id_product_attribute') ?? []);
  const combinations = await asked('combinations', ofCombinations, 'id', 'reference');
  const skus = new Map([
    ...combinations.map((row) => [field(row, 'id'), field(row, 'reference')] as const),
    ...products
      .filter((row) => link(row, 'cache_default_attribute') === undefined)
      .map((row) => [`p${field(row, 'id')}`, field(row, 'reference')] as const),
  ]);
  return rows.flatMap((row) => {
    const variantId = variantOfRow(row);
    const sku = skus.get(variantId) ?? '';
    const quantity = Number(field(row, 'quantity'));
    if (sku === '' || !Number.isSafeInteger(quantity)) return [];
    return [{ kind: 'stock', variantId, sku, locationId: LOCATION, onHand: quantity, available: quantity } as const];
  });
}
