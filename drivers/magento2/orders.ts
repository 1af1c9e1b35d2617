import { z } from 'zod';
import type { OrderRecord } from '../../model/records.ts';
import {
  retry,
  terminal,
  type CensusWindow,
  type Page,
  type ReadRequest,
  type UnreadableRecord,
} from '../contract/index.ts';
import { inWords } from '../toolkit/words.ts';
import type { MagentoClient } from './client.ts';
import { anyOf } from './criteria.ts';
import { allWith, count, ids, rowsFor, type List, type Row } from './lists.ts';
import { NEEDS } from './needs.ts';
import { NotTaken } from './order-lines.ts';
import { orderRecord } from './order-map.ts';
import { creditPayload, ORDER_FIELDS, orderPayload, type MagentoCredit, type MagentoOrder } from './order-payload.ts';
import { storeViews } from './shop.ts';

const ORDERS: List = {
  ...{ what: 'orders', path: '/V1/orders', need: NEEDS.orders, idField: 'entity_id' },
  groups: [],
  fields: ORDER_FIELDS,
};
const CREDITS = { path: '/V1/creditmemos', need: NEEDS.credits, groups: [] };

/** Orders, whole; credit memos are asked for once a page, of those orders that have any. */
export async function* readOrders(client: MagentoClient, request: ReadRequest): AsyncGenerator<Page> {
  const list = await ordersOf(client, request.signal);
  for await (const { rows, ...page } of rowsFor(client, list, request)) {
    const unreadable: UnreadableRecord[] = [];
    const orders = rows.flatMap((row) => {
      const parsed = row.failed ? undefined : orderPayload.safeParse(row);
      if (parsed?.success) return [{ row, order: parsed.data }];
      unreadable.push(aside(row, parsed ? inWords(parsed.error, row) : row.failed!.message));
      return [];
    });
    const credits = await creditsOf(
      client,
      orders.map(({ order }) => order),
      request.signal,
    );
    const records: OrderRecord[] = [];
    for (const { row, order } of orders) {
      const read = mapped(client, row, order, credits.get(order.entity_id) ?? []);
      if ('kind' in read) records.push(read);
      else unreadable.push(read);
    }
    yield { ...page, records, unreadable };
  }
}

export async function countOrders(client: MagentoClient, window: CensusWindow, signal: AbortSignal): Promise<number> {
  return count(client, await ordersOf(client, signal), window, signal);
}

export async function* orderIds(client: MagentoClient, window: CensusWindow, signal: AbortSignal) {
  yield* ids(client, await ordersOf(client, signal), window, signal);
}

/** Of the store views that the settings name. */
async function ordersOf(client: MagentoClient, signal: AbortSignal): Promise<List> {
  const { stores } = client.context.settings;
  if (stores.length === 0) return ORDERS;
  const byCode = new Map((await storeViews(client, signal)).map(({ code, id }) => [code, id]));
  const found = stores.map((code) => {
    const id = byCode.get(code);
    if (id === undefined)
      throw terminal('WrongUrl', `the shop has no store view "${code}": check settings.stores of the Connection`);
    return String(id);
  });
  return { ...ORDERS, groups: [anyOf('store_id', found)] };
}

function mapped(
  client: MagentoClient,
  row: Row,
  order: MagentoOrder,
  credits: readonly MagentoCredit[],
): OrderRecord | UnreadableRecord {
  try {
    return orderRecord(order, credits, client.context.settings);
  } catch (error) {
    if (error instanceof NotTaken) return aside(row, error.message);
    if (error instanceof RangeError) return aside(row, `${error.message}: correct it in Magento`);
    throw error;
  }
}

function aside(row: Row, message: string): UnreadableRecord {
  const { failed, ...raw } = row;
  const number = z.string().safeParse(row['increment_id']).data;
  const recordId = failed?.details.recordId ?? String(row['entity_id']);
  return {
    ...{ recordId, number, reason: failed ? failed.details.reason : 'UnexpectedPayload', raw },
    message: `order ${number ?? recordId}: ${message}`,
  };
}

async function creditsOf(
  client: MagentoClient,
  orders: readonly MagentoOrder[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly MagentoCredit[]>> {
  const refunded = orders.filter(
    ({ total_refunded, state }) => Number(total_refunded ?? 0) !== 0 || state === 'closed',
  );
  if (refunded.length === 0) return new Map();
  const rows = await allWith(
    client,
    CREDITS,
    'order_id',
    refunded.map(({ entity_id }) => String(entity_id)),
    signal,
  );
  const credits = z.array(creditPayload).safeParse(rows);
  if (!credits.success)
    throw retry('UnexpectedPayload', 'the shop sent credit memos in another form than it describes');
  return Map.groupBy(credits.data, ({ order_id }) => order_id);
}
