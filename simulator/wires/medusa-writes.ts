import { createHash } from 'node:crypto';
import { z } from 'zod';
import { minorUnits } from '../../model/money.ts';
import type { Permission } from '../desk/permissions.ts';
import { Refused } from '../desk/refused.ts';
import type { Desk, Route, WireAnswer, WireCall } from '../desk/wire.ts';
import { levelKey, shippedOf, wantedOf } from '../shop/model.ts';
import { setLevel, setPrice, ship } from '../shop/writes.ts';
import { parseBody } from './body.ts';
import { picked, type ListedRow } from './medusa-lists.ts';
import { itemId, type Packed } from './medusa-words.ts';

const row = z.object({ inventory_item_id: z.string(), location_id: z.string(), stocked_quantity: z.number().min(0) });
const levels = z.object({
  create: z.array(row).optional(),
  update: z.array(row).optional(),
  delete: z.array(z.string()).optional(),
});
const price = z.object({ id: z.string().optional(), currency_code: z.string(), amount: z.number().min(0) });
const variants = z.object({ update: z.array(z.object({ id: z.string(), prices: z.array(price).min(1) })) });
const line = z.object({ id: z.string(), quantity: z.int().min(1) });
const fulfillment = z.object({
  items: z.array(line).min(1),
  location_id: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  no_notification: z.boolean().optional(),
});
const url = z.union([
  z.literal(['', '#']),
  z.url({ protocol: /^https?$/, error: 'URL must use http: or https: scheme' }),
]);
const shipment = z.object({
  items: z.array(line),
  labels: z.array(z.object({ tracking_number: z.string(), tracking_url: url, label_url: url })).optional(),
  no_notification: z.boolean().optional(),
});
const hook = z.object({ url: z.url(), secret: z.string().optional() });

/** Fulfilments: those that wait to be sent, and as what those were made that are. */
export interface Fulfilments {
  readonly packed: Packed[];
  readonly sent: Map<string, Packed>;
}

const said = (status: number, type: string, message: string): WireAnswer => ({ status, json: { type, message } });

/** What of the Admin API changes a shop. */
export function writeRoutes(desk: Desk, made: Fulfilments, shown: (orderId: string) => ListedRow | undefined): Route[] {
  const route = (method: string, path: RegExp, needs: Permission, answer: (call: WireCall) => WireAnswer): Route => ({
    method,
    path,
    writes: method !== 'GET',
    answer: (call) => {
      call.demand(needs);
      return answer(call);
    },
  });
  const order = ({ query }: WireCall, id: string): WireAnswer => ({
    status: 200,
    json: { order: picked(query)(shown(id)!) },
  });
  return [
    route('POST', /^\/inventory-items\/location-levels\/batch$/, 'stock:write', (call) => setLevels(desk, call)),
    route('POST', /^\/products\/batch$/, 'prices:write', () => ({
      status: 200,
      json: { created: [], updated: [], deleted: [] },
    })),
    route('POST', /^\/products\/([^/]+)\/variants\/batch$/, 'prices:write', (call) => setPrices(desk, call)),
    route(
      'POST',
      /^\/orders\/([^/]+)\/fulfillments$/,
      'shipments:write',
      (call) => pack(desk, made, call) ?? order(call, call.part),
    ),
    route(
      'POST',
      /^\/orders\/([^/]+\/fulfillments\/[^/]+)\/shipments$/,
      'shipments:write',
      (call) => send(desk, made, call) ?? order(call, call.part.split('/')[0]!),
    ),
    // Of the companion plugin.
    route('GET', /^\/supercargo\/webhooks$/, 'webhooks:write', () => ({
      status: 200,
      json: {
        webhooks: desk.hooks
          .list()
          .map(({ url: address, secret }) => ({
            url: address,
            fingerprint: createHash('sha256').update(secret).digest('hex').slice(0, 16),
          })),
      },
    })),
    route('POST', /^\/supercargo\/webhooks$/, 'webhooks:write', (call) => {
      const { url: address, secret = '' } = parseBody(hook, call.json());
      removeHooks(desk, address);
      desk.hooks.add({ url: address, secret, topics: ['order', 'product'] });
      return { status: 200, json: {} };
    }),
    route('DELETE', /^\/supercargo\/webhooks$/, 'webhooks:write', (call) => {
      removeHooks(desk, parseBody(hook, call.json()).url);
      return { status: 200, json: {} };
    }),
  ];
}

function removeHooks({ hooks }: Desk, address: string): void {
  for (const known of hooks.list().filter((each) => each.url === address)) hooks.remove(known.id);
}

/** All or nothing: one transaction. */
function setLevels(desk: Desk, call: WireCall): WireAnswer {
  const { shop, truth } = desk;
  const { create = [], update = [] } = parseBody(levels, call.json());
  const items = new Map(
    shop.products.all().flatMap(({ variants: all }) => all.map(({ id }) => [itemId(id), id] as const)),
  );
  const wanted = [...create, ...update].map((each) => ({
    ...each,
    variantId: items.get(each.inventory_item_id) ?? '',
  }));
  const missing = wanted.find(({ variantId, location_id: place }) => !shop.levels.has(levelKey(variantId, place)));
  if (missing)
    return said(
      404,
      'not_found',
      `Item ${missing.inventory_item_id} is not stocked at location ${missing.location_id}`,
    );
  const before = wanted.map(({ variantId, location_id: place }) => ({
    ...shop.levels.get(levelKey(variantId, place))!,
  }));
  const effects = truth.effects.length;
  for (const { variantId, location_id: locationId, stocked_quantity: quantity } of wanted) {
    if (setLevel({ variantId, locationId, quantity }, desk).status === 'set') continue;
    for (const level of before) shop.levels.get(levelKey(level.variantId, level.locationId))!.onHand = level.onHand;
    truth.effects.splice(effects);
    throw new Refused('conflict', 'The request conflicted with another request.');
  }
  return { status: 200, json: { created: [], updated: [], deleted: [] } };
}

function setPrices(desk: Desk, call: WireCall): WireAnswer {
  const product = desk.shop.products.get(call.part);
  const { update } = parseBody(variants, call.json());
  const unknown = update.find(({ id }) => !product?.variants.some((each) => each.id === id));
  if (unknown) return said(404, 'not_found', `Variants with ids ${unknown.id} were not found`);
  for (const { id, prices } of update)
    for (const { currency_code, amount } of prices) {
      const currency = currency_code.toUpperCase();
      const units = minorUnits(String(amount), currency) ?? -1;
      const outcome = setPrice({ variantId: id, price: units, currency }, desk);
      if (outcome.status === 'failed') throw new Refused('conflict', 'The request conflicted with another request.');
      if (outcome.status !== 'set') return said(400, 'invalid_data', outcome.message ?? outcome.status);
    }
  return { status: 200, json: { created: [], updated: [], deleted: [] } };
}

/** Makes a fulfilment; undefined: it is made. */
function pack({ shop }: Desk, { packed }: Fulfilments, call: WireCall): WireAnswer | undefined {
  const order = shop.orders.get(call.part);
  if (!order) return said(404, 'not_found', `Order id not found: ${call.part}`);
  if (order.progress === 'Cancelled') return said(400, 'invalid_data', `Order with id ${order.id} has been canceled.`);
  const { items, location_id: place, metadata } = parseBody(fulfillment, call.json());
  const waiting = packed.filter(({ orderId }) => orderId === order.id).flatMap(({ lines }) => lines);
  for (const { id, quantity } of items) {
    const known = order.lines.find((each) => each.id === id);
    if (!known) return said(400, 'invalid_data', `Items with ids ${id} does not exist in order with id ${order.id}`);
    const held = waiting.reduce((sum, each) => (each.lineId === id ? sum + each.quantity : sum), 0);
    if (quantity > wantedOf(known) - shippedOf(order, id) - held)
      return said(400, 'invalid_data', `Cannot fulfill more items than what was ordered: ${id}`);
  }
  packed.push({
    ...{ id: shop.newId('ful'), orderId: order.id, locationId: place ?? undefined, metadata: metadata ?? {} },
    lines: items.map(({ id, quantity }) => ({ lineId: id, quantity })),
  });
  return undefined;
}

/** Marks a fulfilment as sent; undefined: it is. */
function send(desk: Desk, { packed, sent }: Fulfilments, call: WireCall): WireAnswer | undefined {
  const [orderId = '', id = ''] = call.part.split('/fulfillments/');
  const { labels = [] } = parseBody(shipment, call.json());
  if (sent.has(id)) return said(400, 'not_allowed', 'Shipment has already been created');
  const at = packed.findIndex((each) => each.id === id && each.orderId === orderId);
  const parcel = packed[at];
  if (!parcel) return said(404, 'not_found', `Fulfillment with id ${id} not found`);
  const outcome = ship(
    orderId,
    {
      ...{ id, lines: parcel.lines, locationId: parcel.locationId },
      // Whoever makes one names it in its metadata.
      reference: z.string().safeParse(Object.values(parcel.metadata)[0]).data ?? '',
      trackingCode: labels[0]?.tracking_number,
      trackingCodes: labels.map(({ tracking_number }) => tracking_number),
      trackingUrl: labels[0]?.tracking_url || undefined,
    },
    desk,
  );
  if (outcome.status !== 'shipped') return said(400, 'invalid_data', outcome.status);
  packed.splice(at, 1);
  sent.set(id, parcel);
  desk.hooks.tell({ type: 'order.updated', id: orderId });
  return undefined;
}
