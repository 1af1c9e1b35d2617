import { UNREADABLE } from '../../model/batch.ts';
import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { orderRulesOf } from '../stores/order-rules.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';
import { mergeOrders } from './merge-orders.ts';
import { among } from './order-lookup.ts';
import { orderScope } from './order-scope.ts';

const ORDER_COLUMNS = Object.keys(TABLES.orders.columns);
/** What every order has that was put aside, in the words of the index that finds it. */
const PUT_ASIDE = `o.intake <> 'Accepted' AND o.look_again_at IS NOT NULL`;
const LINE_COLUMNS = Object.keys(TABLES.order_lines.columns);

/**
 * Judges rejected orders again, from what is stored: after an alias or mapping was added, or a product came in; and
 * those that were put aside for a way to pay which the Store takes now. The store is not asked. Returns how many
 * changed.
 */
export async function redriveRejected(
  tx: Transaction,
  connection: ConnectionRow,
  reasons?: readonly string[],
): Promise<number> {
  const store = await findStoreById(tx, connection.store_id);
  const params = [connection.id, reasons ?? null, orderRulesOf(store?.rules).accept];
  const selected = ORDER_COLUMNS.map((column) =>
    column === 'intake'
      ? `'Accepted'`
      : column === 'intake_reason' || column === 'intake_message'
        ? 'NULL'
        : `o.${column}`,
  );
  for (const staged of [
    'stage_orders',
    'stage_order_lines',
    'stage_order_credits',
    'stage_credits',
    'stage_previous',
    'stage_rejections',
  ])
    await tx.query(`DELETE FROM ${staged}`);
  const orders = await tx.query(
    `INSERT INTO stage_orders (${ORDER_COLUMNS.join(', ')})
     SELECT ${selected.join(', ')} FROM orders o
     WHERE o.connection_id = $1 AND o.intake = 'Rejected' AND o.intake_reason <> '${UNREADABLE}' AND ($2::text[] IS NULL OR o.intake_reason = ANY($2))
     UNION ALL SELECT ${selected.join(', ')} FROM orders o
     WHERE o.connection_id = $1 AND ${PUT_ASIDE} AND o.intake = 'Held' AND o.intake_reason = 'Unpaid' AND o.payment_kind = ANY($3::text[]) AND ($2::text[] IS NULL OR o.intake_reason = ANY($2))
     RETURNING 1`,
    params,
  );
  if (orders.length === 0) return 0;
  await tx.query(
    `INSERT INTO stage_order_lines (${LINE_COLUMNS.join(', ')})
     SELECT ${LINE_COLUMNS.join(', ')} FROM order_lines WHERE connection_id = $1 AND ${among('order_id', 'stage_orders')}`,
    [connection.id],
  );
  return mergeOrders(tx, await orderScope(tx, connection));
}
