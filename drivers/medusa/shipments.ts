import { z } from 'zod';
import type { ShipmentWrite, WriteResult } from '../contract/index.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { stopTheParcel } from '../writes/tracking.ts';
import { isRefusal, type MedusaClient } from './client.ts';

type Result = WriteResult<'ShipmentExport'>;

/** In the metadata of a fulfilment: the hub's own name of the parcel. One whose answer was lost is known by it. */
const MARK = 'supercargo_parcel';

const fulfillment = z.object({
  id: z.string(),
  shipped_at: z.string().nullish(),
  canceled_at: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  labels: z.array(z.looseObject({ tracking_number: z.string() })).nullish(),
  items: z.array(z.looseObject({ line_item_id: z.string().nullish(), quantity: z.number() })).nullish(),
});
type Fulfillment = z.infer<typeof fulfillment>;
const orderAnswer = z.looseObject({
  order: z.looseObject({
    id: z.string(),
    status: z.string(),
    items: z.array(
      z.looseObject({
        id: z.string(),
        quantity: z.number(),
        requires_shipping: z.boolean().default(true),
        detail: z.looseObject({ fulfilled_quantity: z.number().default(0) }),
      }),
    ),
    fulfillments: z.array(fulfillment).nullish(),
  }),
});
type OrderToShip = z.infer<typeof orderAnswer>['order'];
const FIELDS =
  'id,status,*items,*items.detail,*fulfillments,*fulfillments.labels,*fulfillments.items,fulfillments.metadata';

/**
 * Parcels of one order, one after the other: two fulfilments of the same pieces at once are both taken by Medusa, so
 * that the order is read anew before each.
 */
export function writeShipments(
  client: MedusaClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  return writeOneByOne(entries, (entry) => writeOne(client, entry, signal));
}

async function writeOne(client: MedusaClient, entry: ShipmentWrite, signal: AbortSignal): Promise<Result> {
  const path = `/orders/${encodeURIComponent(entry.orderId)}`;
  const found = await client.find(path, { fields: FIELDS }, orderAnswer, signal);
  if (!found) return rejected(entry, 'UnknownOrder', `the shop does not know it any more: ${stopTheParcel(entry)}`);
  const { order } = found;
  const known = order.fulfillments?.find((each) => each.canceled_at == null && isParcel(each, entry));
  if (known?.shipped_at != null) return { entryId: entry.entryId, outcome: 'AlreadyApplied', externalId: known.id };
  if (order.status === 'canceled')
    return rejected(entry, 'OrderCancelled', `it was cancelled at the shop: ${stopTheParcel(entry)}`);
  const made = known ?? (await create(client, order, entry, signal));
  if ('outcome' in made) return made;
  const result = await send(client, order, entry, made, signal);
  return known && result.outcome === 'Applied' ? { ...result, outcome: 'AlreadyApplied' } : result;
}

const nameOf = ({ shipmentId, entryId }: ShipmentWrite): string => shipmentId ?? entryId;
const codesOf = ({ trackingCode, trackingCodes }: ShipmentWrite): readonly string[] =>
  trackingCodes ?? (trackingCode === undefined ? [] : [trackingCode]);

/** By the hub's own name; or somebody entered its number by hand. */
function isParcel({ metadata, labels }: Fulfillment, entry: ShipmentWrite): boolean {
  const mark = metadata?.[MARK];
  if (mark !== undefined) return mark === nameOf(entry);
  const [code] = codesOf(entry);
  return code !== undefined && (labels ?? []).some(({ tracking_number }) => tracking_number === code);
}

async function create(
  client: MedusaClient,
  order: OrderToShip,
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Fulfillment | Result> {
  const items = linesToShip(order, entry);
  if (typeof items === 'string') return rejected(entry, 'NothingLeftToShip', items);
  const { carrier, carrierCode, service, shippedAt, returnTrackingCode: returns } = entry;
  const body = {
    items,
    ...(entry.locationId === undefined ? {} : { location_id: entry.locationId }),
    no_notification: !client.context.settings.notifyCustomer,
    // A label comes with the second call; people see here what it will say.
    metadata: {
      [MARK]: nameOf(entry),
      ...given({
        tracking_number: codesOf(entry)[0],
        carrier: carrierCode ?? carrier,
        service,
        shipped_at: shippedAt,
        return_tracking_number: returns,
      }),
    },
  };
  const path = `/orders/${encodeURIComponent(order.id)}/fulfillments`;
  const answer = await client.write({ path, query: { fields: FIELDS }, body }, orderAnswer, signal);
  if (isRefusal(answer)) return rejected(entry, 'StoreRefused', `Medusa makes no fulfilment: ${answer.refused}`);
  const made = answer.order.fulfillments?.find(({ metadata }) => metadata?.[MARK] === nameOf(entry));
  return made ?? retryOf(entry, 'Medusa does not show the fulfilment that was made: it is looked for again');
}

/** With it Medusa tells the buyer, and counts the pieces as sent. */
async function send(
  client: MedusaClient,
  order: OrderToShip,
  entry: ShipmentWrite,
  { id, items }: Fulfillment,
  signal: AbortSignal,
): Promise<Result> {
  const body = {
    items: (items ?? []).flatMap(({ line_item_id: line, quantity }) => (line == null ? [] : [{ id: line, quantity }])),
    labels: codesOf(entry).map((code) => ({
      tracking_number: code,
      tracking_url: entry.trackingUrl ?? '',
      label_url: '',
    })),
    no_notification: !client.context.settings.notifyCustomer,
  };
  const path = `/orders/${encodeURIComponent(order.id)}/fulfillments/${id}/shipments`;
  const answer = await client.write({ path, query: { fields: FIELDS }, body }, orderAnswer, signal);
  if (isRefusal(answer))
    return retryOf(entry, `Medusa does not mark its fulfilment as shipped: ${answer.refused}: look at the order there`);
  return { entryId: entry.entryId, outcome: 'Applied', externalId: id };
}

const given = (fields: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

const rejected = ({ entryId, orderNumber }: ShipmentWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `order ${orderNumber}: ${message}`,
});
const retryOf = ({ entryId, orderNumber }: ShipmentWrite, message: string): Result => ({
  ...{ entryId, outcome: 'Retry', reason: 'StoreRefused' },
  message: `order ${orderNumber}: ${message}`,
});

/** The pieces of the parcel; a sentence where they are not open. */
function linesToShip(
  { items }: OrderToShip,
  { lines }: ShipmentWrite,
): readonly { readonly id: string; readonly quantity: number }[] | string {
  const goods = items.filter(({ requires_shipping }) => requires_shipping);
  const open = new Map(goods.map(({ id, quantity, detail }) => [id, quantity - detail.fulfilled_quantity]));
  const wanted = (lines ?? [...open].map(([lineId, quantity]) => ({ lineId, quantity }))).filter(
    ({ quantity }) => quantity > 0,
  );
  if (wanted.length === 0) return 'nothing of it is open at the shop: see what was shipped there';
  const bad = wanted.find(({ lineId, quantity }) => quantity > (open.get(lineId) ?? 0));
  if (bad)
    return `${bad.quantity} of line ${bad.lineId} were sent, and ${open.get(bad.lineId) ?? 0} are open at the shop: see what was shipped there`;
  return wanted.map(({ lineId: id, quantity }) => ({ id, quantity }));
}
