import { z } from 'zod';
import { errorDetails, HeldWrite, retry, type WriteResult } from '../contract/index.ts';
import { NEEDS, type WooClient } from './client.ts';
import { all, type Row } from './pages.ts';
import { variationRows } from './products.ts';

/** WooCommerce takes no more objects in one batch. */
const MOST_IN_A_BATCH = 100;

interface Entry {
  readonly entryId: string;
  readonly variantId: string;
  readonly sku: string;
}

const sellable = z.looseObject({
  id: z.int(),
  parent_id: z.int().default(0),
  type: z.string().optional(),
  manage_stock: z.union([z.boolean(), z.literal('parent')]).default(false),
  stock_quantity: z.number().nullish(),
  regular_price: z.string().default(''),
  sale_price: z.string().default(''),
  meta_data: z.array(z.looseObject({ key: z.string(), value: z.unknown() })).default([]),
});
/** A product or a variation as it is before something of it is set. */
export type Present = z.infer<typeof sellable>;

/** What of an entry is to be sent; or what it comes to without. */
export type Plan = { readonly fields: Readonly<Record<string, unknown>> } | { readonly result: WriteResult };

const updates = z.looseObject({
  update: z.array(
    z.looseObject({
      id: z.int(),
      error: z
        .looseObject({
          code: z.string(),
          message: z.string().default(''),
          data: z.looseObject({ status: z.number() }).optional(),
        })
        .optional(),
    }),
  ),
});

/** Reads what is there, decides entry by entry, and sends the rest in a batch for each product with variations. */
export async function writeVariants<T extends Entry>(
  client: WooClient,
  entries: readonly T[],
  plan: (entry: T, present: Present) => Plan,
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const present = await presentOf(client, entries, signal);
  const results: WriteResult[] = [];
  const batches = new Map<string, { readonly entry: T; readonly fields: Readonly<Record<string, unknown>> }[]>();
  for (const entry of entries) {
    const there = present.get(entry.variantId);
    const planned = there ? plan(entry, there) : { result: unknown(entry) };
    if ('result' in planned) {
      results.push(planned.result);
      continue;
    }
    const path = there!.parent_id > 0 ? `/products/${there!.parent_id}/variations/batch` : '/products/batch';
    const group = batches.get(path) ?? [];
    batches.set(path, [...group, { entry, fields: { id: there!.id, ...planned.fields } }]);
  }
  await sendAll(client, chunked(batches), results, signal);
  return results;
}

const unknown = ({ entryId, sku }: Entry): WriteResult => ({
  entryId,
  outcome: 'Rejected',
  reason: 'UnknownVariant',
  message: `${sku}: WooCommerce does not know the product any more: run StockImport, or take the SKU off`,
});

async function presentOf(
  client: WooClient,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Present>> {
  const wanted = [...new Set(entries.map(({ variantId }) => variantId))].filter((id) => /^[1-9]\d{0,15}$/.test(id));
  if (wanted.length === 0) return new Map();
  const found = new Map<string, Present>();
  const keep = (rows: readonly Row[]) => {
    for (const row of rows) {
      const parsed = sellable.safeParse(row);
      if (!parsed.success)
        throw retry('UnexpectedPayload', `the shop sent product ${row.id} in a form that is not described`);
      found.set(String(row.id), parsed.data);
    }
  };
  const variations = await variationRows(client, wanted.map(Number), signal);
  keep(variations ?? []);
  const rest = wanted.filter((id) => !found.has(id));
  if (rest.length > 0) keep(await all(client, { path: '/products', need: NEEDS.products }, rest, signal));
  // Before WooCommerce 10.3 a variation is found by its id alone, as the product that it also is.
  for (const id of variations ? [] : wanted.filter((each) => !found.has(each))) {
    const one = await client.find(`/products/${id}`, {}, NEEDS.products, signal);
    if (one) keep([one.json as Row]);
  }
  return found;
}

interface Batch<T> {
  readonly path: string;
  readonly items: readonly { readonly entry: T; readonly fields: Readonly<Record<string, unknown>> }[];
}

function chunked<T>(batches: ReadonlyMap<string, Batch<T>['items']>): readonly Batch<T>[] {
  return [...batches].flatMap(([path, items]) =>
    Array.from({ length: Math.ceil(items.length / MOST_IN_A_BATCH) }, (_, index) => ({
      path,
      items: items.slice(index * MOST_IN_A_BATCH, (index + 1) * MOST_IN_A_BATCH),
    })),
  );
}

/**
 * One batch that fails does not stop the others, but where the shop takes nothing for now or a person must act; then
 * what was done is told. In Test mode each is to be shown.
 */
async function sendAll<T extends Entry>(
  client: WooClient,
  batches: readonly Batch<T>[],
  results: WriteResult[],
  signal: AbortSignal,
): Promise<void> {
  let held: HeldWrite | undefined;
  let done = 0;
  for (const [index, { path, items }] of batches.entries()) {
    try {
      results.push(...(await send(client, { path, items }, signal)));
      done++;
    } catch (error) {
      if (error instanceof HeldWrite) {
        held = error;
        continue;
      }
      const { behaviour, reason, message, scope, retryAfterMs } = errorDetails(error);
      const stops = behaviour !== 'retry' && scope !== 'record';
      if (stops && done === 0) throw error;
      const left = stops ? batches.slice(index).flatMap((batch) => batch.items) : items;
      for (const { entry } of left)
        results.push(
          behaviour === 'terminal' && scope === 'record'
            ? { entryId: entry.entryId, outcome: 'Rejected', reason, message }
            : { entryId: entry.entryId, outcome: 'Retry', reason, message, scope, behaviour, retryAfterMs },
        );
      if (stops) break;
    }
  }
  if (held) throw held;
}

async function send<T extends Entry>(
  client: WooClient,
  { path, items }: Batch<T>,
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const body = { update: items.map(({ fields }) => fields) };
  const answer = await client.write('POST', path, body, NEEDS.writeProducts, signal);
  // The product was deleted between reading and writing.
  if (answer === undefined) return items.map(({ entry }) => unknown(entry));
  const parsed = updates.safeParse(answer);
  if (!parsed.success) throw retry('UnexpectedPayload', 'the shop does not say what became of a batch');
  const told = new Map(parsed.data.update.map((each) => [each.id, each]));
  return items.map(({ entry, fields }) => {
    const { entryId, sku } = entry;
    const one = told.get(Number(fields['id']));
    if (!one) return { entryId, outcome: 'Retry', reason: 'NoResult', message: `${sku}: the shop says nothing of it` };
    if (!one.error) return { entryId, outcome: 'Applied' };
    const { code, message, data } = one.error;
    if (code.endsWith('_invalid_id')) return unknown(entry);
    const words = `${sku}: WooCommerce does not take it: ${message.slice(0, 200)} (${code})`;
    return (data?.status ?? 500) >= 500
      ? { entryId, outcome: 'Retry', reason: 'StoreError', message: words }
      : { entryId, outcome: 'Rejected', reason: 'StoreRefused', message: words };
  });
}
