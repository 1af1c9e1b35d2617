import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import { attributesOf } from './attributes.ts';
import type { MagentoClient } from './client.ts';
import { count, ids, rowsFor, rowsOf, type List, type Row } from './lists.ts';
import { NEEDS } from './needs.ts';
import { productRecord, type Catalogue } from './product-map.ts';
import { PRODUCT_FIELDS, productPayload, type MagentoProduct } from './product-payload.ts';
import { shopFacts } from './shop.ts';

const ALL: List = {
  ...{ what: 'products', path: '/V1/products', need: NEEDS.products, idField: 'id' },
  groups: [],
  fields: PRODUCT_FIELDS,
};
const NOT_VISIBLE = '1';

/** What is not visible by itself comes with its configurable product, unless each product stands for itself. */
const listOf = ({ context: { settings } }: MagentoClient): List =>
  settings.hiddenProducts === 'products'
    ? ALL
    : { ...ALL, groups: [[{ field: 'visibility', value: NOT_VISIBLE, is: 'neq' }]] };

/** Products with variants and images. */
export async function* readProducts(client: MagentoClient, request: ReadRequest): AsyncGenerator<Page> {
  let catalogue: Catalogue | undefined;
  for await (const { rows, ...page } of rowsFor(client, listOf(client), request)) {
    if (rows.length > 0) catalogue ??= await catalogueOf(client, request.signal);
    const read = rows.length === 0 ? { records: [] } : await recordsOf(client, rows, catalogue!, request.signal);
    yield { ...page, ...read };
  }
}

export const countProducts = (client: MagentoClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, listOf(client), window, signal);
export const productIds = (client: MagentoClient, window: CensusWindow, signal: AbortSignal) =>
  ids(client, listOf(client), window, signal);

async function catalogueOf(client: MagentoClient, signal: AbortSignal): Promise<Catalogue> {
  const { settings, now } = client.context;
  const facts = await shopFacts(client, signal);
  return { facts, attributes: await attributesOf(client, signal), settings, now: now() };
}

async function recordsOf(client: MagentoClient, rows: readonly Row[], catalogue: Catalogue, signal: AbortSignal) {
  const records: CanonicalRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  const products = rows.flatMap((row) => {
    const read = readProduct(row);
    if ('message' in read) unreadable.push(read);
    return 'product' in read ? [read] : [];
  });
  const children = await childrenOf(
    client,
    products.map(({ product }) => product),
    signal,
  );
  for (const { row, product } of products) {
    const own = linksOf(product).flatMap((id) => children.get(id) ?? []);
    const wrong = own.find((child) => 'message' in child);
    if (wrong && 'message' in wrong) {
      unreadable.push(aside(row, `one of its variants: ${wrong.message}`));
      continue;
    }
    try {
      const variants = own.flatMap((child) => ('product' in child ? [child.product] : []));
      const { record, parts } = productRecord(product, variants, catalogue);
      records.push(record);
      unreadable.push(...parts);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      unreadable.push(aside(row, `${error.message}: correct it in Magento`));
    }
  }
  return { records, unreadable };
}

type Read = { readonly row: Row; readonly product: MagentoProduct } | UnreadableRecord;

/** A row of a list of products, or why it cannot be read. */
export function readProduct(row: Row): Read {
  if (row.failed) return aside(row, row.failed.message);
  const parsed = productPayload.safeParse(row);
  return parsed.success ? { row, product: parsed.data } : aside(row, inWords(parsed.error, row));
}

function aside(row: Row, message: string): UnreadableRecord {
  const { failed, ...raw } = row;
  const recordId = failed?.details.recordId ?? String(row['id']);
  const sku = z.string().safeParse(row['sku']).data;
  return {
    ...{ recordId, reason: failed ? failed.details.reason : 'UnexpectedPayload', raw },
    message: `product ${sku || recordId}: ${message}`,
  };
}

const linksOf = ({ type_id, extension_attributes }: MagentoProduct): string[] =>
  type_id === 'configurable' ? (extension_attributes?.configurable_product_links ?? []).map(String) : [];

/** The variants of all configurable products of a page, by id, in as few calls as there can be. */
async function childrenOf(
  client: MagentoClient,
  products: readonly MagentoProduct[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Read>> {
  if (client.context.settings.hiddenProducts === 'products') return new Map();
  const wanted = products.flatMap(linksOf);
  if (wanted.length === 0) return new Map();
  const rows = await rowsOf(client, ALL, wanted, signal);
  return new Map(rows.map((row) => [String(row['id']), readProduct(row)]));
}
