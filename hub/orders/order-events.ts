import { CHANGED_ORDERS } from './order-lookup.ts';
import type { Transaction } from '../storage/database.ts';

/** A webhook endpoint of a Store as far as queueing needs it. */
export interface Endpoint {
  readonly name: string;
  readonly events?: readonly string[];
  /** Of another Store, whose key opens this one. */
  readonly storeId?: number;
}

const rowsOf = (endpoints: readonly Endpoint[]): string =>
  JSON.stringify(endpoints.map(({ name, events, storeId }) => ({ name, events, store_id: storeId })));

/**
 * Queues the events of a merge: compares `stage_previous` with the orders in `stage_changed`. Only a reference is
 * queued; the payload is built when it is sent, so that it is the order as it then is. The id is the same however often
 * it is sent (Standard Webhooks, `webhook-id`).
 */
export async function queueOrderEvents(
  tx: Transaction,
  storeId: number,
  connectionId: number,
  endpoints: readonly Endpoint[],
): Promise<void> {
  if (endpoints.length === 0) return;
  await tx.query(
    `WITH happened AS (
       SELECT o.external_id, o.seq AS at_seq, unnest(array_remove(ARRAY[
         CASE WHEN p.intake IS DISTINCT FROM 'Accepted' THEN 'order.created' END,
         CASE WHEN p.intake = 'Accepted' AND p.state <> 'Cancelled' AND o.state = 'Cancelled' THEN 'order.cancelled' END,
         CASE WHEN o.change_pending AND (NOT p.change_pending OR p.change_digest IS DISTINCT FROM o.change_digest) THEN 'order.changed_after_export' END,
         CASE WHEN p.intake = 'Accepted' AND o.state <> 'Cancelled' AND (p.state, p.payment_state, p.fulfilment_state, p.standing) IS DISTINCT FROM (o.state, o.payment_state, o.fulfilment_state, o.standing) THEN 'order.updated' END,
         CASE WHEN p.intake = 'Accepted' AND 'Refund' = ANY(k.kinds) THEN 'order.refunded' END,
         CASE WHEN p.intake = 'Accepted' AND 'Return' = ANY(k.kinds) THEN 'order.returned' END,
         CASE WHEN p.intake = 'Accepted' AND 'Cancellation' = ANY(k.kinds) AND o.state <> 'Cancelled' THEN 'order.lines_cancelled' END
       ], NULL)) AS event
       FROM ${CHANGED_ORDERS}
       LEFT JOIN stage_previous p ON p.external_id = c.external_id
       LEFT JOIN (SELECT order_id, array_agg(kind) AS kinds FROM stage_credits GROUP BY order_id) k ON k.order_id = c.external_id
       WHERE o.intake = 'Accepted')
     INSERT INTO deliveries (id, store_id, endpoint, event, connection_id, order_id)
     SELECT 'msg_' || md5(concat_ws('/', $1::text, h.external_id, h.event, h.at_seq, e.name, e.store_id)), coalesce(e.store_id, $2), e.name, h.event, $1, h.external_id
     FROM happened h JOIN jsonb_to_recordset($3::jsonb) AS e(name text, events jsonb, store_id int) ON e.events IS NULL OR e.events ? h.event
     ORDER BY h.at_seq
     ON CONFLICT (id) DO NOTHING`,
    [connectionId, storeId, rowsOf(endpoints)],
  );
}

/** Queues one event of an order outside of a merge. `once`: names it within the order, so that it is queued once. */
export async function queueOrderEvent(
  tx: Transaction,
  storeId: number,
  of: { readonly connectionId: number; readonly orderId: string },
  event: string,
  once: string,
  endpoints: readonly Endpoint[],
): Promise<void> {
  await tx.query(
    `INSERT INTO deliveries (id, store_id, endpoint, event, connection_id, order_id)
     SELECT 'msg_' || md5(concat_ws('/', $1::int, $3::text, $4::text, $5::text, e.name, e.store_id)), coalesce(e.store_id, $2), e.name, $4, $1::int, $3
     FROM jsonb_to_recordset($6::jsonb) AS e(name text, events jsonb, store_id int) WHERE e.events IS NULL OR e.events ? $4
     ON CONFLICT (id) DO NOTHING`,
    [of.connectionId, storeId, of.orderId, event, once, rowsOf(endpoints)],
  );
}
