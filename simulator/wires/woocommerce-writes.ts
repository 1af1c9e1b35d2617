import { z } from 'zod';
import { decimalString, minorUnits } from '../../model/money.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer, WireCall } from '../desk/wire.ts';
import { levelKey, type Level, type Parcel, type ShopVariant } from '../shop/model.ts';
import { correctParcel, setLevel, setPrice, ship } from '../shop/writes.ts';
import { parseBody } from './body.ts';
import { wpError } from './woocommerce-lists.ts';
import { fulfillmentJson, statusOf, type Meta } from './woocommerce-words.ts';

/** `meta_data` that callers gave to posts. */
export interface PostMetas {
  of(kind: 'order' | 'product' | 'fulfillment', id: string): readonly Meta[];
  put(kind: 'order' | 'product' | 'fulfillment', id: string, entries: readonly Meta[]): void;
}

export function postMetas(): PostMetas {
  const all = new Map<string, readonly Meta[]>();
  return {
    of: (kind, id) => all.get(`${kind}/${id}`) ?? [],
    put(kind, id, entries) {
      const names = new Set(entries.map(({ key }) => key));
      const kept = (all.get(`${kind}/${id}`) ?? []).filter(({ key }) => !names.has(key));
      all.set(`${kind}/${id}`, [...kept, ...entries]);
    },
  };
}

const metaData = z.array(z.object({ key: z.string(), value: z.unknown() }));
const variationBody = z.object({
  id: z.int(),
  manage_stock: z.boolean().optional(),
  stock_quantity: z.int().nullish(),
  regular_price: z.string().optional(),
  sale_price: z.string().optional(),
  meta_data: metaData.optional(),
});
type Update = z.infer<typeof variationBody>;
const batchBody = z.object({ update: z.array(z.unknown()).optional() });
const orderBody = z.object({ status: z.string().optional(), meta_data: metaData.optional() });
const fulfillmentBody = z.object({
  status: z.string().optional(),
  is_fulfilled: z.boolean().optional(),
  meta_data: metaData,
});
const items = z.array(z.object({ item_id: z.int(), qty: z.int().min(1) })).min(1);
const MOST_IN_A_BATCH = 100;
/** A key that may only read is refused as one that is not known is: the words alone tell it. */
const READ_ONLY = wpError(
  401,
  'woocommerce_rest_authentication_error',
  'The API key provided does not have write permissions.',
);

/** What of WooCommerce's API changes a shop. */
export function writeRoutes(desk: Desk, metas: PostMetas): Route[] {
  const { shop } = desk;
  const route = (method: string, path: RegExp, needs: Permission, answer: (call: WireCall) => WireAnswer): Route => ({
    method,
    path,
    writes: method !== 'GET',
    answer: (call) => {
      if (method !== 'GET' && !call.granted.some((each) => each.endsWith(':write'))) return READ_ONLY;
      call.demand(needs);
      return answer(call);
    },
  });
  return [
    route('POST', /^\/wc\/v3\/products\/(\d+)\/variations\/batch$/, 'stock:write', (call) => ({
      status: 200,
      json: { update: batch(call).map((update) => updateVariation(desk, metas, call.part, update)) },
    })),
    // A variation is not written by this way.
    route('POST', /^\/wc\/v3\/products\/batch$/, 'stock:write', (call) => {
      const wanted = batch(call);
      return wanted.length === 0
        ? { status: 200, json: {} }
        : { status: 200, json: { update: wanted.map(({ id }) => failed(id, 'woocommerce_rest_product_invalid_id')) } };
    }),
    route('POST', /^\/wc\/v3\/orders\/batch$/, 'shipments:write', (call) => {
      if (batch(call).length > 0) throw new Refused('invalid', 'update');
      return { status: 200, json: {} };
    }),
    route('PUT', /^\/wc\/v3\/orders\/(\d+)$/, 'shipments:write', (call) => {
      const order = shop.orders.get(call.part);
      if (!order) return wpError(400, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.');
      const { status, meta_data = [] } = parseBody(orderBody, call.json());
      metas.put('order', order.id, meta_data);
      const done = status === 'completed' ? { progress: 'Completed' as const } : {};
      shop.orders.put({ ...order, ...done, updatedAt: shop.stamp() }, 0, 0);
      desk.hooks.tell({ type: 'order.updated', id: order.id });
      return { status: 200, json: { id: Number(order.id), status: statusOf(shop.orders.get(order.id)!) } };
    }),
    route('GET', /^\/wc\/v3\/orders\/(\d+)\/fulfillments$/, 'orders:read', ({ part }) => {
      const order = shop.readOrders().find(({ id }) => id === part);
      if (!order) return wpError(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.');
      return { status: 200, json: order.parcels.map((parcel) => shown(metas, order.id, parcel, order.updatedAt)) };
    }),
    route('POST', /^\/wc\/v3\/orders\/(\d+)\/fulfillments$/, 'shipments:write', (call) => fulfil(desk, metas, call)),
    route('PUT', /^\/wc\/v3\/orders\/(\d+\/fulfillments\/\d+)$/, 'shipments:write', (call) =>
      refulfil(desk, metas, call),
    ),
  ];
}

function batch(call: WireCall): Update[] {
  const { update = [] } = parseBody(batchBody, call.json());
  if (update.length > MOST_IN_A_BATCH) throw new Refused('invalid', 'batch');
  return update.map((each) => parseBody(variationBody, each));
}

const failed = (id: number, code: string, message = 'Invalid ID.', status = 400): unknown => ({
  id,
  error: { code, message, data: { status } },
});

/** One of a batch: what is wrong with it stands in its place, with status 200 for all. */
function updateVariation(desk: Desk, metas: PostMetas, productId: string, update: Update): unknown {
  const { shop } = desk;
  const id = String(update.id);
  const product = shop.products.get(productId);
  const variant = product?.variants.find((each) => each.id === id);
  const level = shop.levels.get(levelKey(id, 'main'));
  if (!product || !variant || !level) return failed(update.id, 'woocommerce_rest_product_variation_invalid_id');
  const wrong = updateLevel(desk, level, update) ?? updatePrice(desk, variant, update);
  if (wrong !== undefined) return failed(update.id, 'internal_server_error', wrong, 500);
  metas.put('product', id, update.meta_data ?? []);
  desk.hooks.tell({ type: 'product.updated', id: productId });
  return {
    id: update.id,
    stock_quantity: level.onHand - level.allocated,
    price: decimalString(variant.price, variant.currency),
  };
}

/** What can be sold is set: what open orders have taken is not in the number. Gives what was wrong. */
function updateLevel(desk: Desk, { variantId, locationId, allocated }: Level, update: Update): string | undefined {
  if (update.stock_quantity == null) return undefined;
  const quantity = update.stock_quantity + allocated;
  const { status, message } = setLevel({ variantId, locationId, quantity }, desk);
  return status === 'set' ? undefined : (message ?? 'not saved');
}

/** Prices are sent as they are kept: the ordinary one, and the one of a sale beside it. */
function updatePrice(desk: Desk, { id, currency }: ShopVariant, update: Update): string | undefined {
  const { regular_price: regular, sale_price: sale } = update;
  if (regular === undefined && sale === undefined) return undefined;
  const price = minorUnits(sale || (regular ?? ''), currency);
  if (price === undefined) return 'regular_price';
  const comparePrice = sale && regular !== undefined ? minorUnits(regular, currency) : undefined;
  const { status, message } = setPrice({ variantId: id, price, comparePrice, currency }, desk);
  return status === 'set' ? undefined : (message ?? 'not saved');
}

const shown = (metas: PostMetas, orderId: string, parcel: Parcel, at: string): unknown => {
  const given = metas.of('fulfillment', parcel.id);
  return fulfillmentJson(orderId, parcel, at, given.length > 0 ? given : undefined);
};

/** What of a fulfilment's metadata the shop knows. */
function parcelOf(entries: readonly Meta[]) {
  const text = (key: string): string | undefined => {
    const value = entries.find((entry) => entry.key === key)?.value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const parsed = items.safeParse(entries.find(({ key }) => key === '_items')?.value);
  return {
    lines: parsed.success ? parsed.data.map(({ item_id, qty }) => ({ lineId: String(item_id), quantity: qty })) : [],
    trackingCode: text('_tracking_number'),
    carrier: text('_shipment_provider'),
    trackingUrl: text('_tracking_url'),
  };
}

function fulfil(desk: Desk, metas: PostMetas, call: WireCall): WireAnswer {
  const { meta_data } = parseBody(fulfillmentBody, call.json());
  const parcel = parcelOf(meta_data);
  if (parcel.lines.length === 0)
    return wpError(400, 'woocommerce_rest_fulfillment_error', 'The fulfillment should contain at least one item.');
  const outcome = ship(call.part, parcel, desk);
  switch (outcome.status) {
    case 'unknown order':
      return wpError(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.');
    case 'cancelled':
    case 'unknown line':
    case 'too many':
      return wpError(400, 'woocommerce_rest_fulfillment_error', 'Invalid item quantity.');
    case 'shipped':
      metas.put('fulfillment', outcome.parcel.id, meta_data);
      desk.hooks.tell({ type: 'order.updated', id: call.part });
      return { status: 201, json: shown(metas, call.part, outcome.parcel, desk.shop.stamp()) };
  }
}

/** All metadata is replaced. `part` is `ORDER/fulfillments/ID`. */
function refulfil(desk: Desk, metas: PostMetas, call: WireCall): WireAnswer {
  const [orderId, , parcelId] = call.part.split('/') as [string, string, string];
  const { meta_data } = parseBody(fulfillmentBody, call.json());
  const { lines, ...numbers } = parcelOf(meta_data);
  if (lines.length === 0)
    return wpError(400, 'woocommerce_rest_fulfillment_error', 'The fulfillment should contain at least one item.');
  const parcel = correctParcel(orderId, parcelId, { ...numbers, lines }, desk);
  if (!parcel) return wpError(404, 'woocommerce_rest_fulfillment_invalid_id', 'Invalid ID.');
  metas.put('fulfillment', parcelId, meta_data);
  desk.hooks.tell({ type: 'order.updated', id: orderId });
  return { status: 200, json: shown(metas, orderId, parcel, desk.shop.stamp()) };
}
