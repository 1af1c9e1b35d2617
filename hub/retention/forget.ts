import { eraseNotes } from '../problems/dismissal.ts';
import type { Queryable } from '../storage/database.ts';

export interface OrderKey {
  readonly connectionId: number;
  readonly orderId: string;
}

/** Why a person goes: it was time, the shop passed it on, or somebody asked for it here, by the id of their request. */
export type Cause = 'time' | 'shop' | { readonly request: string };
const SAID = {
  time: 'personal data erased: its time was over',
  shop: 'personal data erased: asked for at the shop',
} as const;

/**
 * Takes the person out of orders, and out of what else is kept of them. That it was done stays in the order's history,
 * without who it was.
 */
export async function forgetPersons(tx: Queryable, orders: readonly OrderKey[], cause: Cause): Promise<void> {
  if (orders.length === 0) return;
  const keys = [orders.map(({ connectionId }) => connectionId), orders.map(({ orderId }) => orderId)];
  const these = 'unnest($1::int[], $2::text[]) AS k(connection_id, order_id)';
  // Who reads the lists hears of what was asked for; what time did to old orders comes up in none.
  await tx.query(
    `UPDATE orders o SET forgotten_at = now(), change_pending = false, change_digest = NULL${cause === 'time' ? '' : `, seq = nextval('change_seq')`}
     FROM ${these} WHERE o.connection_id = k.connection_id AND o.external_id = k.order_id`,
    keys,
  );
  for (const set of ['order_lines SET facts = t.facts', 'order_credits SET reason = t.reason'])
    await tx.query(
      `UPDATE ${set.replace(' SET', ' t SET')} FROM ${these} WHERE t.connection_id = k.connection_id AND t.order_id = k.order_id`,
      keys,
    );
  await tx.query(
    `UPDATE idempotency_keys i SET body = NULL FROM ${these} WHERE i.connection_id = k.connection_id AND i.order_id = k.order_id`,
    keys,
  );
  await tx.query(
    `UPDATE outbox b SET held_request = NULL FROM ${these} WHERE b.connection_id = k.connection_id AND b.subject = k.order_id AND b.kind = 'shipment' AND b.held_request IS NOT NULL AND b.state <> 'Held'`,
    keys,
  );
  await tx.query(
    `DELETE FROM quarantine q USING ${these} WHERE q.connection_id = k.connection_id AND q.record = k.order_id`,
    keys,
  );
  await eraseNotes(tx, orders);
  await tx.query(
    `INSERT INTO order_history (connection_id, order_id, what, request_id)
     SELECT k.connection_id, k.order_id, $3, $4 FROM ${these}`,
    [
      ...keys,
      typeof cause === 'string' ? SAID[cause] : 'personal data erased on request',
      typeof cause === 'string' ? null : cause.request,
    ],
  );
}
