import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { among, withOrders } from './order-lookup.ts';

const { key, columns } = TABLES.order_credits;
const COLUMNS = Object.keys(columns);
const CONTENT = COLUMNS.filter((column) => !(key as readonly string[]).includes(column));

/**
 * Refunds, returns and cancellations follow the shop, whether their order was exported or not. One that is as it was
 * keeps its position; one that the shop does not show any more stays as it was told. To be called when the staged
 * orders are merged; leaves in `stage_credits` which orders have something new. Returns how many credits changed.
 */
export async function mergeCredits(tx: Transaction, scope: { connectionId: number; storeId: number }): Promise<number> {
  const [row] = await tx.query<{ changed: number }>(
    `WITH merged AS (
       INSERT INTO order_credits AS t (connection_id, store_id, ${COLUMNS.join(', ')})
       SELECT DISTINCT ON (s.order_id, s.kind, s.external_id) $1::int, $2::int, ${COLUMNS.map((column) => `s.${column}`).join(', ')}
       FROM stage_order_credits s JOIN stage_orders o ON o.external_id = s.order_id
       ON CONFLICT (connection_id, ${key.join(', ')}) DO UPDATE SET
         ${CONTENT.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}, seq = nextval('change_seq'), changed_at = now()
       WHERE (${CONTENT.map((column) => `t.${column}`).join(', ')}) IS DISTINCT FROM (${CONTENT.map((column) => `EXCLUDED.${column}`).join(', ')})
       RETURNING t.order_id, t.kind),
     noted AS (INSERT INTO stage_credits SELECT DISTINCT order_id, kind FROM merged)
     SELECT count(*) AS changed FROM merged`,
    [scope.connectionId, scope.storeId],
  );
  return row!.changed;
}

/**
 * Lists show the credits of accepted orders: those of an order that is accepted now come up anew, so that who has read
 * past them finds them.
 */
export async function showCredits(tx: Transaction, connectionId: number): Promise<void> {
  await tx.query(
    `UPDATE order_credits t SET seq = nextval('change_seq'), changed_at = now()
     FROM ${withOrders('stage_previous p', 'p.external_id')}
     WHERE p.intake <> 'Accepted' AND o.intake = 'Accepted' AND t.connection_id = $1 AND t.order_id = o.external_id AND ${among('t.order_id', 'stage_previous')}`,
    [connectionId],
  );
}
