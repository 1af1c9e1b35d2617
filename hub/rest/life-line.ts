import { z } from 'zod';
import { historyView, type Step } from '../../model/rest/history.ts';
import type { HubContext } from '../base/context.ts';
import type { Queryable, Row } from '../storage/database.ts';
import { storeOf, type App } from '../http/app.ts';
import { orderViews, type OrderView } from '../orders/order-view.ts';
import { orderId, requireOrder } from './orders.ts';

export function lifeLineRoutes(app: App, hub: HubContext): void {
  app.get(
    '/orders/:id/history',
    {
      schema: {
        tags: ['orders'],
        security: [{ developerKey: [] }],
        summary: 'The life line of an order',
        params: z.object({ id: orderId }),
        response: { 200: historyView },
      },
    },
    async (request) => {
      const store = await storeOf(hub.db, request);
      const order = await requireOrder(hub.db, store, request.params.id);
      const [view] = await orderViews(hub.db, [order]);
      return { steps: await lifeLine(hub.db, order, view!) };
    },
  );
}

/** Seen, held and why, accepted, told, acknowledged, shipped, confirmed: from the rows that each step left behind. */
async function lifeLine(db: Queryable, row: Row, order: OrderView): Promise<Step[]> {
  const key = [row['connection_id'], row['external_id']];
  const seen = row['first_seen_at'] as string;
  const steps: Step[] = [
    ...(order.placedAt
      ? [{ at: order.placedAt, what: 'placed at the store', detail: `${order.lines.length} lines`, requestId: null }]
      : []),
    { at: seen, what: 'first seen', detail: null, requestId: null },
    ...(await kept(db, key)),
    ...(await deliveries(db, key)),
    ...(await writes(db, key)),
  ];
  return steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

async function kept(db: Queryable, key: unknown[]): Promise<Step[]> {
  return db.query<Step>(
    'SELECT at, what, detail, request_id AS "requestId" FROM order_history WHERE connection_id = $1 AND order_id = $2 ORDER BY id',
    key,
  );
}

interface DeliveryRow extends Record<string, unknown> {
  id: string;
  endpoint: string;
  event: string;
  created_at: string;
  delivered_at: string | null;
  attempts: number;
  state: string;
  last_status: number | null;
  last_error: string | null;
}

async function deliveries(db: Queryable, key: unknown[]): Promise<Step[]> {
  const rows = await db.query<DeliveryRow>(
    'SELECT id, endpoint, event, created_at, delivered_at, attempts, state, last_status, last_error FROM deliveries WHERE connection_id = $1 AND order_id = $2 ORDER BY seq',
    key,
  );
  return rows.flatMap((row) => [
    { at: row.created_at, what: `${row.event} queued`, detail: `webhook ${row.endpoint}`, requestId: row.id },
    ...(row.delivered_at
      ? [
          {
            at: row.delivered_at,
            what: `${row.event} delivered`,
            detail: `webhook ${row.endpoint}, attempt ${row.attempts}${row.last_status ? `, answered ${row.last_status}` : ''}`,
            requestId: row.id,
          },
        ]
      : []),
    ...(row.last_error
      ? [
          {
            at: row.created_at,
            what: `${row.event} not delivered (${row.state})`,
            detail: `webhook ${row.endpoint}, ${row.attempts} attempts: ${row.last_error}`,
            requestId: row.id,
          },
        ]
      : []),
  ]);
}

/** Whatever a person said to it, to the store it stays refused. */
const atStore = (state: string): string => (state === 'Dismissed' ? 'rejected' : state.toLowerCase());

interface WriteRow extends Record<string, unknown> {
  state: string;
  sent_at: string | null;
  done_at: string | null;
  message: string | null;
  external_id: string | null;
  payload: { trackingCode?: string };
}

async function writes(db: Queryable, key: unknown[]): Promise<Step[]> {
  const rows = await db.query<WriteRow>(
    `SELECT state, sent_at, done_at, message, external_id, payload FROM outbox WHERE connection_id = $1 AND kind = 'shipment' AND subject = $2 ORDER BY id`,
    key,
  );
  return rows.flatMap((row) => {
    const at = row.done_at ?? row.sent_at;
    return at
      ? [
          {
            at,
            what: `shipment ${atStore(row.state)} at the store`,
            detail: row.message ?? row.payload.trackingCode ?? null,
            requestId: row.external_id,
          },
        ]
      : [];
  });
}
