import { z } from 'zod';
import type { Faults } from './faults.ts';
import { Refused } from './refused.ts';
import { levelKey, type Shop } from './shop.ts';
import type { Truth } from './truth.ts';
import type { WireOrder, WireShipment } from './wire.ts';

const stockBody = z.object({ levels: z.array(z.object({ key: z.string().optional(), variant_id: z.string(), location_id: z.string(), quantity: z.int(), expected: z.int().optional() })).max(500) });
const shipmentBody = z.object({
  reference: z.string().optional(), carrier: z.string().optional(), tracking_code: z.string().optional(), tracking_url: z.string().optional(), location_id: z.string().optional(),
  lines: z.array(z.object({ line_id: z.string(), quantity: z.int().min(1) })).min(1),
});

export interface WriteContext {
  readonly shop: Shop;
  readonly faults: Faults;
  readonly truth: Truth;
}

/** Each level by itself: an answer of its own for every one. */
export function setLevels(body: unknown, { shop, faults, truth }: WriteContext): unknown {
  const { levels } = parse(stockBody, body);
  return {
    results: levels.map(({ key, variant_id, location_id, quantity, expected }) => {
      const answer = (status: string, on_hand?: number, message?: string) => ({ variant_id, location_id, status, ...(on_hand === undefined ? {} : { on_hand }), ...(message ? { message } : {}) });
      const level = shop.levels.get(levelKey(variant_id, location_id));
      if (!level) return answer('unknown');
      if (quantity < 0) return answer('refused', level.on_hand, 'a level is not negative');
      if (faults.strikes('partial-batch')) return answer('failed', level.on_hand, 'the row is locked');
      if (key !== undefined && level.lastKey === key) return answer('repeated', level.on_hand);
      if (expected !== undefined && level.on_hand !== expected) return answer('conflict', level.on_hand);
      level.on_hand = quantity;
      level.available = quantity - level.allocated;
      level.lastKey = key;
      truth.effects.push({ kind: 'stock', subject: levelKey(variant_id, location_id), reference: key ?? '', quantity, at: shop.now().toISOString() });
      return answer('set', quantity);
    }),
  };
}

/** The reference is kept and shown, and not looked at: a shop that knows no idempotency. Who sends twice ships twice. */
export function addShipment(orderId: string, body: unknown, { shop, truth }: WriteContext): WireShipment {
  const asked = parse(shipmentBody, body);
  const order = shop.orders.get(orderId);
  if (!order) throw new Refused(404, 'not_found', 'there is no such order');
  if (order.state === 'cancelled') throw new Refused(409, 'order_cancelled', 'the order is cancelled');
  for (const { line_id } of asked.lines) if (!order.lines.some(({ id }) => id === line_id)) throw new Refused(422, 'unknown_line', 'the order has no such line');
  const shipment: WireShipment = { id: shop.newId('sh'), reference: asked.reference, state: 'shipped', carrier: asked.carrier, tracking_code: asked.tracking_code, tracking_url: asked.tracking_url, location_id: asked.location_id, lines: asked.lines };
  const lines = order.lines.map((line) => ({ ...line, fulfilled_quantity: line.fulfilled_quantity + (asked.lines.find(({ line_id }) => line_id === line.id)?.quantity ?? 0) }));
  const shipped: WireOrder = { ...order, lines, shipments: [...order.shipments, shipment], state: lines.every((line) => line.fulfilled_quantity >= line.quantity) ? 'completed' : order.state, updated_at: shop.stamp() };
  shop.orders.put(shipped, 0, 0);
  truth.effects.push({ kind: 'shipment', subject: orderId, reference: asked.reference ?? '', at: shop.now().toISOString() });
  return shipment;
}

export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Refused(400, 'invalid_request', parsed.error.issues[0]?.message ?? 'not as expected');
  return parsed.data;
}
