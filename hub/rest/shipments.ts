import { z } from 'zod';
import type { HubContext } from '../context.ts';
import { badRequest, conflict } from '../errors.ts';
import type { Queryable, Row } from '../storage/database.ts';
import { hint } from '../ingest/hints.ts';
import { storeOf, type App } from './app.ts';
import { once } from './idempotency.ts';
import { orderViews, shipmentView } from './order-view.ts';
import { requireOrder } from './orders.ts';

const shipmentBody = z.object({
  carrier: z.string().min(1).max(64).optional(),
  trackingCode: z.string().min(1).max(128).optional(),
  trackingUrl: z.url({ protocol: /^https?$/ }).max(2048).optional(),
  lines: z.array(z.object({
    lineId: z.string().min(1).max(128).optional(),
    sku: z.string().min(1).max(128).optional(),
    quantity: z.number().int().min(1).max(1_000_000),
  }).refine((line) => (line.lineId === undefined) !== (line.sku === undefined), 'name the line by lineId or by sku')).min(1).max(1000).optional()
    .meta({ description: 'What is in the parcel; absent: everything that is still open.' }),
});
type ShipmentBody = z.infer<typeof shipmentBody>;

interface OpenLine {
  readonly id: string;
  readonly skus: readonly string[];
  open: number;
}

export function shipmentRoutes(app: App, hub: HubContext): void {
  app.post('/orders/:id/shipments', {
    schema: {
      tags: ['shipments'], security: [{ developerKey: [] }], summary: 'Report a parcel: its tracking number goes to the store',
      params: z.object({ id: z.string().min(1).max(300) }), body: shipmentBody, response: { 201: shipmentView },
    },
  }, async (request, reply) => {
    const store = await storeOf(hub.db, request);
    const shipment = await once(hub.db, store.id, request, async (tx) => {
      const order = await requireOrder(tx, store, request.params.id, true);
      refuseUnshippable(order);
      const lines = await parcelLines(tx, order, request.body);
      const id = hub.newId();
      const { carrier, trackingCode, trackingUrl } = request.body;
      const [row] = await tx.query(
        'INSERT INTO shipments (id, store_id, connection_id, order_id, carrier, tracking_code, tracking_url, lines) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb) RETURNING *',
        [id, store.id, order['connection_id'], order['external_id'], carrier ?? null, trackingCode ?? null, trackingUrl ?? null, JSON.stringify(lines)],
      );
      const connectionId = order['connection_id'] as number;
      await tx.query(`INSERT INTO outbox (connection_id, kind, subject, payload) VALUES ($1, 'shipment', $2, $3::jsonb)`, [
        connectionId, order['external_id'],
        JSON.stringify({ shipmentId: id, orderId: order['external_id'], orderNumber: order['number'], carrier, trackingCode, trackingUrl, lines }),
      ]);
      await hint(tx, connectionId, 'ShipmentExport');
      tx.afterCommit(() => hub.wakePod(connectionId));
      return { id, carrier: carrier ?? null, trackingCode: trackingCode ?? null, trackingUrl: trackingUrl ?? null, lines, createdAt: row!['created_at'] as string, confirmedAt: null };
    });
    return reply.status(201).send(shipment);
  });
}

function refuseUnshippable(order: Row): void {
  if (order['state'] === 'Cancelled') throw conflict('OrderCancelled', 'the order was cancelled: do not ship it');
  if (order['change_pending'] === true) {
    throw conflict('ChangePending', 'the order changed after it was exported: read it, then answer with POST /orders/{id}/changes before shipping');
  }
}

/** What the parcel holds, by line, checked against what is still open. An order never ships more than was ordered. */
async function parcelLines(db: Queryable, order: Row, body: ShipmentBody): Promise<{ lineId: string; quantity: number }[]> {
  const open = await openLines(db, order);
  if (!body.lines) {
    const rest = open.filter((line) => line.open > 0).map((line) => ({ lineId: line.id, quantity: line.open }));
    if (rest.length === 0) throw conflict('NothingToShip', 'every line of the order is shipped or cancelled');
    return rest;
  }
  const taken = new Map<string, number>();
  for (const wanted of body.lines) {
    const named = open.filter((line) => (wanted.lineId !== undefined ? line.id === wanted.lineId : line.skus.includes(wanted.sku!)));
    if (named.length === 0) throw badRequest('UnknownLine', `the order has no line "${wanted.lineId ?? wanted.sku}": use lineId or sku of its lines`);
    const line = named.find((candidate) => candidate.open >= wanted.quantity);
    if (!line) throw conflict('TooManyShipped', `line "${wanted.lineId ?? wanted.sku}" has ${named.reduce((sum, { open: left }) => sum + left, 0)} open, ${wanted.quantity} were to be shipped`);
    line.open -= wanted.quantity;
    taken.set(line.id, (taken.get(line.id) ?? 0) + wanted.quantity);
  }
  return [...taken].map(([lineId, quantity]) => ({ lineId, quantity }));
}

/**
 * Ordered less the larger of what the store says is fulfilled and what was reported here: a shipment that the store has
 * confirmed is in both numbers, one that has not reached it only in ours.
 */
async function openLines(db: Queryable, order: Row): Promise<OpenLine[]> {
  const [view] = await orderViews(db, [order]);
  const reported = new Map<string, number>();
  for (const shipment of view!.shipments) for (const line of shipment.lines ?? []) reported.set(line.lineId, (reported.get(line.lineId) ?? 0) + line.quantity);
  return view!.lines.filter((line) => !line.promotional).map((line) => ({
    id: line.id, skus: [line.sku, line.orderedSku], open: line.quantity - Math.max(line.fulfilledQuantity, reported.get(line.id) ?? 0),
  }));
}
