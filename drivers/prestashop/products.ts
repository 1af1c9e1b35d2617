import type { ProductRecord, VariantRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { Found, NotShown, setAside, shownWith, type Asked } from './broken-rows.ts';
import type { PrestaClient } from './client.ts';
import { exact, field, given, money, needed, NotTaken, plain, rowsOf, words } from './fields.ts';
import { bornIn, instantOf, rowsFor } from './lists.ts';
import { shopFacts, type ShopFacts } from './shop.ts';

interface Around {
  readonly shop: ShopFacts;
  readonly url: string;
  readonly currency: string;
  readonly combinations: Found;
  /** Name and value of an attribute or a feature, by the number of the value. */
  readonly options: Pairs;
  readonly features: Pairs;
}

type Pairs = (id: string) => readonly [name: string, value: string] | undefined;

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
  const found = (asked: Asked, of: readonly string[]) => shownWith(client, asked, of, signal);
  const wordsOf = async (resource: string, of: readonly string[]): Promise<Found> => {
    const asked = { resource, name: 'id', query };
    return new Found(asked, await found(asked, of));
  };
  for await (const { rows, broken, ...page } of rowsFor(client, list, request)) {
    groups ??= await named('product_options');
    features ??= await named('product_features');
    const children = { resource: 'combinations', name: 'id_product' };
    const ids = rows.map((row) => field(row, 'id'));
    const combinations = await found(children, ids);
    const values = combinations.rows.flatMap((row) =>
      rowsOf(row, 'product_option_values').map((each) => field(each, 'id')),
    );
    const own = rows.flatMap((row) => rowsOf(row, 'product_features').map((each) => field(each, 'id_feature_value')));
    const around: Around = {
      ...{ shop, url: client.context.settings.url, currency: currencies.get(shop.currency) ?? '' },
      combinations: new Found(children, combinations),
      options: pairs(await wordsOf('product_option_values', values), groups, 'id_attribute_group', 'name'),
      features: pairs(await wordsOf('product_feature_values', own), features, 'id_feature', 'value'),
    };
    const records: ProductRecord[] = [];
    const unreadable = broken.map((each) => setAside('product', each));
    for (const row of rows) {
      try {
        records.push(productRecord(row, around, unreadable));
      } catch (error) {
        unreadable.push(aside(row, error));
      }
    }
    yield { ...page, records, unreadable };
  }
}

function aside(row: XmlElement, error: unknown): UnreadableRecord {
  const recordId = field(row, 'id');
  const known = { recordId, raw: plain(row) };
  if (error instanceof NotShown)
    return { ...known, reason: 'StoreError', message: `product ${recordId}: ${error.message}` };
  if (!(error instanceof NotTaken || error instanceof RangeError)) throw error;
  const message = `product ${recordId}: ${error.message}: correct it in PrestaShop`;
  return { ...known, reason: 'UnexpectedPayload', message };
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

const pairs =
  (found: Found, names: ReadonlyMap<string, string>, group: string, value: string): Pairs =>
  (id) => {
    const row = found.one(id);
    return row && [names.get(field(row, group)) ?? '', words(row, value)];
  };

const STATUS: Readonly<Record<string, ProductRecord['status']>> = { 1: 'Active', 0: 'Inactive' };

function productRecord(row: XmlElement, around: Around, parts: UnreadableRecord[]): ProductRecord {
  const { shop, combinations, features, url } = around;
  const [id, title] = [needed(row, 'id'), words(row, 'name')];
  const status = STATUS[field(row, 'active')];
  if (!status) throw new NotTaken(`its "active" is neither 1 nor 0`);
  const updatedAt = instantOf(shop.zone, needed(row, 'date_upd'));
  if (updatedAt === undefined) throw new NotTaken('its "date_upd" is no time');
  const found = combinations.all(id);
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
        const pair = features(field(each, 'id_feature_value'));
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
          const pair = names(field(each, 'id'));
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
