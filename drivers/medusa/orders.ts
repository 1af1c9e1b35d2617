import { z } from 'zod';
import type { OrderRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import type { MedusaClient } from './client.ts';
import { NotTaken } from './order-lines.ts';
import { orderRecord } from './order-map.ts';
import { count, ids, MOST, rowsFor, type List, type Row } from './pages.ts';
import { ORDER_FIELDS, orderPayload, RETURN_FIELDS, returnPayload, type MedusaReturn } from './payload.ts';

const LIST: List = { path: '/orders', name: 'orders', query: { fields: ORDER_FIELDS } };
const returnsAnswer = z.looseObject({ returns: z.array(returnPayload), limit: z.int().min(1) });

/** Orders, whole: their returns are a list of its own, asked for once a page. */
export async function* readOrders(client: MedusaClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, ...page } of rowsFor(client, LIST, request)) {
    const returns = await returnsOf(client, rows, request.signal);
    const records: OrderRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const row of rows) {
      const read = readOrder(client, row, returns.get(row.id) ?? []);
      if ('kind' in read) records.push(read);
      else unreadable.push(read);
    }
    yield { ...page, records, unreadable };
  }
}

export const countOrders = (client: MedusaClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, LIST, window, signal);
export const orderIds = (client: MedusaClient, window: CensusWindow, signal: AbortSignal) =>
  ids(client, LIST, window, signal);

function readOrder(client: MedusaClient, row: Row, returns: readonly MedusaReturn[]): OrderRecord | UnreadableRecord {
  const parsed = orderPayload.safeParse(row);
  if (!parsed.success) return aside(row, inWords(parsed.error, row));
  try {
    return orderRecord(parsed.data, returns, client.context.settings);
  } catch (error) {
    if (error instanceof NotTaken) return aside(row, error.message);
    if (error instanceof RangeError) return aside(row, `${error.message}: correct it in Medusa`);
    throw error;
  }
}

const displayed = z.union([z.string().min(1), z.int()]);

function aside(row: Row, message: string): UnreadableRecord {
  const number = displayed.safeParse(row['custom_display_id'] ?? row['display_id']).data;
  return {
    ...{ recordId: row.id, reason: 'UnexpectedPayload', raw: row },
    ...(number === undefined ? {} : { number: String(number) }),
    message: `order ${number ?? row.id}: ${message}`,
  };
}

/** Of those orders alone of which something was sent: nothing else can come back. */
async function returnsOf(
  client: MedusaClient,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly MedusaReturn[]>> {
  const order_id = rows
    .filter(({ fulfillments }) => Array.isArray(fulfillments) && fulfillments.length > 0)
    .map(({ id }) => id);
  const found: MedusaReturn[] = [];
  for (let offset = 0; order_id.length > 0;) {
    const query = { order_id, fields: RETURN_FIELDS, order: 'id', limit: MOST, offset };
    const { returns, limit } = await client.get('/returns', query, returnsAnswer, signal);
    found.push(...returns);
    offset += returns.length;
    if (returns.length < Math.min(limit, MOST)) break;
  }
  return Map.groupBy(found, (each) => each.order_id);
}
