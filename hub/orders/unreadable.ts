import type { BatchProblem } from '../../model/batch.ts';
import { UNREADABLE } from '../../model/batch.ts';
import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { orderScope } from './order-scope.ts';
import { freeReferences } from './references.ts';

/** What cannot be read is tried again after this time, as what was put aside is. */
const AGAIN = `interval '1 hour'`;

/**
 * An order that could not be read is in the hub all the same, with its number (its id, where that is not known either)
 * and the reason and nothing else: who looks for it finds why it is not there. What is known of an order that was read
 * once is not touched. The next time it can be read it takes the row's place (orders/merge-orders.ts).
 */
export async function keepUnreadable(
  tx: Transaction,
  connection: ConnectionRow,
  problems: readonly BatchProblem[],
): Promise<void> {
  await lookLater(tx, connection.id, problems);
  const given = new Map(
    problems.flatMap(({ order, message }) => (order ? [[order.id, { ...order, message }] as const] : [])),
  );
  if (given.size === 0) return;
  const orders = await freeReferences(tx, await orderScope(tx, connection), [...given.values()]);
  const ids = orders.map(({ id }) => id);
  await tx.query(
    `WITH given AS (SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS g(id, number, reference, message)),
     kept AS (
       INSERT INTO orders AS o (connection_id, store_id, external_id, number, cust_ref, state, payment_state, fulfilment_state, platform_state, currency, exponent,
         items_total, shipping_total, tax_total, discount_total, grand_total, intake, intake_reason, intake_message, goods_hash, hash)
       SELECT $1::int, $2::int, id, number, reference, 'Open', 'Unpaid', 'Unfulfilled', '', 'XXX', 2, 0, 0, 0, 0, 0, 'Rejected', '${UNREADABLE}', message, ${NO_HASH}, ${NO_HASH} FROM given
       ON CONFLICT (connection_id, external_id) DO UPDATE SET number = ${ifKnown('number')}, cust_ref = ${ifKnown('cust_ref')}, intake_message = EXCLUDED.intake_message, seq = nextval('change_seq'), changed_at = now()
       WHERE o.intake_reason = '${UNREADABLE}' AND (o.number, o.intake_message) IS DISTINCT FROM (${ifKnown('number')}, EXCLUDED.intake_message)
       RETURNING external_id, intake_message)
     INSERT INTO order_history (connection_id, order_id, what, detail) SELECT $1::int, external_id, 'rejected', intake_message FROM kept`,
    [
      connection.id,
      connection.store_id,
      ids,
      orders.map(({ number }) => number),
      orders.map(({ reference }) => reference),
      orders.map(({ message }) => message),
    ],
  );
  // It may have been mended, or deleted.
  await tx.query(
    `UPDATE orders SET look_again_at = now() + ${AGAIN} WHERE connection_id = $1 AND external_id = ANY($2::text[]) AND intake = 'Rejected' AND intake_reason = '${UNREADABLE}'`,
    [connection.id, ids],
  );
}

/** An order that was put aside, was to be looked at now and could not be read: not with every run from now on. */
async function lookLater(tx: Transaction, connectionId: number, problems: readonly BatchProblem[]): Promise<void> {
  if (problems.length === 0) return;
  await tx.query(
    `UPDATE orders SET look_again_at = now() + ${AGAIN} WHERE connection_id = $1 AND external_id = ANY($2::text[]) AND intake IN ('Held', 'Skipped') AND look_again_at <= now()`,
    [connectionId, problems.map(({ record }) => record)],
  );
}

/** One whose number could be read once keeps it. */
const ifKnown = (column: string): string =>
  `CASE WHEN EXCLUDED.number = EXCLUDED.external_id THEN o.${column} ELSE EXCLUDED.${column} END`;

const NO_HASH = `'00000000-0000-0000-0000-000000000000'::uuid`;
