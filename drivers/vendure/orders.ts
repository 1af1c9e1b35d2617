import type { Page, ReadRequest } from '../contract/index.ts';
import type { VendureClient } from './client.ts';
import { before } from './cursor.ts';
import type { List } from './list.ts';
import { orderFields, orderPayload, type OrderPayload } from './order-payload.ts';
import { orderRecord } from './order-map.ts';
import { readById, readList, type Mapping } from './pages.ts';

/**
 * Orders are those that were placed. Vendure keeps carts, drafts and checkouts under way among its orders too; they
 * have no `orderPlacedAt`, and a person's data in a cart that was never bought is none of ours.
 */
const placed = {
  name: 'orders',
  options: 'OrderListOptions',
  fields: orderFields([]),
  fieldsWith: orderFields,
  bare: 'code',
} as const;

/** New orders: by the time they were placed, which is also when a cart that is old already shows up. */
const newOrders: List = { ...placed, time: 'orderPlacedAt' };
/** Orders that changed as far as `updatedAt` tells: it moves on edits and cancellations, not on payment or shipping. */
const changedOrders: List = { ...placed, time: 'updatedAt', filter: { orderPlacedAt: { isNull: false } } };

const mapping: Mapping<OrderPayload> = {
  what: 'order',
  schema: orderPayload,
  numberIn: 'code',
  perRow: 'one',
  map: orderRecord,
};

export function readNewOrders(client: VendureClient, request: ReadRequest): AsyncIterable<Page> {
  if (request.ids !== undefined) return readById(client, changedOrders, mapping, { ...request, ids: request.ids });
  return readList(client, newOrders, mapping, { ...request, since: later(request.since, request.placedFrom) });
}

export function readChangedOrders(client: VendureClient, request: ReadRequest): AsyncIterable<Page> {
  const { ids, placedFrom } = request;
  if (ids !== undefined) return readById(client, changedOrders, mapping, { ...request, ids });
  return readList(
    client,
    placedFrom === undefined
      ? changedOrders
      : { ...changedOrders, filter: { orderPlacedAt: { after: before(placedFrom) } } },
    mapping,
    request,
  );
}

/** Of two times the later one. */
function later(since: string | undefined, placedFrom: string | undefined): string | undefined {
  if (since === undefined || placedFrom === undefined) return since ?? placedFrom;
  return Date.parse(since) > Date.parse(placedFrom) ? since : placedFrom;
}
