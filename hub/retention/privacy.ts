import type { PrivacyRequest } from '../../model/privacy.ts';
import { raise, resolveByAge } from '../problems/problems.ts';
import type { Queryable } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { forgetPersons, type OrderKey } from './forget.ts';

/** What the platforms give for an answer; after it a problem that asks for one is no longer shown as open. */
const ANSWER_DAYS = 30;
const REASON = 'DataRequested';
/** SQL: an order (as o) that is sent to nobody any more. A rejected one may still be taken, and needs its address. */
const DONE = `(o.state IN ('Completed', 'Cancelled') OR o.intake = 'Skipped')`;
/** Erased at once, while a pod waits for the answer; the keeper goes on with the rest. */
const AT_ONCE = 2000;
/** Orders named in a message; the rest is counted. */
const NAMED = 10;

/**
 * Carries out what a platform passes on for the law. Whoever is to be erased goes at once from orders that are closed,
 * and from the others once they are (`forgetAsked`): an open one is to be shipped. What is to be disclosed is for a
 * person, and becomes a problem of the Store. Doing it again does no harm.
 */
export async function carryOut(tx: Queryable, connection: ConnectionRow, asked: PrivacyRequest): Promise<void> {
  if (asked.ask === 'disclose') return tellOf(tx, connection, asked);
  if (asked.ask === 'eraseShop')
    await tx.query(
      `INSERT INTO erasures (connection_id, order_id) SELECT connection_id, external_id FROM orders
       WHERE connection_id = $1 AND forgotten_at IS NULL ON CONFLICT DO NOTHING`,
      [connection.id],
    );
  else
    await tx.query(
      `INSERT INTO erasures (connection_id, order_id) SELECT $1::int, id FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING`,
      [connection.id, asked.orders],
    );
  await forgetAsked(tx, connection.id, AT_ONCE);
}

/**
 * Erases the persons that were asked for and whose orders are closed by now, of a connection or of all; gives how many
 * persons went.
 */
export async function forgetAsked(tx: Queryable, connectionId: number | null, limit: number): Promise<number> {
  const orders = await tx.query<OrderKey & { gone: boolean } & Record<string, unknown>>(
    `SELECT o.connection_id AS "connectionId", o.external_id AS "orderId", o.forgotten_at IS NOT NULL AS gone FROM erasures e
     JOIN orders o ON o.connection_id = e.connection_id AND o.external_id = e.order_id
     WHERE ($1::int IS NULL OR e.connection_id = $1) AND ${DONE} ORDER BY e.connection_id, e.order_id LIMIT ${limit} FOR UPDATE OF o`,
    [connectionId],
  );
  const here = orders.filter(({ gone }) => !gone);
  await forgetPersons(tx, here, 'shop');
  await tx.query(
    `DELETE FROM erasures e USING unnest($1::int[], $2::text[]) AS k(connection_id, order_id)
     WHERE e.connection_id = k.connection_id AND e.order_id = k.order_id`,
    [orders.map(({ connectionId: id }) => id), orders.map(({ orderId }) => orderId)],
  );
  return here.length;
}

async function tellOf(
  tx: Queryable,
  connection: ConnectionRow,
  { reference, orders }: Extract<PrivacyRequest, { ask: 'disclose' }>,
): Promise<void> {
  const known = await tx.query<{ number: string }>(
    'SELECT number FROM orders WHERE connection_id = $1 AND external_id = ANY($2::text[]) ORDER BY number',
    [connection.id, orders],
  );
  const numbers = known.map(({ number }) => number);
  const more = numbers.length > NAMED ? ` and ${numbers.length - NAMED} more` : '';
  const about =
    numbers.length === 0
      ? 'none of whose orders is here'
      : `with ${numbers.length === 1 ? 'order' : 'orders'} ${numbers.slice(0, NAMED).join(', ')}${more}`;
  await raise(tx, { store: connection.store_id }, [
    {
      kind: 'record',
      id: `${connection.kind}/${connection.name}/${reference}`,
      reason: REASON,
      severity: 'Error',
      message: `a customer ${about} asks at the shop of ${connection.kind} ${connection.name} which data of theirs is kept: answer within ${ANSWER_DAYS} days`,
    },
  ]);
}

/** A question is answered outside of here: its problem closes when the time for an answer is over. */
export const closeAnswered = (tx: Queryable): Promise<void> => resolveByAge(tx, REASON, ANSWER_DAYS);
