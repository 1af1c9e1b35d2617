import type { StockRecord } from '../../model/records.ts';
import type { Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import type { XmlElement } from '../toolkit/bodies/xml.ts';
import { Found, NotShown, setAside, shownWith, type Shown } from './broken-rows.ts';
import type { PrestaClient, Query } from './client.ts';
import { field, link, plain } from './fields.ts';
import { byNumber } from './lists.ts';
import { Schemas } from './schemas.ts';

/** The one place of stock of a shop. */
export const LOCATION = 'main';

/** What can be sold. The row of a product with combinations is their sum: it is left out. */
export async function* readStock(client: PrestaClient, request: ReadRequest): AsyncGenerator<Page> {
  const { signal, ids } = request;
  const schemas = new Schemas(client, signal);
  if (ids) {
    const { rows, broken } = await rowsOfVariants(client, ids, signal);
    const { records, unreadable } = await levelsOf(client, schemas, rows, signal);
    const lost = [...broken].map(([id, error]) => setAside('level', { id, error, bare: undefined }));
    yield { records, unreadable: [...lost, ...unreadable], resume: 'ids', end: true };
    return;
  }
  for await (const { rows, broken, ...page } of byNumber(client, 'stock_availables', request)) {
    const { records, unreadable } = await levelsOf(client, schemas, rows, signal);
    const lost = broken.map((each) => setAside('level', { ...each, id: `stock_availables:${each.id}` }));
    yield { ...page, records, unreadable: [...lost, ...unreadable] };
  }
}

/** Rows that count these variants: combinations (34) and simple products (p12); and at which the shop breaks down. */
export async function rowsOfVariants(
  client: PrestaClient,
  variants: readonly string[],
  signal: AbortSignal,
): Promise<Shown> {
  const rowsWith = (name: string, values: readonly string[], query: Query = {}) =>
    shownWith(client, { resource: 'stock_availables', name, query }, values, signal);
  const combinations = variants.filter((id) => /^[1-9]\d{0,15}$/.test(id));
  const simple = variants.filter((id) => /^p[1-9]\d{0,15}$/.test(id)).map((id) => id.slice(1));
  const combined = await rowsWith('id_product_attribute', combinations);
  const whole = await rowsWith('id_product', simple, { 'filter[id_product_attribute]': '[0]' });
  return {
    rows: [...combined.rows, ...whole.rows],
    broken: new Map([...combined.broken, ...[...whole.broken].map(([id, error]) => [`p${id}`, error] as const)]),
  };
}

export const variantOfRow = (row: XmlElement): string =>
  link(row, 'id_product_attribute') ?? `p${field(row, 'id_product')}`;

async function levelsOf(client: PrestaClient, schemas: Schemas, rows: readonly XmlElement[], signal: AbortSignal) {
  const found = async (resource: string, ids: readonly string[], ...names: readonly string[]): Promise<Found> => {
    const display = ids.length === 0 ? undefined : await schemas.display(resource, names);
    const asked = { resource, name: 'id', query: { display } };
    return new Found(asked, await shownWith(client, asked, ids, signal));
  };
  const simple = rows.filter((row) => link(row, 'id_product_attribute') === undefined);
  const ofSimple = simple.map((row) => field(row, 'id_product'));
  const products = await found('products', ofSimple, 'id', 'reference', 'cache_default_attribute');
  const ofCombinations = rows.flatMap((row) => link(row, 'id_product_attribute') ?? []);
  const combinations = await found('combinations', ofCombinations, 'id', 'reference');
  const skuOf = (row: XmlElement): string => {
    const combination = link(row, 'id_product_attribute');
    if (combination !== undefined) return field(combinations.one(combination), 'reference');
    const product = products.one(field(row, 'id_product'));
    return link(product, 'cache_default_attribute') === undefined ? field(product, 'reference') : '';
  };
  const records: StockRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const row of rows) {
    const variantId = variantOfRow(row);
    const quantity = Number(field(row, 'quantity'));
    try {
      const sku = skuOf(row);
      if (sku === '' || !Number.isSafeInteger(quantity)) continue;
      const counted = { onHand: quantity, available: quantity };
      records.push({ kind: 'stock', variantId, sku, locationId: LOCATION, ...counted });
    } catch (error) {
      if (!(error instanceof NotShown)) throw error;
      const recordId = `stock_availables:${field(row, 'id')}`;
      const message = `level of ${variantId}: ${error.message}`;
      unreadable.push({ recordId, reason: 'StoreError', message, raw: plain(row) });
    }
  }
  return { records, unreadable };
}
