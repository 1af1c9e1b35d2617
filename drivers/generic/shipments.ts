import type { ShipmentWrite, WriteResult } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { stopTheParcel } from '../writes/tracking.ts';
import { accepted, parsed, refusal, shorten, type GenericClient } from './client.ts';
import {
  createdShipment,
  listAnswer,
  orderPayload,
  problem,
  type OrderPayload,
  type ShipmentPayload,
} from './payload.ts';

/** Refusals that repeating cannot change: the order does not allow it. */
const FINAL = new Set([400, 404, 409, 410, 422]);

/**
 * Reports shipments of one order, one after the other; before each the order is read, since an answer may have been
 * lost.
 */
export function writeShipments(
  client: GenericClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  return writeOneByOne(entries, (entry) => writeOne(client, entry, signal));
}

async function writeOne(client: GenericClient, entry: ShipmentWrite, signal: AbortSignal): Promise<WriteResult> {
  const { entryId, orderNumber } = entry;
  const order = await readOrder(client, entry, signal);
  if (!order)
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'UnknownOrder',
      message: `the store has no order ${orderNumber} (id ${entry.orderId}) any more: ${stopTheParcel(entry)}`,
    };
  if (entry.corrects) return correct(client, entry, order, signal);
  const there = (order.shipments ?? []).find((shipment) => isSame(shipment, entry));
  if (there) return { entryId, outcome: 'AlreadyApplied', externalId: there.id };
  if (order.state === 'cancelled') return cancelled(entry);
  return create(client, entry, order, signal);
}

/** As it is now; undefined: the store has it no more. */
async function readOrder(
  client: GenericClient,
  { orderId, orderNumber }: ShipmentWrite,
  signal: AbortSignal,
): Promise<OrderPayload | undefined> {
  const { items } = await client.get('/orders', { ids: encodeURIComponent(orderId), limit: 1 }, listAnswer, signal);
  return items.length === 0 ? undefined : parsed(orderPayload, items[0], `order ${orderNumber}`);
}

const cancelled = (entry: ShipmentWrite): WriteResult => ({
  entryId: entry.entryId,
  outcome: 'Rejected',
  reason: 'OrderCancelled',
  message: `order ${entry.orderNumber} was cancelled at the store: ${stopTheParcel(entry)}`,
});

async function create(
  client: GenericClient,
  entry: ShipmentWrite,
  order: OrderPayload,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { entryId, orderNumber } = entry;
  const lines = linesOf(entry, order);
  if (lines.length === 0)
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'NothingLeftToShip',
      message: `order ${orderNumber} has nothing open at the store`,
    };
  const path = `/orders/${encodeURIComponent(entry.orderId)}/shipments`;
  const body = {
    reference: entryId,
    ...numbersOf(entry),
    location_id: entry.locationId,
    parcel: entry.parcel,
    shipped_at: entry.shippedAt,
    completes: entry.completes,
    lines,
  };
  const response = await client.raw('POST', path, body, signal);
  if (FINAL.has(response.status) && (response.headers['content-type'] ?? '').includes('json')) {
    // Between reading and sending, too: the warehouse has to know that it is that.
    if (response.status === 409 && (await readOrder(client, entry, signal))?.state === 'cancelled')
      return cancelled(entry);
    const said = problem.safeParse(await response.json()).data ?? {};
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'StoreRefused',
      message: `order ${orderNumber}: the store refuses the shipment: ${shorten(said.message ?? said.error ?? 'no reason given')}`,
    };
  }
  const refused = await refusal(response, '/orders/…/shipments');
  if (refused) throw refused;
  return { entryId, outcome: 'Applied', externalId: parsed(createdShipment, await accepted(response, path), path).id };
}

/** What may be corrected afterwards. */
const numbersOf = (entry: ShipmentWrite) => ({
  carrier: entry.carrierCode ?? entry.carrier,
  service: entry.service,
  tracking_code: entry.trackingCode,
  ...(entry.trackingCodes && entry.trackingCodes.length > 1 ? { tracking_codes: entry.trackingCodes } : {}),
  tracking_url: entry.trackingUrl,
  return_tracking_code: entry.returnTrackingCode,
});

/** Sets the numbers of a parcel that the store has; doing it twice does no harm. */
async function correct(
  client: GenericClient,
  entry: ShipmentWrite,
  order: OrderPayload,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { entryId, orderNumber, corrects } = entry;
  const there = (order.shipments ?? []).find(({ id }) => id === corrects?.externalId);
  if (!there)
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'UnknownParcel',
      message: `order ${orderNumber} has no such parcel at the store any more: its numbers cannot be corrected`,
    };
  const path = `/orders/${encodeURIComponent(entry.orderId)}/shipments/${encodeURIComponent(there.id)}`;
  const response = await client.raw('PATCH', path, numbersOf(entry), signal);
  if (FINAL.has(response.status) || response.status === 405)
    return {
      entryId,
      outcome: 'Rejected',
      reason: 'NotSupported',
      message: `order ${orderNumber}: the store does not change the numbers of a parcel: enter ${entry.trackingCode ?? 'them'} by hand there`,
    };
  const refused = await refusal(response, '/orders/…/shipments/…');
  if (refused) throw refused;
  return { entryId, outcome: 'Applied', externalId: there.id };
}

/** By our own number and content: a number alone could be that of another hub. */
function isSame(shipment: ShipmentPayload, entry: ShipmentWrite): boolean {
  if (shipment.reference !== entry.entryId || (shipment.tracking_code ?? '') !== (entry.trackingCode ?? ''))
    return false;
  if (entry.lines === undefined) return true;
  const pieces = new Map(shipment.lines.map(({ line_id, quantity }) => [line_id, quantity]));
  return (
    entry.lines.length === pieces.size && entry.lines.every(({ lineId, quantity }) => pieces.get(lineId) === quantity)
  );
}

function linesOf(entry: ShipmentWrite, order: OrderPayload): { line_id: string; quantity: number }[] {
  if (entry.lines) return entry.lines.map(({ lineId, quantity }) => ({ line_id: lineId, quantity }));
  return order.lines
    .map((line) => ({ line_id: line.id, quantity: line.quantity - (line.fulfilled_quantity ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}
