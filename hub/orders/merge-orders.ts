import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { raise, resolve, type Problem } from '../problems/problems.ts';
import { STAYS_DISMISSED } from './dismissed.ts';
import { replaceChildren } from '../records/merge.ts';
import { flagChanges, FOLLOWING, noteChanges } from './changes.ts';
import { concludeOrders } from './conclude.ts';
import { mergeCredits, showCredits } from './credits.ts';
import { judgeStaged } from './judge.ts';
import { among, withOrders } from './order-lookup.ts';
import type { OrderScope } from './order-scope.ts';
import { noteTakenBack } from './parcels-back.ts';
import { settleReferences } from './references.ts';

/**
 * State follows the store always; what was exported stays as it was exported (updates carry status only:
 * docs/guarantees.md).
 */
const STATUS_COLUMNS = new Set([...FOLLOWING, 'hash']);
const INTAKE_COLUMNS = new Set(['intake', 'intake_reason', 'intake_message', 'payment_kind']);
/** So long after it was placed a completed order is still asked about. */
const AFTER_SALES_DAYS = 30;
const COLUMNS = Object.keys(TABLES.orders.columns);
const CONTENT = COLUMNS.filter(
  (column) => column !== 'external_id' && !STATUS_COLUMNS.has(column) && !INTAKE_COLUMNS.has(column),
);

/** Reading the order again says nothing of these. */
const RESOLVED_ELSEWHERE = ['TotalsMismatch', 'WebhookUndeliverable'];

/**
 * Merges staged orders by the order rules (order-rules.ts): an order that one refuses is kept as Rejected with the
 * reason; an accepted order stays accepted, a dismissed one dismissed; a change after export is flagged and told.
 * Events are queued in the same transaction. Returns how many orders changed.
 */
export async function mergeOrders(tx: Transaction, scope: OrderScope): Promise<number> {
  await judgeStaged(tx, scope);
  const exported = await notePrevious(tx, scope.connectionId);
  await settleReferences(tx, scope);
  if (exported) await noteChanges(tx, scope.connectionId);
  await noteTakenBack(tx, scope);
  const changed = await upsertOrders(tx, scope);
  if (changed > 0) {
    await mergeCredits(tx, scope);
    await showCredits(tx, scope.connectionId);
  }
  if (changed > 0 && exported) {
    await flagChanges(tx, scope.connectionId);
    await replaceLines(tx, scope.connectionId);
  } else if (changed > 0) await replaceChildren(tx, scope.connectionId, TABLES.order_lines);
  await lookAgain(tx, scope);
  await noteRejections(tx, scope.connectionId);
  if (changed > 0) {
    const ids = await tx.query<{ id: string }>('SELECT DISTINCT external_id AS id FROM stage_changed');
    await concludeOrders(tx, scope, { changed: ids.map(({ id }) => id), decided: true });
  }
  return changed;
}

/**
 * What was put aside is looked at again within the hour; what was completed lately once a day, since a refund or a
 * return need not move the shop's time of change.
 */
async function lookAgain(tx: Transaction, scope: OrderScope): Promise<void> {
  await tx.query(
    `UPDATE orders o SET look_again_at = CASE
         WHEN o.intake = 'Held' THEN now() + make_interval(mins => $2)
         WHEN o.intake = 'Skipped' THEN NULL
         WHEN o.placed_at > now() - make_interval(days => ${AFTER_SALES_DAYS}) THEN now() + interval '1 day' END
     WHERE o.connection_id = $1 AND ${among('o.external_id', 'stage_orders')}
       AND (o.intake IN ('Held', 'Skipped') AND o.look_again_at <= now() OR o.intake = 'Accepted' AND o.state = 'Completed'
         AND coalesce(o.look_again_at, now()) <= now() AND (o.look_again_at IS NOT NULL OR o.placed_at > now() - make_interval(days => ${AFTER_SALES_DAYS})))`,
    [scope.connectionId, scope.unpaidRetryMinutes],
  );
}

/** Keeps what the orders were before. Returns whether one of them was exported. */
async function notePrevious(tx: Transaction, connectionId: number): Promise<boolean> {
  const [row] = await tx.query<{ exported: boolean }>(
    `WITH known AS (
       SELECT o.external_id, o.intake, o.state, o.payment_state, o.fulfilment_state, o.standing, o.change_pending, o.change_digest, o.exported_at
       FROM ${withOrders('stage_orders s', 's.external_id')}),
     noted AS (INSERT INTO stage_previous SELECT external_id, intake, state, payment_state, fulfilment_state, standing, change_pending, change_digest FROM known)
     SELECT count(exported_at) > 0 AS exported FROM known`,
    [connectionId],
  );
  return row!.exported;
}

async function upsertOrders(tx: Transaction, scope: OrderScope): Promise<number> {
  const kept = CONTENT.map(
    (column) => `${column} = CASE WHEN o.exported_at IS NULL THEN EXCLUDED.${column} ELSE o.${column} END`,
  );
  const followed = [...STATUS_COLUMNS].map((column) => `${column} = EXCLUDED.${column}`);
  const decided = [...INTAKE_COLUMNS].map(
    (column) =>
      `${column} = CASE WHEN o.intake = 'Accepted' OR ${STAYS_DISMISSED} THEN o.${column} ELSE EXCLUDED.${column} END`,
  );
  const passed = COLUMNS.filter((column) => !INTAKE_COLUMNS.has(column));
  await tx.query('DELETE FROM stage_changed');
  const [row] = await tx.query<{ changed: number }>(
    `WITH merged AS (
       INSERT INTO orders AS o (connection_id, store_id, ${passed.join(', ')}, intake, intake_reason, intake_message, payment_kind, shipping_method, look_again_at)
       SELECT $1, $2, ${passed.map((column) => `s.${column}`).join(', ')},
         CASE WHEN r.order_id IS NULL THEN s.intake ELSE 'Rejected' END, coalesce(r.reason, s.intake_reason), coalesce(r.message, s.intake_message), s.payment_kind,
         coalesce(m.code, s.shipping_method_code), CASE WHEN s.intake = 'Held' THEN now() + make_interval(mins => $3) END
       FROM stage_orders s
       LEFT JOIN stage_rejections r ON r.order_id = s.external_id
       LEFT JOIN shipping_method_map m ON m.store_id = $2 AND m.method = coalesce(s.shipping_method_code, '')
       ON CONFLICT (connection_id, external_id) DO UPDATE SET
         ${[...kept, ...followed, ...decided].join(',\n         ')},
         shipping_method = CASE WHEN o.exported_at IS NULL THEN EXCLUDED.shipping_method ELSE o.shipping_method END,
         look_again_at = CASE WHEN ${STAYS_DISMISSED} THEN NULL ELSE EXCLUDED.look_again_at END,
         seq = nextval('change_seq'), changed_at = now()
       WHERE o.hash <> EXCLUDED.hash OR (o.intake <> 'Accepted' AND NOT ${STAYS_DISMISSED} AND (o.intake, o.intake_message) IS DISTINCT FROM (EXCLUDED.intake, EXCLUDED.intake_message))
       RETURNING o.external_id, (xmax = 0) AS inserted, o.exported_at),
     noted AS (INSERT INTO stage_changed SELECT external_id, inserted FROM merged)
     SELECT count(*) AS changed FROM merged`,
    [scope.connectionId, scope.storeId, scope.unpaidRetryMinutes],
  );
  return row?.changed ?? 0;
}

/**
 * Where some are exported. Lines are content: those of an exported order stay, but for what was fulfilled, which is
 * status.
 */
async function replaceLines(tx: Transaction, connectionId: number): Promise<void> {
  await tx.query(
    `WITH moved AS MATERIALIZED (
       SELECT s.order_id, s.external_id, s.fulfilled_quantity
       FROM ${withOrders('stage_order_lines s', 's.order_id')}
       CROSS JOIN LATERAL (SELECT fulfilled_quantity FROM order_lines WHERE connection_id = $1 AND order_id = s.order_id AND external_id = s.external_id LIMIT 1) k
       WHERE o.exported_at IS NOT NULL AND k.fulfilled_quantity <> s.fulfilled_quantity)
     UPDATE order_lines l SET fulfilled_quantity = m.fulfilled_quantity FROM moved m
     WHERE l.connection_id = $1 AND ${among('l.order_id', 'moved', 'order_id')} AND l.order_id = m.order_id AND l.external_id = m.external_id`,
    [connectionId],
  );
  await tx.query(
    `DELETE FROM stage_order_lines s WHERE (SELECT exported_at FROM orders WHERE connection_id = $1 AND external_id = s.order_id) IS NOT NULL`,
    [connectionId],
  );
  await tx.query(
    `DELETE FROM stage_changed c WHERE (SELECT exported_at FROM orders WHERE connection_id = $1 AND external_id = c.external_id) IS NOT NULL`,
    [connectionId],
  );
  await replaceChildren(tx, connectionId, TABLES.order_lines);
  await tx.query(
    `INSERT INTO stage_changed SELECT s.external_id, false FROM ${withOrders('stage_orders s', 's.external_id')}
     WHERE o.exported_at IS NOT NULL`,
    [connectionId],
  );
}

/** Rejected ones are problems, earlier problems of the others are over. */
async function noteRejections(tx: Transaction, connectionId: number): Promise<void> {
  const staged = await tx.query<{ id: string; number: string; reason: string | null; message: string }>(
    `SELECT s.external_id AS id, o.number, CASE WHEN o.intake = 'Rejected' THEN r.reason END AS reason, 'order ' || o.number || ': ' || r.message AS message
     FROM ${withOrders('stage_orders s', 's.external_id')} LEFT JOIN stage_rejections r ON r.order_id = s.external_id`,
    [connectionId],
  );
  const rejected = staged.flatMap(({ id, number, reason, message }): Problem[] =>
    reason === null ? [] : [{ kind: 'order', id, number, reason, severity: 'Error', message }],
  );
  await resolve(
    tx,
    { connection: connectionId, feeds: ['OrderImport', 'OrderUpdate'] },
    staged.map(({ id }) => id),
    { except: RESOLVED_ELSEWHERE, still: rejected },
  );
  await raise(tx, { connection: connectionId, feed: 'OrderImport' }, rejected);
}
