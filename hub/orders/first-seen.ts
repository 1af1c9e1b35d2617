import type { Transaction } from '../storage/database.ts';
import { withOrders } from './order-lookup.ts';

/**
 * Counts new orders by how they were first seen: by a webhook of the store, or by polling though a webhook was due
 * (placed after the subscription became active). A growing second number says that the store's webhooks get lost. To be
 * called after the merge, which leaves what is new in `stage_changed`.
 */
export async function countSeen(tx: Transaction, connectionId: number, trigger: string): Promise<void> {
  const column = trigger === 'Hint' ? 'orders_by_hint' : 'orders_by_poll';
  await tx.query(
    `UPDATE connections SET ${column} = ${column} + seen.count FROM (
       SELECT count(*) AS count FROM ${withOrders('stage_changed n', 'n.external_id')} WHERE n.inserted AND o.placed_at > (SELECT hooks_since FROM connections WHERE id = $1)) seen
     WHERE id = $1 AND hooks_since IS NOT NULL AND seen.count > 0`,
    [connectionId],
  );
}
