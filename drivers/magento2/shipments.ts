import { z } from 'zod';
import { HeldWrite, retry, terminal, type ShipmentWrite, type WriteResult } from '../contract/index.ts';
import { stopTheParcel } from '../writes/tracking.ts';
import { writeOneByOne } from '../writes/one-by-one.ts';
import { NotWritten } from './answers.ts';
import type { MagentoClient } from './client.ts';
import { allWith } from './lists.ts';
import { NEEDS } from './needs.ts';
import { orderPayload, type MagentoOrder } from './order-payload.ts';
import { piecesOf, type Pieces } from './shipment-plan.ts';

type Result = WriteResult<'ShipmentExport'>;

const SHIPMENTS = { path: '/V1/shipments', need: NEEDS.shipments, groups: [] };

const shipment = z.looseObject({
  entity_id: z.int(),
  tracks: z
    .array(
      z.looseObject({
        entity_id: z.int(),
        track_number: z.string().nullish(),
        title: z.string().nullish(),
        carrier_code: z.string().nullish(),
      }),
    )
    .nullish()
    .transform((tracks) => tracks ?? []),
  comments: z
    .array(z.looseObject({ comment: z.string().nullish() }))
    .nullish()
    .transform((comments) => comments ?? []),
});
type Shipment = z.infer<typeof shipment>;

/** Tells the shop of parcels of one order, after a look at what it has. */
export async function writeShipments(
  client: MagentoClient,
  entries: readonly ShipmentWrite[],
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const [first] = entries;
  if (!first) return [];
  const order = await orderOf(client, first, signal);
  if (!order) return entries.map((entry) => rejected(entry, 'UnknownOrder', 'the shop does not know it any more'));
  if (['canceled', 'closed'].includes(order.state))
    return entries.map((entry) =>
      rejected(entry, 'OrderCancelled', `it is "${order.status || order.state}" at the shop: ${stopTheParcel(entry)}`),
    );
  const rows = z.array(shipment).safeParse(await allWith(client, SHIPMENTS, 'order_id', [first.orderId], signal));
  if (!rows.success)
    throw retry(
      'UnexpectedPayload',
      `order ${first.orderNumber}: the shop sent shipments in another form than it describes`,
    );
  const open: Pieces = piecesOf(order, client.context.settings);
  return writeOneByOne(entries, (entry) =>
    entry.corrects ? correct(client, rows.data, entry, signal) : ship(client, open, rows.data, entry, signal),
  );
}

async function orderOf(
  client: MagentoClient,
  { orderId, orderNumber }: ShipmentWrite,
  signal: AbortSignal,
): Promise<MagentoOrder | undefined> {
  if (!/^[1-9]\d{0,15}$/.test(orderId)) return undefined;
  const found = await client.find(`/V1/orders/${orderId}`, [], NEEDS.orders, signal);
  if (!found) return undefined;
  const parsed = orderPayload.safeParse(found.json);
  if (parsed.success) return parsed.data;
  throw terminal('UnexpectedPayload', `order ${orderNumber}: it has no lines that can be read`, orderId);
}

const rejected = ({ entryId, orderNumber }: ShipmentWrite, reason: string, message: string): Result => ({
  ...{ entryId, outcome: 'Rejected', reason },
  message: `order ${orderNumber}: ${message}`,
});

/** The hub's own name of the parcel, in a comment that the buyer does not see. */
const markOf = ({ shipmentId, entryId }: ShipmentWrite): string => `[supercargo ${shipmentId ?? entryId}]`;

const codesOf = ({ trackingCodes, trackingCode }: ShipmentWrite): readonly string[] =>
  trackingCodes && trackingCodes.length > 0
    ? [...new Set(trackingCodes)]
    : trackingCode === undefined
      ? []
      : [trackingCode];

/** A carrier that the shop has no module for is "custom", with its name as the title. */
const trackOf = ({ carrier, carrierCode, service }: ShipmentWrite, code: string) => ({
  track_number: code,
  title: carrier ?? service ?? 'Tracking',
  carrier_code: carrierCode ?? 'custom',
});

async function ship(
  client: MagentoClient,
  open: Pieces,
  shipments: Shipment[],
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Result> {
  const { entryId, orderId, locationId } = entry;
  const known = shipments.find((each) => isParcel(each, entry));
  if (known) return { entryId, outcome: 'AlreadyApplied', externalId: String(known.entity_id) };
  const items = open.take(entry.lines);
  if (typeof items === 'string') return rejected(entry, 'NothingLeftToShip', items);
  const body = {
    items,
    notify: client.context.settings.notifyCustomer,
    appendComment: false,
    comment: { comment: markOf(entry), is_visible_on_front: 0 },
    tracks: codesOf(entry).map((code) => trackOf(entry, code)),
    ...(locationId === undefined ? {} : { arguments: { extension_attributes: { source_code: locationId } } }),
  };
  try {
    const done = await client.write('POST', `/V1/order/${orderId}/ship`, body, NEEDS.ship, signal);
    if (!done) return rejected(entry, 'UnknownOrder', 'the shop does not know it any more');
    open.sent(items);
    const id = z.coerce.number().int().safeParse(done.json).data;
    // It is done, whatever the answer looks like.
    if (id === undefined) return { entryId, outcome: 'Applied' };
    shipments.push({ entity_id: id, tracks: [], comments: [{ comment: markOf(entry) }] });
    return { entryId, outcome: 'Applied', externalId: String(id) };
  } catch (error) {
    if (error instanceof NotWritten) return rejected(entry, 'StoreRefused', `Magento does not ship it: ${error.words}`);
    throw error;
  }
}

/** By the hub's own name; or somebody entered its number by hand. */
function isParcel({ comments, tracks }: Shipment, entry: ShipmentWrite): boolean {
  if (comments.some(({ comment }) => comment?.includes(markOf(entry)))) return true;
  const codes = codesOf(entry);
  const isOurs = comments.some(({ comment }) => comment?.includes('[supercargo '));
  return !isOurs && codes.length > 0 && codes.every((code) => tracks.some((track) => track.track_number === code));
}

/** New numbers are added before the old ones are taken away. In Test mode each call is to be shown. */
async function correct(
  client: MagentoClient,
  shipments: readonly Shipment[],
  entry: ShipmentWrite,
  signal: AbortSignal,
): Promise<Result> {
  const { entryId, orderId } = entry;
  const parcel = shipments.find(({ entity_id }) => String(entity_id) === entry.corrects?.externalId);
  if (!parcel)
    return rejected(entry, 'StoreRefused', 'the shop does not have the parcel any more: enter its number by hand');
  const wanted = codesOf(entry).map((code) => trackOf(entry, code));
  const isWanted = (track: Shipment['tracks'][number]): boolean =>
    wanted.some(
      ({ track_number, title, carrier_code }) =>
        track.track_number === track_number && track.title === title && track.carrier_code === carrier_code,
    );
  const kept = parcel.tracks.filter(isWanted);
  const missing = wanted.filter(({ track_number }) => !kept.some((track) => track.track_number === track_number));
  const old = parcel.tracks.filter((track) => !isWanted(track));
  const externalId = String(parcel.entity_id);
  if (missing.length + old.length === 0) return { entryId, outcome: 'AlreadyApplied', externalId };
  const calls = [
    ...missing.map((track) => () => {
      // The API asks for all of these, and shows none of the last three.
      const entity = {
        order_id: Number(orderId),
        parent_id: parcel.entity_id,
        weight: 0,
        qty: 0,
        description: '',
        ...track,
      };
      return client.write('POST', '/V1/shipment/track', { entity }, NEEDS.ship, signal);
    }),
    ...old.map(
      ({ entity_id }) =>
        () =>
          client.write('DELETE', `/V1/shipment/track/${entity_id}`, undefined, NEEDS.ship, signal),
    ),
  ];
  let held: HeldWrite | undefined;
  for (const call of calls)
    try {
      await call();
    } catch (error) {
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  if (held) throw held;
  return { entryId, outcome: 'Applied', externalId };
}
