import { z } from 'zod';
import { retry, type StockWrite, type SubmittedEntry, type WriteResult } from '../contract/index.ts';
import { halvedWrite } from '../toolkit/writes/halved-write.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { NotWritten } from './answers.ts';
import type { MagentoClient } from './client.ts';
import { NEEDS } from './needs.ts';
import { keyOf, ONE_PLACE, sourceItems, stockItemOf, type SourceItem } from './stock.ts';

type Result = WriteResult<'StockExport'>;

/** A level to be set, as Magento takes it. */
interface Planned {
  readonly entry: StockWrite;
  readonly item: Pick<SourceItem, 'sku' | 'source_code' | 'quantity' | 'status'>;
}

const ASK_AGAIN_MS = 15_000;

/** Sets what is on hand, after a look at what is there. */
export async function writeStock(
  client: MagentoClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const { settings } = client.context;
  if (settings.stock === 'stockItems') return writeOneByOne(entries, (entry) => writeStockItem(client, entry, signal));
  const present = await sourceItems(
    client,
    entries.map(({ sku }) => sku),
    signal,
  );
  const results: Result[] = [];
  const planned: Planned[] = [];
  for (const entry of entries) {
    const plan = planOf(entry, present.get(keyOf(entry.sku)) ?? []);
    if ('outcome' in plan) results.push(plan);
    else planned.push(plan);
  }
  if (planned.length === 0) return results;
  const sent = settings.asyncStock
    ? await submit(client, planned, signal)
    : await halvedWrite(planned, {
        atOnce: settings.writeBatch,
        entries: ({ entry }) => [entry],
        send: (items) => send(client, items, signal),
        refused: (error) => error instanceof NotWritten,
        alone: ({ entry }, error) => [rejected(entry, 'StoreRefused', (error as NotWritten).words)],
      });
  return [...results, ...sent];
}

const rejected = ({ entryId, sku }: StockWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `${sku}: ${message}`,
});

function planOf(entry: StockWrite, own: readonly SourceItem[]): Planned | Result {
  const { entryId, sku, locationId, quantity, expected } = entry;
  if (own.length === 0)
    return rejected(entry, 'UnknownVariant', 'no source of Magento has it: assign it to one, or take the SKU off');
  const there = own.find(({ source_code }) => source_code === locationId);
  if (!there)
    return rejected(
      entry,
      'UnknownLocation',
      `it is not assigned to the source "${locationId}" in Magento: assign it there, then replay`,
    );
  if (expected !== undefined && there.quantity !== expected)
    return {
      ...{ entryId, outcome: 'Retry', reason: 'StockChanged' },
      message: `${sku}: the shop has ${there.quantity}, and ${expected} was expected`,
    };
  const item = { sku: there.sku, source_code: there.source_code, quantity, status: statusOf(there, quantity) };
  return { entry, item };
}

/** In stock once there is something again; who was taken off by hand, or sells beyond zero, stays so. */
function statusOf({ quantity, status }: SourceItem, wanted: number): number {
  return wanted > 0 && quantity <= 0 ? 1 : (status ?? (wanted > 0 ? 1 : 0));
}

async function send(client: MagentoClient, items: readonly Planned[], signal: AbortSignal): Promise<readonly Result[]> {
  const body = { sourceItems: items.map(({ item }) => item) };
  try {
    const done = await client.write('POST', '/V1/inventory/source-items', body, NEEDS.writeSources, signal);
    if (!done) throw noSources();
  } catch (error) {
    // It looked good, and the database did not take it.
    if (error instanceof NotWritten && /could not (be )?save/i.test(error.words))
      throw retry('StoreError', `Magento could not save it: ${error.words}`);
    throw error;
  }
  return items.map(({ entry: { entryId } }) => ({ entryId, outcome: 'Applied' }));
}

const noSources = () =>
  retry('UnexpectedPayload', 'the shop has no sources any more: set stock to stockItems in spec.settings');

const accepted = z.looseObject({ bulk_uuid: z.string().min(1), errors: z.boolean().nullish() });

/** One operation for each level, so that each has a result of its own. */
async function submit(
  client: MagentoClient,
  planned: readonly Planned[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const body = planned.map(({ item }) => ({ sourceItems: [item] }));
  const path = '/async/bulk/V1/inventory/source-items';
  const answer = await client.write('POST', path, body, NEEDS.writeSources, signal);
  const taken = accepted.safeParse(answer?.json);
  if (!taken.success) throw retry('UnexpectedPayload', 'the shop does not say whether it took a bulk write');
  const { bulk_uuid: bulk } = taken.data;
  return planned.map(({ entry: { entryId } }, index) => ({
    ...{ entryId, outcome: 'Submitted', ticket: `${bulk} ${index}`, againMs: ASK_AGAIN_MS },
  }));
}

const statuses = z.looseObject({
  operations_list: z.array(z.looseObject({ id: z.int(), status: z.int(), result_message: z.string().nullish() })),
});
/** As Magento numbers them. */
const [DONE, MAY_REPEAT, OPEN] = [1, 2, 4];

/** What became of levels that a queue of the shop was to set. */
export async function settleStock(
  client: MagentoClient,
  entries: readonly SubmittedEntry[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [bulk, own] of Map.groupBy(entries, ({ ticket }) => ticket.split(' ')[0]!)) {
    const path = `/V1/bulk/${encodeURIComponent(bulk)}/detailed-status`;
    const found = await client.find(path, [], NEEDS.bulk, signal);
    const operations = statuses.safeParse(found?.json).data?.operations_list.toSorted((a, b) => a.id - b.id);
    for (const { entryId, ticket } of own)
      results.push(settled(entryId, ticket, operations?.[Number(ticket.split(' ')[1])]));
  }
  return results;
}

function settled(
  entryId: string,
  ticket: string,
  operation: z.infer<typeof statuses>['operations_list'][number] | undefined,
): Result {
  if (!operation)
    return {
      ...{ entryId, outcome: 'Retry', reason: 'NoResult' },
      message: 'the shop does not know the bulk write any more: it is sent again',
    };
  const { status, result_message: words } = operation;
  if (status === DONE) return { entryId, outcome: 'Applied' };
  if (status === OPEN) return { entryId, outcome: 'Submitted', ticket, againMs: ASK_AGAIN_MS };
  const message = `the shop did not do it: ${(words ?? 'no reason').slice(0, 200)}`;
  return status === MAY_REPEAT
    ? { entryId, outcome: 'Retry', reason: 'StoreError', message }
    : { entryId, outcome: 'Rejected', reason: 'StoreRefused', message };
}

/** Without Multi Source Inventory: one product at a time. */
async function writeStockItem(client: MagentoClient, entry: StockWrite, signal: AbortSignal): Promise<Result> {
  const { entryId, sku, locationId, quantity, expected } = entry;
  if (locationId !== ONE_PLACE)
    return rejected(
      entry,
      'UnknownLocation',
      `Magento counts stock in one place here, "${ONE_PLACE}": mend the location of the warehouse in the Store, then replay`,
    );
  const there = await stockItemOf(client, sku, signal);
  if (!there)
    return rejected(entry, 'UnknownVariant', 'Magento does not know it any more: run StockImport, or take the SKU off');
  if (expected !== undefined && there.qty !== expected)
    return {
      ...{ entryId, outcome: 'Retry', reason: 'StockChanged' },
      message: `${sku}: the shop has ${there.qty ?? 'no number'}, and ${expected} was expected`,
    };
  const wasOut = (there.qty ?? 0) <= 0;
  // All other fields are sent as they are: the form of the API asks for them.
  const stockItem = {
    ...there,
    qty: quantity,
    is_in_stock: quantity > 0 && wasOut ? true : (there.is_in_stock ?? quantity > 0),
  };
  const path = `/V1/products/${encodeURIComponent(sku)}/stockItems/${there.item_id}`;
  const done = await client.write('PUT', path, { stockItem }, NEEDS.stockItems, signal);
  return done
    ? { entryId, outcome: 'Applied' }
    : rejected(entry, 'UnknownVariant', 'Magento does not know it any more: run StockImport, or take the SKU off');
}
