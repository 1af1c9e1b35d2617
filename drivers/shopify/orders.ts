import { z } from 'zod';
import type { OrderRecord } from '../../model/records.ts';
import type { CensusWindow, Page, ReadRequest, UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import { affordable, type ShopifyClient } from './client.ts';
import { ORDER_COUNT, ORDER_CREDITS, ORDER_IDS, ORDER_LINES, ORDERS, ORDERS_BY_ID } from './documents.ts';
import { numberOf } from './ids.ts';
import { NotTaken } from './order-lines.ts';
import { orderRecord } from './order-map.ts';
import { byIds, count, idsIn, pageInfo, rowsFor, type List, type Row } from './pages.ts';
import { creditsPayload, linePayload, orderPayload, type CreditsPayload, type OrderPayload } from './payload.ts';

const LIST: List = {
  field: 'orders',
  type: 'Order',
  document: ORDERS,
  byIds: ORDERS_BY_ID,
  placed: 'processed_at',
  timed: true,
  // What a page of 50 costs by Shopify's formula: with less each page is refused once.
  cost: 810,
};
const CREDITS_AT_ONCE = 4;
const moreLines = z.object({
  order: z.object({ lineItems: z.object({ nodes: z.array(linePayload), pageInfo }) }).nullable(),
});

/** Orders, whole: refunds and returns of those that have any, and the lines of long ones, are asked for beside. */
export async function* readOrders(client: ShopifyClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, ...page } of rowsFor(client, LIST, request)) {
    const parsed = rows.map((row) => ({ row, read: orderPayload.safeParse(row) }));
    const whole = parsed.flatMap(({ read }) => (read.success ? [read.data] : []));
    const credits = await creditsFor(client, whole.filter(mayHaveCredits), request.signal);
    const records: OrderRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const { row, read } of parsed) {
      const record = read.success
        ? mapped(client, row, await withAllLines(client, read.data, request.signal), credits.get(row.id))
        : aside(row, inWords(read.error, row));
      if ('kind' in record) records.push(record);
      else unreadable.push(record);
    }
    yield { ...page, records, unreadable };
  }
}

const COUNT = { field: 'ordersCount', document: ORDER_COUNT, placed: 'processed_at' };
const IDS = { field: 'orders', document: ORDER_IDS, placed: 'processed_at' } as const;
export const countOrders = (client: ShopifyClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, COUNT, window, signal);
export const orderIds = (client: ShopifyClient, window: CensusWindow, signal: AbortSignal) =>
  idsIn(client, IDS, window, signal);

function mapped(
  client: ShopifyClient,
  row: Row,
  order: OrderPayload,
  credits: CreditsPayload | undefined,
): OrderRecord | UnreadableRecord {
  try {
    return orderRecord(order, credits, client.settings);
  } catch (error) {
    if (error instanceof NotTaken) return aside(row, error.message);
    if (error instanceof RangeError) return aside(row, `${error.message}: correct it in Shopify`);
    throw error;
  }
}

function aside(row: Row, message: string): UnreadableRecord {
  const number = z.string().safeParse(row['name']).data;
  const recordId = numberOf(row.id);
  return {
    recordId,
    number,
    reason: 'UnexpectedPayload',
    raw: row,
    message: `order ${number ?? recordId}: ${message}`,
  };
}

/** Most orders have neither: no call is made for them. */
function mayHaveCredits({ totalRefundedSet, displayFulfillmentStatus, lineItems }: OrderPayload): boolean {
  return (
    Number(totalRefundedSet.shopMoney.amount) > 0 ||
    ['FULFILLED', 'PARTIALLY_FULFILLED', 'RESTOCKED'].includes(displayFulfillmentStatus) ||
    lineItems.nodes.some(({ quantity, currentQuantity }) => quantity !== currentQuantity)
  );
}

async function creditsFor(
  client: ShopifyClient,
  orders: readonly OrderPayload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CreditsPayload>> {
  const found = new Map<string, CreditsPayload>();
  for (let at = 0; at < orders.length;) {
    const part = await affordable(CREDITS_AT_ONCE, async (size) => {
      const ids = orders.slice(at, at + size).map(({ id }) => numberOf(id));
      return { size: ids.length, rows: await byIds(client, ORDER_CREDITS, 'Order', ids, signal) };
    });
    at += part.size;
    for (const row of part.rows) found.set(row.id, creditsPayload.parse(row));
  }
  return found;
}

async function withAllLines(client: ShopifyClient, order: OrderPayload, signal: AbortSignal): Promise<OrderPayload> {
  if (!order.lineItems.pageInfo.hasNextPage) return order;
  const nodes = [...order.lineItems.nodes];
  let info = order.lineItems.pageInfo;
  while (info.hasNextPage && info.endCursor != null) {
    const operation = { document: ORDER_LINES, answer: moreLines, cost: 100 };
    const { order: more } = await client.query(operation, { id: order.id, after: info.endCursor }, signal);
    if (!more) break;
    nodes.push(...more.lineItems.nodes);
    info = more.lineItems.pageInfo;
  }
  return { ...order, lineItems: { ...order.lineItems, nodes, pageInfo: info } };
}
