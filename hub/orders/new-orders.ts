import type { BatchSegment } from '../../model/batch.ts';
import { copyColumn } from '../../model/copy-reader.ts';
import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { queueOrderEvents } from './order-events.ts';
import { recordDecisions } from './decisions.ts';
import { asList, listed } from '../storage/id-list.ts';
import type { OrderMergeScope } from './merge-orders.ts';
import { recordTotals } from './totals.ts';

const SKU = Object.keys(TABLES.order_lines.columns).indexOf('sku');
const INTAKE = Object.keys(TABLES.orders.columns).indexOf('intake');

/**
 * Whether no rule of merge-orders.ts can say anything to these orders, should they be new: no shipping methods to map,
 * every SKU in the catalogue as it stands, neither alias nor kit. Anything else is for the merge to judge.
 */
export async function areOrdinaryOrders(tx: Transaction, scope: OrderMergeScope, lines: BatchSegment | undefined): Promise<boolean> {
  const skus = lines ? copyColumn(lines.data, SKU) : [];
  if (!skus) return false;
  const distinct = [...new Set(skus)];
  const [row] = await tx.query<{ ordinary: boolean }>(
    `WITH given AS MATERIALIZED (SELECT * FROM ${listed(3)} AS given(sku))
     SELECT NOT EXISTS (SELECT 1 FROM shipping_method_map WHERE store_id = $1)
       AND NOT EXISTS (SELECT 1 FROM kits WHERE store_id = $1 AND sku IN (SELECT sku FROM given))
       AND (NOT $4::boolean OR (NOT EXISTS (SELECT 1 FROM sku_aliases WHERE store_id = $1 AND alias IN (SELECT sku FROM given))
         AND (SELECT count(*) FROM given CROSS JOIN LATERAL (SELECT 1 FROM variants v WHERE v.connection_id = ANY($2::int[]) AND v.sku = given.sku LIMIT 1) found) = $5::int)) AS ordinary`,
    [scope.storeId, scope.storeConnections, asList(distinct), scope.checkSkus, distinct.length], 'ordinary-orders',
  );
  return row!.ordinary;
}

/** What a merge does beside writing rows: when to look again at an unpaid order, problems that are over, totals, decisions, events. */
export async function settleNewOrders(tx: Transaction, scope: OrderMergeScope, orders: BatchSegment, ids: readonly string[]): Promise<void> {
  const allAccepted = copyColumn(orders.data, INTAKE)?.every((intake) => intake === 'Accepted') ?? false;
  if (!allAccepted) {
    await tx.query(
      `UPDATE orders SET look_again_at = now() + make_interval(mins => $2) WHERE connection_id = $1 AND intake = 'Held' AND look_again_at IS NULL`,
      [scope.connectionId, scope.unpaidRetryMinutes], 'hold-new-orders',
    );
  }
  await tx.query(
    `UPDATE problems p SET resolved_at = now()
     WHERE p.connection_id = $1 AND p.resolved_at IS NULL AND p.feed_type IN ('OrderImport', 'OrderUpdate')
       AND (p.record = ANY($2::text[]) OR EXISTS (SELECT 1 FROM orders o WHERE o.store_id = $3 AND o.number = p.record AND o.connection_id = $1 AND o.external_id = ANY($2::text[])))`,
    [scope.connectionId, ids, scope.storeId], 'problems-of-new-orders',
  );
  await tx.query('INSERT INTO stage_changed SELECT id, true FROM unnest($1::text[]) AS id', [ids]);
  await recordTotals(tx, scope.connectionId);
  if (!allAccepted) await recordDecisions(tx, scope.connectionId);
  await queueOrderEvents(tx, scope.storeId, scope.connectionId, scope.endpoints);
}
