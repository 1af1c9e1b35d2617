import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { among, withOrders } from './order-lookup.ts';

const ADDRESS = Object.keys(TABLES.orders.columns).filter((column) => column.startsWith('ship_'));
/** What a warehouse packs, where it goes and how, beside the lines; what the shop erased is no change. */
const COLUMNS = [...ADDRESS, 'shipping_method_code', 'note'].map((column) => erasable((row) => `${row}.${column}`));
/** The same of the facts that few orders have (model/order-facts.ts). */
const FACTS = [
  ...['giftMessage', 'deliveries'].map((name) => ({ name, ...erasable(fact(name)) })),
  ...['paymentTerms', 'shipBy', 'deliverBy'].map((name) => ({ name, ...asItIs(fact(name)) })),
  // Its address may be erased with the buyer's.
  { name: 'pickupPoint', ...asItIs((row) => `(${row}.facts->'pickupPoint'->>'id')`) },
];
/** What follows the shop, exported or not. */
export const FOLLOWING = ['updated_at', 'state', 'payment_state', 'fulfilment_state', 'platform_state', 'standing'];
const NOT_CONTENT = new Set([
  ...FOLLOWING,
  'external_id',
  'number',
  'cust_ref',
  'placed_at',
  'placed_offset',
  'intake',
  'intake_reason',
  'intake_message',
  'payment_kind',
]);
const ORDER_CONTENT = Object.keys(TABLES.orders.columns).filter((column) => !NOT_CONTENT.has(column));
const LINE_COLUMNS = Object.keys(TABLES.order_lines.columns);

/** SQL: of the staged order `s` what counts, and of the known one `o`. */
interface Compared {
  readonly now: string;
  readonly before: string;
}

function erasable(value: (row: 's' | 'o') => string): Compared {
  return { now: `coalesce(nullif(${value('s')}, ''), ${value('o')})`, before: value('o') };
}

function asItIs(value: (row: 's' | 'o') => string): Compared {
  return { now: value('s'), before: value('o') };
}

function fact(name: string): (row: 's' | 'o') => string {
  return (row) => `(${row}.facts->>'${name}')`;
}

/**
 * Compares the exported orders among the staged ones with what was exported. Not a change: lines in another sequence,
 * pieces that were fulfilled, and fields of the address or the note that the shop erased (personal data ends by law or
 * by a platform's rules, often before a parcel leaves). To be called before staged lines are taken apart.
 */
export async function noteChanges(tx: Transaction, connectionId: number): Promise<void> {
  const differs = [...COLUMNS, ...FACTS].map(({ now, before }) => `${now} IS DISTINCT FROM ${before}`);
  // A fact that is not there leaves no trace, so that what was answered by an older release stays answered.
  const content = [
    ...COLUMNS.map(({ now }) => `coalesce(${now}, '')`),
    's.shipping_total',
    'l.packed',
    'h.stop',
    ...FACTS.map(({ name, now }) => `'${name}=' || (${now})`),
  ];
  await tx.query('DELETE FROM stage_changes');
  await tx.query(
    `INSERT INTO stage_changes
     SELECT s.external_id, ${differs.join(' OR ')} OR s.shipping_total <> o.shipping_total OR l.differ,
       md5(concat_ws(E'\\x1f', ${content.join(', ')}))::uuid,
       jsonb_build_object('order', to_jsonb(s), 'lines', l.content), h.stop
     FROM ${withOrders('stage_orders s', 's.external_id')}
     CROSS JOIN LATERAL (
       SELECT coalesce(bool_or((theirs.sku, theirs.quantity, theirs.facts->>'deliveryId') IS DISTINCT FROM (ours.sku, ours.quantity, ours.facts->>'deliveryId'))
           FILTER (WHERE coalesce(theirs.kind, '') = '' AND theirs.external_id IS NOT NULL OR coalesce(ours.kind, '') = '' AND ours.external_id IS NOT NULL), false) AS differ,
         coalesce(string_agg(concat_ws(E'\\t', theirs.external_id, theirs.sku, theirs.quantity, theirs.facts->>'deliveryId'), E'\\n' ORDER BY theirs.external_id)
           FILTER (WHERE theirs.kind = ''), '') AS packed,
         coalesce(jsonb_agg(to_jsonb(theirs)) FILTER (WHERE theirs.external_id IS NOT NULL), '[]') AS content
       FROM (SELECT * FROM stage_order_lines WHERE order_id = s.external_id) theirs
       FULL JOIN (SELECT external_id, sku, quantity, kind, facts FROM order_lines WHERE connection_id = $1 AND order_id = s.external_id) ours ON ours.external_id = theirs.external_id) l
     CROSS JOIN LATERAL (SELECT CASE
       WHEN s.fulfilment_state = 'Fulfilled' OR s.state IN ('Cancelled', 'Completed') THEN NULL
       WHEN s.state = 'Draft' OR s.standing ? 'hold' THEN 'OnHold'
       WHEN s.payment_state = 'Refunded' THEN 'Refunded'
       WHEN s.payment_state = 'Failed' THEN 'PaymentFailed'
       WHEN s.payment_state = 'Unpaid' AND NOT coalesce(s.facts, '{}') ? 'paymentTerms'
         AND (o.stop = 'NotPaid' OR o.payment_state IN ('Paid', 'PartiallyRefunded', 'Authorized')) THEN 'NotPaid' END AS stop) h
     WHERE o.exported_at IS NOT NULL AND o.intake = 'Accepted' AND o.hash <> s.hash`,
    [connectionId],
  );
}

/**
 * Flags what has to be answered. A content that was answered before is not asked about again; one that is back to what
 * was exported is no change any more. `at` and `pos`: since when this content is known; stock counts its pieces from
 * then on.
 */
export async function flagChanges(tx: Transaction, connectionId: number): Promise<void> {
  await tx.query(
    `UPDATE orders o SET change_pending = k.asks, change_digest = CASE WHEN k.asks THEN k.digest END,
       pending_change = CASE WHEN k.asks THEN k.content || CASE WHEN o.change_digest = k.digest AND o.pending_change ? 'at'
         THEN jsonb_build_object('at', o.pending_change->'at', 'pos', o.pending_change->'pos')
         ELSE jsonb_build_object('at', (extract(epoch FROM now()) * 1000000)::bigint, 'pos', nextval('change_seq')) END END,
       stop = k.stop, stop_waived = o.stop_waived AND k.stop IS NOT DISTINCT FROM o.stop
     FROM (SELECT c.*, (c.differs OR (c.stop IS NOT NULL AND NOT (p.stop_waived AND p.stop IS NOT DISTINCT FROM c.stop)))
         AND c.digest IS DISTINCT FROM p.settled_digest AND p.state <> 'Cancelled' AS asks
       FROM stage_changes c CROSS JOIN LATERAL (SELECT * FROM orders WHERE connection_id = $1 AND external_id = c.external_id LIMIT 1) p) k
     WHERE o.connection_id = $1 AND o.external_id = k.external_id AND ${among('o.external_id', 'stage_changes')}`,
    [connectionId],
  );
}

/**
 * The order anew, as the shop had it when the change was noticed: not exported, so that the back office takes it first.
 */
export async function acceptChange(tx: Transaction, connectionId: number, orderId: string): Promise<void> {
  const key = [connectionId, orderId];
  // Once it is accepted it is in the lines; levels that were posted before it still have to be less by it.
  await tx.query(
    `UPDATE orders o SET grown = coalesce(o.grown, '[]') || g.lines FROM (
       SELECT jsonb_agg(jsonb_build_object('at', q.pending_change->'at', 'pos', q.pending_change->'pos', 'sku', l.sku, 'quantity', l.quantity - coalesce(k.quantity, 0))) AS lines
       FROM orders q CROSS JOIN LATERAL jsonb_to_recordset(coalesce(q.pending_change->'lines', '[]')) AS l(external_id text, sku text, quantity int, kind text)
       LEFT JOIN order_lines k ON k.connection_id = $1 AND k.order_id = $2 AND k.external_id = l.external_id AND k.sku = l.sku
       WHERE q.connection_id = $1 AND q.external_id = $2 AND coalesce(l.kind, '') = '' AND l.quantity > coalesce(k.quantity, 0)) g
     WHERE o.connection_id = $1 AND o.external_id = $2 AND g.lines IS NOT NULL`,
    key,
  );
  await tx.query(
    'DELETE FROM order_lines l USING orders o WHERE o.connection_id = $1 AND o.external_id = $2 AND o.pending_change IS NOT NULL AND l.connection_id = $1 AND l.order_id = $2',
    key,
  );
  await tx.query(
    `INSERT INTO order_lines (connection_id, ${LINE_COLUMNS.join(', ')})
     SELECT $1, ${LINE_COLUMNS.map((column) => `l.${column}`).join(', ')} FROM orders o, jsonb_populate_recordset(NULL::order_lines, o.pending_change->'lines') l
     WHERE o.connection_id = $1 AND o.external_id = $2`,
    key,
  );
  await tx.query(
    `UPDATE orders o SET ${ORDER_CONTENT.map((column) => `${column} = n.${column}`).join(', ')},
       shipping_method = coalesce((SELECT m.code FROM shipping_method_map m WHERE m.store_id = o.store_id AND m.method = coalesce(n.shipping_method_code, '')), n.shipping_method_code)
     FROM (SELECT p.* FROM orders q, jsonb_populate_record(NULL::orders, q.pending_change->'order') p WHERE q.connection_id = $1 AND q.external_id = $2 AND q.pending_change IS NOT NULL) n
     WHERE o.connection_id = $1 AND o.external_id = $2`,
    key,
  );
  // Without a kept content (a change that an older release flagged) a hash of nothing makes the next reading take it.
  await tx.query(
    `UPDATE orders SET hash = CASE WHEN pending_change IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE hash END,
       exported_at = NULL, exported_goods_hash = NULL, change_accepted_at = now(), settled_digest = change_digest,
       change_pending = false, change_digest = NULL, pending_change = NULL, seq = nextval('change_seq'), changed_at = now()
     WHERE connection_id = $1 AND external_id = $2`,
    key,
  );
}

/**
 * On as exported; remembered for this content, so that our own parcel does not raise it anew. A stop is waived as long
 * as it is the same.
 */
export async function ignoreChange(tx: Transaction, connectionId: number, orderId: string): Promise<void> {
  await tx.query(
    `UPDATE orders SET settled_digest = change_digest, stop_waived = stop IS NOT NULL, change_pending = false, change_digest = NULL, pending_change = NULL, seq = nextval('change_seq'), changed_at = now()
     WHERE connection_id = $1 AND external_id = $2`,
    [connectionId, orderId],
  );
}
