import { z } from 'zod';
import { terminal, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { stopTheParcel, trackingText } from '../writes/tracking.ts';
import { NEEDS, type WooClient } from './client.ts';
import { shippedPieces } from './order-lines.ts';
import { fulfillmentsOf } from './orders.ts';
import { noteParcel } from './parcel-notes.ts';
import { fulfillmentPayload, type WooFulfillment } from './payload.ts';

/** The hub's own name of the parcel, in a field that the buyer does not see. */
const PARCEL_KEY = '_supercargo_parcel';

type Result = WriteResult<'ShipmentExport'>;

const orderPayload = z.looseObject({
  id: z.int(),
  status: z.string(),
  line_items: z.array(z.looseObject({ id: z.int(), quantity: z.number() })),
});
export type OrderToShip = z.infer<typeof orderPayload>;

/** Tells the shop of parcels of one order, after a look at what it has. */
export async function writeShipments(
  client: WooClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const [first] = entries;
  if (!first) return [];
  const { orderId } = first;
  const path = `/orders/${orderId}`;
  const found = /^[1-9]\d{0,15}$/.test(orderId) ? await client.find(path, {}, NEEDS.orders, signal) : undefined;
  if (!found) return entries.map((entry) => rejected(entry, 'UnknownOrder', 'the shop does not know it any more'));
  const order = orderPayload.safeParse(found.json);
  if (!order.success)
    throw terminal('UnexpectedPayload', `order ${first.orderNumber}: it has no lines that can be read`);
  if (['cancelled', 'refunded', 'trash'].includes(order.data.status))
    return entries.map((entry) =>
      rejected(entry, 'OrderCancelled', `it is "${order.data.status}" at the shop: ${stopTheParcel(entry)}`),
    );
  const { shipments } = client.context.settings;
  if (shipments === 'notes')
    return writeOneByOne(entries, async (entry) => {
      const result = await noteParcel(client, entry, signal);
      await complete(client, order.data, entry, signal);
      return result;
    });
  const there = await fulfillmentsOf(client, orderId, signal);
  if (!there)
    throw terminal(
      'NotSupported',
      'the shop has no order fulfilments: switch them on (WooCommerce, Settings, Advanced, Features), or set shipments to notes in spec.settings',
    );
  const parcels = [...there];
  return writeOneByOne(entries, (entry) => writeParcel(client, order.data, parcels, entry, signal));
}

const rejected = ({ entryId, orderNumber }: ShipmentWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `order ${orderNumber}: ${message}`,
});

async function writeParcel(
  client: WooClient,
  order: OrderToShip,
  parcels: WooFulfillment[],
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Result> {
  if (entry.corrects) return correct(client, parcels, entry, signal);
  const known = parcels.find((parcel) => isParcel(parcel, entry));
  if (known) {
    await complete(client, order, entry, signal);
    return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId: known.id };
  }
  const lines = linesToShip(order, parcels, entry);
  if (typeof lines === 'string') return rejected(entry, 'NothingLeftToShip', lines);
  const notify = client.context.settings.notifyCustomer ? '?notify_customer=true' : '';
  const body = { status: 'fulfilled', is_fulfilled: true, meta_data: metaOf(entry, lines) };
  const answer = await client.write(
    'POST',
    `/orders/${order.id}/fulfillments${notify}`,
    body,
    NEEDS.writeOrders,
    signal,
  );
  if (answer === undefined) return rejected(entry, 'UnknownOrder', 'the shop does not know it any more');
  const made = fulfillmentPayload.safeParse(answer);
  // It is done, whatever the answer looks like.
  if (made.success) parcels.push(made.data);
  await complete(client, order, entry, signal);
  return { entryId: entry.entryId, outcome: 'Applied', ...(made.success ? { externalId: made.data.id } : {}) };
}

const nameOf = ({ shipmentId, entryId }: ShipmentWrite): string => shipmentId ?? entryId;

/** By the hub's own name; or somebody entered its number by hand. */
function isParcel({ meta }: WooFulfillment, entry: ShipmentWrite): boolean {
  if (meta.get(PARCEL_KEY) === nameOf(entry)) return true;
  const code = trackingText(entry);
  return code !== undefined && !meta.has(PARCEL_KEY) && meta.get('_tracking_number') === code;
}

/** The pieces of the parcel; a sentence where they are not open. */
function linesToShip(
  order: OrderToShip,
  parcels: readonly WooFulfillment[],
  { lines }: ShipmentWrite,
): readonly { readonly lineId: string; readonly quantity: number }[] | string {
  const shipped = shippedPieces(parcels);
  const open = new Map(
    order.line_items.map(({ id, quantity }) => [String(id), quantity - (shipped.get(String(id)) ?? 0)]),
  );
  const wanted =
    lines ?? [...open].map(([lineId, quantity]) => ({ lineId, quantity })).filter((line) => line.quantity > 0);
  if (wanted.length === 0) return 'nothing of it is open at the shop: see what was shipped there';
  const bad = wanted.find(({ lineId, quantity }) => quantity > (open.get(lineId) ?? 0));
  return bad === undefined
    ? wanted
    : `${bad.quantity} of line ${bad.lineId} were sent, and ${open.get(bad.lineId) ?? 0} are open at the shop: see what was shipped there`;
}

interface Meta {
  readonly key: string;
  readonly value: unknown;
}

function metaOf(
  entry: ShipmentWrite,
  lines: readonly { readonly lineId: string; readonly quantity: number }[],
): Meta[] {
  return [
    { key: '_items', value: lines.map(({ lineId, quantity }) => ({ item_id: Number(lineId), qty: quantity })) },
    ...numbersOf(entry),
    { key: PARCEL_KEY, value: nameOf(entry) },
  ];
}

function numbersOf(entry: ShipmentWrite): Meta[] {
  const fields = {
    _tracking_number: trackingText(entry),
    _shipment_provider: entry.carrierCode ?? entry.carrier,
    _tracking_url: entry.trackingUrl,
  };
  return Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}

/** All metadata is sent again: what is left out would be gone. */
async function correct(
  client: WooClient,
  parcels: readonly WooFulfillment[],
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Result> {
  const parcel = parcels.find(({ id }) => id === entry.corrects?.externalId);
  if (!parcel)
    return rejected(entry, 'StoreRefused', 'the shop does not have the parcel any more: enter its number by hand');
  const numbers = numbersOf(entry);
  if (numbers.every(({ key, value }) => parcel.meta.get(key) === value))
    return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId: parcel.id };
  const meta = new Map([...parcel.meta, ...numbers.map(({ key, value }) => [key, value] as const)]);
  const body = {
    ...{ status: 'fulfilled', is_fulfilled: true },
    meta_data: [...meta].map(([key, value]) => ({ key, value })),
  };
  const path = `/orders/${entry.orderId}/fulfillments/${parcel.id}`;
  const answer = await client.write('PUT', path, body, NEEDS.writeOrders, signal);
  return answer === undefined
    ? rejected(entry, 'StoreRefused', 'the shop does not have the parcel any more: enter its number by hand')
    : { entryId: entry.entryId, outcome: 'Applied', externalId: parcel.id };
}

/** WooCommerce leaves an order as it is when its last parcel is out. */
async function complete(
  client: WooClient,
  order: OrderToShip,
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<void> {
  if (!entry.completes || !client.context.settings.completeOrders || order.status === 'completed') return;
  await client.write('PUT', `/orders/${order.id}`, { status: 'completed' }, NEEDS.writeOrders, signal);
}
