import { z } from 'zod';
import type { CanonicalRecord } from '../../model/records.ts';
import { retry, type CensusWindow, type Page, type ReadRequest, type UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import type { MedusaClient } from './client.ts';
import { count, ids, rowsFor, type List, type Row } from './pages.ts';
import { PRODUCT_FIELDS, productPayload, STOCK_FIELDS, stockPayload } from './payload.ts';
import { levelsOf, productRecord } from './product-map.ts';

const LIST: List = { path: '/products', name: 'products', query: { fields: PRODUCT_FIELDS } };
/** Variants with what they are made of, and its levels. */
export const STOCK_LIST: List = { path: '/product-variants', name: 'variants', query: { fields: STOCK_FIELDS } };
const storesAnswer = z.looseObject({
  stores: z
    .array(
      z.looseObject({
        id: z.string(),
        name: z.string().nullish(),
        supported_currencies: z.array(z.looseObject({ currency_code: z.string(), is_default: z.boolean() })).nullish(),
      }),
    )
    .min(1),
});

/** Products with variants and images. */
export async function* readProducts(client: MedusaClient, request: ReadRequest): AsyncGenerator<Page> {
  let currency: string | undefined;
  for await (const { rows, ...page } of rowsFor(client, LIST, request)) {
    if (rows.length > 0) currency ??= (await storeOf(client, request.signal)).currency;
    yield {
      ...page,
      ...mapped(rows, 'product', (row) => {
        const { record, parts } = productRecord(productPayload.parse(row), currency!);
        return { records: [record], unreadable: parts };
      }),
    };
  }
}

/** Levels by variant and location. */
export async function* readStock(client: MedusaClient, request: ReadRequest): AsyncGenerator<Page> {
  // Rows are variants, records are levels: their number says nothing.
  for await (const { rows, total: _variants, ...page } of rowsFor(client, STOCK_LIST, { ...request, since: undefined }))
    yield { ...page, ...mapped(rows, 'variant', (row) => ({ records: levelsOf(stockPayload.parse(row)) })) };
}

export const countProducts = (client: MedusaClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, LIST, window, signal);
export const productIds = (client: MedusaClient, window: CensusWindow, signal: AbortSignal) =>
  ids(client, LIST, window, signal);

interface Mapped {
  readonly records: readonly CanonicalRecord[];
  readonly unreadable?: readonly UnreadableRecord[];
}

/** One that cannot be read is set aside. */
function mapped(rows: readonly Row[], what: string, map: (row: Row) => Mapped) {
  const records: CanonicalRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  for (const row of rows) {
    try {
      const { records: good, unreadable: bad = [] } = map(row);
      records.push(...good);
      unreadable.push(...bad);
    } catch (error) {
      unreadable.push({
        ...{ recordId: row.id, reason: 'UnexpectedPayload', raw: row },
        message: `${what} ${row.id}: ${wordsOf(error, row)}`,
      });
    }
  }
  return { records, unreadable };
}

function wordsOf(error: unknown, row: Row): string {
  if (error instanceof z.ZodError) return inWords(error, row);
  if (error instanceof RangeError) return `${error.message}: correct it in Medusa`;
  throw error;
}

/** The store, and the currency that products are priced in. */
export async function storeOf(
  client: MedusaClient,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly name: string; readonly currency: string }> {
  const { stores } = await client.get('/stores', { limit: 1 }, storesAnswer, signal);
  const [{ id, name, supported_currencies: currencies }] = stores as [(typeof stores)[number]];
  const own = currencies?.find(({ is_default }) => is_default)?.currency_code.toUpperCase();
  const currency = client.context.settings.currency ?? own;
  if (currency === undefined)
    throw retry('UnexpectedPayload', 'the store has no default currency: choose one in Medusa (Settings, Store)');
  return { id, name: name ?? '', currency };
}
