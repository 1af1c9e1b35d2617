import type { Transaction } from '../storage/database.ts';
import { CHANGED_ORDERS } from './order-lookup.ts';

/**
 * Keeps when and why an order was held, skipped, rejected or at last accepted: the order's row has the newest decision
 * alone. An order that is accepted at first sight costs no row. Reads what a merge left in `stage_changed`.
 */
export async function recordDecisions(tx: Transaction, connectionId: number): Promise<void> {
  await tx.query(
    `INSERT INTO order_history (connection_id, order_id, what, detail)
     SELECT $1, o.external_id, lower(o.intake), coalesce(o.intake_message, o.intake_reason)
     FROM ${CHANGED_ORDERS}
     LEFT JOIN stage_previous p ON p.external_id = c.external_id
     WHERE (p.external_id IS NULL AND o.intake <> 'Accepted') OR p.intake <> o.intake
       OR (o.intake <> 'Accepted' AND coalesce(o.intake_message, o.intake_reason) IS DISTINCT FROM
           (SELECT h.detail FROM order_history h WHERE h.connection_id = $1 AND h.order_id = o.external_id ORDER BY h.id DESC LIMIT 1))`,
    [connectionId],
  );
}
