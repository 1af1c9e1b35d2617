import type { BatchSegment } from '../../model/batch.ts';
import { resolve } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';
import { concludeOrders } from './conclude.ts';
import { glanceAt } from './copied-orders.ts';
import type { OrderScope } from './order-scope.ts';

/**
 * For orders that were copied straight in, since none was known and all passed the rules: what a merge does beside
 * writing rows.
 */
export async function settleNewOrders(
  tx: Transaction,
  scope: OrderScope,
  segments: readonly BatchSegment[],
  ids: readonly string[],
): Promise<void> {
  const { allAccepted, allTieOut } = glanceAt(segments);
  if (!allAccepted) {
    await tx.query(
      `UPDATE orders SET look_again_at = now() + make_interval(mins => $2) WHERE connection_id = $1 AND intake = 'Held' AND look_again_at IS NULL`,
      [scope.connectionId, scope.unpaidRetryMinutes],
      'hold-new-orders',
    );
  }
  if (scope.mapsShippingMethods) {
    await tx.query(
      `UPDATE orders o SET shipping_method = m.code FROM shipping_method_map m
       WHERE o.connection_id = $1 AND o.external_id = ANY($2::text[]) AND m.store_id = $3 AND m.method = coalesce(o.shipping_method_code, '')`,
      [scope.connectionId, ids, scope.storeId],
    );
  }
  await resolve(tx, { connection: scope.connectionId, feeds: ['OrderImport', 'OrderUpdate'] }, ids);
  await tx.query('INSERT INTO stage_changed SELECT id, true FROM unnest($1::text[]) AS id', [ids]);
  await concludeOrders(tx, scope, { changed: ids, decided: !allAccepted, tieOut: allTieOut, fresh: true });
}
