import { z } from 'zod';
import type { OrderRecord } from '../../model/records.ts';
import { retry, type CensusWindow, type Page, type ReadRequest, type UnreadableRecord } from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import { NEEDS, type WooClient } from './client.ts';
import { NotTaken } from './order-lines.ts';
import { orderRecord } from './order-map.ts';
import { count, ids, rowsFor, type List, type Row } from './pages.ts';
import {
  fulfillmentPayload,
  orderPayload,
  refundPayload,
  type WooFulfillment,
  type WooOrder,
  type WooRefund,
} from './payload.ts';

/** More digits than any currency has: net and tax are rounded after they are added. */
const LIST: List = { path: '/orders', need: NEEDS.orders, query: { dp: 6 } };

/** Orders, whole: refunds and parcels are asked for where an order has any. */
export async function* readOrders(client: WooClient, request: ReadRequest): AsyncGenerator<Page> {
  for await (const { rows, ...page } of rowsFor(client, LIST, request)) {
    const records: OrderRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    for (const row of rows) {
      const read = await readOrder(client, row, request.signal);
      if ('kind' in read) records.push(read);
      else unreadable.push(read);
    }
    yield { ...page, records, unreadable };
  }
}

export const countOrders = (client: WooClient, window: CensusWindow, signal: AbortSignal): Promise<number> =>
  count(client, LIST, window, signal);
export const orderIds = (client: WooClient, window: CensusWindow, signal: AbortSignal) =>
  ids(client, LIST, window, signal);

async function readOrder(client: WooClient, row: Row, signal: AbortSignal): Promise<OrderRecord | UnreadableRecord> {
  const parsed = orderPayload.safeParse(row);
  const number = z.string().safeParse(row['number']).data;
  const aside = (message: string, reason = 'UnexpectedPayload'): UnreadableRecord => ({
    ...{ recordId: String(row.id), number, reason, raw: row },
    message: `order ${number ?? row.id}: ${message}`,
  });
  if (!parsed.success) return aside(inWords(parsed.error, row));
  const order = parsed.data;
  const refunds = order.refunds.length === 0 ? [] : await refundsOf(client, order, signal);
  const fulfillments = hasParcels(order) ? await fulfillmentsOf(client, order.id, signal) : [];
  try {
    return orderRecord({ order, refunds, fulfillments: fulfillments ?? [] }, client.context.settings);
  } catch (error) {
    if (error instanceof NotTaken) return aside(error.message);
    if (error instanceof RangeError) return aside(`${error.message}: correct it in WooCommerce`);
    throw error;
  }
}

/** WooCommerce keeps it at the order, so that no call is made for one that has no parcels. */
const hasParcels = ({ meta_data }: WooOrder): boolean =>
  meta_data.some(
    ({ key, value }) => key === '_fulfillment_status' && ['fulfilled', 'partially_fulfilled'].includes(String(value)),
  );

async function refundsOf(client: WooClient, { id }: WooOrder, signal: AbortSignal): Promise<readonly WooRefund[]> {
  const found = await client.find(`/orders/${id}/refunds`, { per_page: 100, dp: 6 }, NEEDS.orders, signal);
  return found ? parsedList(refundPayload, found.json, `the refunds of order ${id}`) : [];
}

/** Undefined where the shop knows no fulfilments, or not this order. */
export async function fulfillmentsOf(
  client: WooClient,
  orderId: number | string,
  signal: AbortSignal,
): Promise<readonly WooFulfillment[] | undefined> {
  const found = await client.find(`/orders/${orderId}/fulfillments`, {}, NEEDS.orders, signal);
  return found && parsedList(fulfillmentPayload, found.json, `the fulfilments of order ${orderId}`);
}

function parsedList<T>(schema: z.ZodType<T>, json: unknown, what: string): readonly T[] {
  const list = z.array(schema).safeParse(json);
  if (!list.success) throw retry('UnexpectedPayload', `the shop sent ${what} in another form than it describes`);
  return list.data;
}
