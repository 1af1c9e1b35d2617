import { z } from 'zod';
import type { Desk, Route, WireAnswer, WireCall } from '../desk/wire.ts';
import type { Parcel, ShopOrder } from '../shop/model.ts';
import { correctParcel, ship } from '../shop/writes.ts';
import { isPacked, shippedOf, wantedOf } from '../shop/model.ts';
import { parseBody } from './body.ts';
import { magentoError, magentoTime, noSuchEntity, searched, type ListRow } from './magento2-lists.ts';
import { writing } from './magento2-writes.ts';

const track = z.object({ track_number: z.string(), title: z.string(), carrier_code: z.string() });
type TrackBody = z.infer<typeof track>;
interface Track extends TrackBody {
  readonly entity_id: number;
}
const shipBody = z.object({
  items: z.array(z.object({ order_item_id: z.int(), qty: z.number() })).optional(),
  notify: z.boolean().optional(),
  appendComment: z.boolean().optional(),
  comment: z.object({ comment: z.string(), is_visible_on_front: z.int() }).optional(),
  tracks: z.array(track).optional(),
  arguments: z.object({ extension_attributes: z.object({ source_code: z.string().optional() }).optional() }).optional(),
});
const trackBody = z.object({
  entity: track.extend({
    ...{ order_id: z.int(), parent_id: z.int(), weight: z.number(), qty: z.number() },
    description: z.string().nullable(),
  }),
});

/** What the shop does not keep of a shipment. */
interface Kept {
  readonly comment?: string;
  readonly tracks: readonly Track[];
}

/** Shipments, and their tracks. */
export function shipmentRoutes(desk: Desk): Route[] {
  const kept = new Map<string, Kept>();
  let tracks = 0;
  const numbered = (each: TrackBody): Track => ({ ...each, entity_id: ++tracks });
  const keptOf = (parcel: Parcel): Kept => {
    const found = kept.get(parcel.id);
    if (found) return found;
    const { trackingCode: track_number, carrier: title = '' } = parcel;
    const own = {
      tracks: track_number === undefined ? [] : [numbered({ track_number, title, carrier_code: 'custom' })],
    };
    kept.set(parcel.id, own);
    return own;
  };
  const owner = (parcelId: string): readonly [ShopOrder, Parcel] | undefined => {
    for (const order of desk.shop.orders.all()) {
      const parcel = order.parcels.find(({ id }) => id === parcelId);
      if (parcel) return [order, parcel];
    }
    return undefined;
  };
  const retrack = (order: ShopOrder, parcel: Parcel, now: readonly Track[]): void => {
    kept.set(parcel.id, { ...keptOf(parcel), tracks: now });
    correctParcel(order.id, parcel.id, numbersOf(now), desk);
    desk.hooks.tell({ type: 'order.updated', id: order.id });
  };
  return [
    {
      method: 'GET',
      path: /^\/V1\/shipments$/,
      answer: (call) => {
        call.demand('orders:read');
        const rows = desk.shop
          .readOrders()
          .flatMap((order) => order.parcels.map((parcel) => rowOf(order, parcel, keptOf(parcel))));
        return searched(desk, rows, call.query);
      },
    },
    {
      method: 'GET',
      path: /^\/V1\/shipment\/(\d+)$/,
      answer: (call) => {
        call.demand('orders:read');
        const found = owner(call.part);
        if (!found) return noSuchEntity('id', call.part);
        const [order, parcel] = found;
        return { status: 200, json: rowOf(order, parcel, keptOf(parcel)).json() };
      },
    },
    writing('POST', /^\/V1\/order\/(\d+)\/ship$/, 'shipments:write', (call) => {
      const body = parseBody(shipBody, call.json());
      const answer = shipped(desk, call, body);
      if (typeof answer !== 'string') return answer;
      kept.set(answer, {
        ...(body.comment === undefined ? {} : { comment: body.comment.comment }),
        tracks: (body.tracks ?? []).map(numbered),
      });
      return { status: 200, json: answer };
    }),
    writing('POST', /^\/V1\/shipment\/track$/, 'shipments:write', (call) => {
      const { parent_id, track_number, title, carrier_code } = parseBody(trackBody, call.json()).entity;
      const found = owner(String(parent_id));
      if (!found) return noSuchEntity('entity_id', parent_id);
      const made = numbered({ track_number, title, carrier_code });
      retrack(...found, [...keptOf(found[1]).tracks, made]);
      return { status: 200, json: made };
    }),
    writing('DELETE', /^\/V1\/shipment\/track\/(\d+)$/, 'shipments:write', (call) => {
      const id = Number(call.part);
      const parcelId = [...kept].find(([, { tracks: own }]) => own.some(({ entity_id }) => entity_id === id))?.[0];
      const found = owner(parcelId ?? '');
      if (!found) return noSuchEntity('entity_id', id);
      retrack(
        ...found,
        keptOf(found[1]).tracks.filter(({ entity_id }) => entity_id !== id),
      );
      return { status: 200, json: true };
    }),
  ];
}

const numbersOf = (tracks: readonly TrackBody[]): Partial<Parcel> => ({
  trackingCode: tracks[0]?.track_number,
  trackingCodes: tracks.map(({ track_number }) => track_number),
  carrier: tracks[0]?.title,
});

const rowOf = (order: ShopOrder, parcel: Parcel, { comment, tracks }: Kept): ListRow => ({
  fields: { entity_id: Number(parcel.id), order_id: Number(order.id), updated_at: magentoTime(order.updatedAt) },
  json: () => ({
    entity_id: Number(parcel.id),
    order_id: Number(order.id),
    increment_id: `P-${parcel.id}`,
    items: parcel.lines.map(({ lineId, quantity }) => ({ order_item_id: Number(lineId), qty: quantity })),
    tracks: tracks.map((each) => ({ ...each, parent_id: Number(parcel.id), order_id: Number(order.id) })),
    comments: comment === undefined ? [] : [{ comment, is_visible_on_front: 0, parent_id: Number(parcel.id) }],
    extension_attributes: { source_code: parcel.locationId ?? 'main' },
  }),
});

/** The number of the shipment, or why there is none. */
function shipped(desk: Desk, call: WireCall, body: z.infer<typeof shipBody>): WireAnswer | string {
  const order = desk.shop.orders.get(call.part);
  if (!order) return noSuchEntity('orderId', call.part);
  const open = order.lines
    .filter(isPacked)
    .map(({ id, ...line }) => ({ order_item_id: Number(id), qty: wantedOf(line) - shippedOf(order, id) }))
    .filter(({ qty }) => qty > 0);
  const wanted = body.items?.length ? body.items : open;
  const refused = magentoError(400, 'Shipment Document Validation Error(s):\n%1', [
    wanted.length === 0 || order.progress === 'Cancelled' || order.hold !== undefined
      ? 'The order does not allow a shipment to be created.'
      : 'The quantity to ship must not be greater than the unshipped quantity.',
  ]);
  if (wanted.length === 0 || order.hold !== undefined) return refused;
  const outcome = ship(
    order.id,
    {
      ...numbersOf(body.tracks ?? []),
      ...(body.arguments?.extension_attributes?.source_code === undefined
        ? {}
        : { locationId: body.arguments.extension_attributes.source_code }),
      lines: wanted.map(({ order_item_id, qty }) => ({ lineId: String(order_item_id), quantity: qty })),
    },
    desk,
  );
  if (outcome.status !== 'shipped') return refused;
  desk.hooks.tell({ type: 'order.updated', id: order.id });
  return outcome.parcel.id;
}
