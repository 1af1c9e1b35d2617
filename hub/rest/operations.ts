import { z } from 'zod';
import type { HubContext } from '../context.ts';
import type { Queryable } from '../storage/database.ts';
import type { ConnectionRow, StoreRow } from '../stores/rules.ts';
import { redriveRejected } from '../ingest/redrive.ts';
import { endpointSecret, webhookMasterKey } from '../webhooks/secrets.ts';
import { storeOf, type App } from './app.ts';
import { once } from './idempotency.ts';
import { orderViews } from './order-view.ts';
import { requireOrder } from './orders.ts';

const security = [{ developerKey: [] }];
const tags = ['operations'];

const problemView = z.object({
  connection: z.string(), feed: z.string(), severity: z.string(), reason: z.string(), record: z.string(), message: z.string(),
  firstSeenAt: z.string(), lastSeenAt: z.string(), count: z.number(), resolvedAt: z.string().nullable(),
});
const endpointView = z.object({
  name: z.string(), url: z.string(), events: z.array(z.string()), secret: z.string().meta({ description: 'Standard Webhooks signing secret of the endpoint.' }),
  pending: z.number(), dead: z.number(),
});
const step = z.object({ at: z.string(), what: z.string(), detail: z.string().nullable() });

export function operationRoutes(app: App, hub: HubContext): void {
  app.get('/problems', {
    schema: { tags, security, summary: 'Open problems, newest first', querystring: z.object({ severity: z.enum(['Info', 'Retry', 'Error']).optional(), reason: z.string().max(64).optional(), resolved: z.enum(['true', 'false']).default('false') }), response: { 200: z.object({ items: z.array(problemView) }) } },
  }, async (request) => {
    const store = await storeOf(hub.db, request);
    const items = await hub.db.query<z.infer<typeof problemView>>(
      `SELECT c.namespace || '/' || c.name AS connection, p.feed_type AS feed, p.severity, p.reason, p.record, p.message, p.first_seen_at AS "firstSeenAt", p.last_seen_at AS "lastSeenAt", p.count, p.resolved_at AS "resolvedAt"
       FROM problems p JOIN connections c ON c.id = p.connection_id
       WHERE c.store_id = $1 AND ($2::text IS NULL OR p.severity = $2) AND ($3::text IS NULL OR p.reason = $3) AND (p.resolved_at IS NOT NULL) = $4 ORDER BY p.last_seen_at DESC LIMIT 500`,
      [store.id, request.query.severity ?? null, request.query.reason ?? null, request.query.resolved === 'true'],
    );
    return { items };
  });

  app.post('/problems/replay', { schema: { tags, security, summary: 'Judge rejected orders again, by reason', body: z.object({ reason: z.string().min(1).max(64) }), response: { 200: z.object({ changed: z.number() }) } } }, async (request) => {
    const store = await storeOf(hub.db, request);
    return once(hub.db, store.id, request, async (tx) => {
      let changed = 0;
      for (const connection of await tx.query<ConnectionRow & Record<string, unknown>>('SELECT * FROM connections WHERE store_id = $1', [store.id])) {
        changed += await redriveRejected(tx, connection, [request.body.reason]);
      }
      tx.afterCommit(hub.wakeDeliveries);
      return { changed };
    });
  });

  app.get('/orders/:id/history', { schema: { tags: ['orders'], security, summary: 'The life line of an order', params: z.object({ id: z.string().min(1).max(300) }), response: { 200: z.object({ steps: z.array(step) }) } } }, async (request) => {
    const store = await storeOf(hub.db, request);
    const order = await requireOrder(hub.db, store, request.params.id);
    const [view] = await orderViews(hub.db, [order]);
    return { steps: await lifeLine(hub.db, order['connection_id'] as number, order['external_id'] as string, view!, order['first_seen_at'] as string) };
  });

  app.get('/webhooks', { schema: { tags, security, summary: 'Webhook endpoints of the Store and their signing secrets', response: { 200: z.object({ items: z.array(endpointView) }) } } }, async (request) => {
    const store = await storeOf(hub.db, request);
    return { items: await endpoints(hub, store) };
  });

  app.post('/webhooks/:endpoint/replay', {
    schema: { tags, security, summary: 'Send dead letters again', params: z.object({ endpoint: z.string().max(63) }), body: z.object({ since: z.iso.datetime({ offset: true }).optional(), delivered: z.boolean().optional().meta({ description: 'true: also what was delivered.' }) }), response: { 200: z.object({ replayed: z.number() }) } },
  }, async (request) => {
    const store = await storeOf(hub.db, request);
    return once(hub.db, store.id, request, async (tx) => {
      const rows = await tx.query(
        `UPDATE deliveries SET state = 'Pending', attempts = 0, next_attempt_at = now(), claimed_until = NULL
         WHERE store_id = $1 AND endpoint = $2 AND (state = 'Dead' OR ($3 AND state = 'Delivered')) AND ($4::timestamptz IS NULL OR created_at >= $4) RETURNING id`,
        [store.id, request.params.endpoint, request.body.delivered ?? false, request.body.since ?? null],
      );
      tx.afterCommit(hub.wakeDeliveries);
      return { replayed: rows.length };
    });
  });
}

async function endpoints(hub: HubContext, store: StoreRow): Promise<z.infer<typeof endpointView>[]> {
  const master = await webhookMasterKey(hub.db);
  const counts = await hub.db.query<{ endpoint: string; state: string; count: number }>(
    `SELECT endpoint, state, count(*) AS count FROM deliveries WHERE store_id = $1 AND state IN ('Pending', 'Dead') GROUP BY endpoint, state`, [store.id]);
  const count = (endpoint: string, state: string) => counts.find((row) => row.endpoint === endpoint && row.state === state)?.count ?? 0;
  return (store.rules.orderWebhooks ?? []).map(({ name, url, events }) => ({
    name, url, events: events ?? [], secret: endpointSecret(master, store, name), pending: count(name, 'Pending'), dead: count(name, 'Dead'),
  }));
}

/** Seen, judged, told, acknowledged, shipped, confirmed: from the rows that each step left behind. */
async function lifeLine(db: Queryable, connectionId: number, orderId: string, order: NonNullable<Awaited<ReturnType<typeof orderViews>>[0]>, firstSeenAt: string): Promise<z.infer<typeof step>[]> {
  const deliveries = await db.query<{ endpoint: string; event: string; created_at: string; delivered_at: string | null; attempts: number; state: string; last_error: string | null }>(
    'SELECT endpoint, event, created_at, delivered_at, attempts, state, last_error FROM deliveries WHERE connection_id = $1 AND order_id = $2 ORDER BY seq', [connectionId, orderId]);
  const writes = await db.query<{ id: number; state: string; sent_at: string | null; done_at: string | null; message: string | null; attempts: number; payload: { trackingCode?: string } }>(
    `SELECT id, state, sent_at, done_at, message, attempts, payload FROM outbox WHERE connection_id = $1 AND kind = 'shipment' AND subject = $2 ORDER BY id`, [connectionId, orderId]);
  const steps: z.infer<typeof step>[] = [
    ...(order.placedAt ? [{ at: order.placedAt, what: 'placed at the store', detail: `${order.lines.length} lines` }] : []),
    { at: firstSeenAt, what: 'first seen', detail: null },
    ...(order.intake === 'Accepted' ? [] : [{ at: firstSeenAt, what: order.intake.toLowerCase(), detail: order.intakeMessage ?? order.intakeReason }]),
    ...deliveries.flatMap((delivery) => [
      { at: delivery.created_at, what: `${delivery.event} queued`, detail: `endpoint ${delivery.endpoint}` },
      ...(delivery.delivered_at ? [{ at: delivery.delivered_at, what: `${delivery.event} delivered`, detail: `endpoint ${delivery.endpoint}, attempt ${delivery.attempts}` }] : []),
      ...(delivery.last_error ? [{ at: delivery.created_at, what: `${delivery.event} not delivered (${delivery.state})`, detail: delivery.last_error }] : []),
    ]),
    ...(order.acknowledgedAt ? [{ at: order.acknowledgedAt, what: 'acknowledged by the back office', detail: order.acknowledgedReference }] : []),
    ...order.shipments.map((shipment) => ({ at: shipment.createdAt, what: 'shipment reported', detail: shipment.trackingCode })),
    ...writes.flatMap((write) => (write.done_at ?? write.sent_at ? [{ at: (write.done_at ?? write.sent_at)!, what: `shipment ${write.state.toLowerCase()} at the store`, detail: write.message ?? write.payload.trackingCode ?? null }] : [])),
  ];
  return steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
