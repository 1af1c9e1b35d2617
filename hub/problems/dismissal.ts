import type { SubjectKind } from '../../model/subjects.ts';
import type { Queryable } from '../storage/database.ts';

/** State of a write or a delivery, and reason of an order, that a person has dealt with. */
export const DISMISSED = 'Dismissed';

/** What a person dismisses, and what they say to it. */
export interface Dismissal {
  readonly storeId: number;
  /** namespace/name; absent: of all connections of the Store, and the Store's own. */
  readonly connection?: string | undefined;
  readonly reason: string;
  /** A number or an id; absent: all that has the reason. */
  readonly record?: string | undefined;
  /** May name persons: it is for people of the Store alone, and ends with the order (`eraseNotes`). */
  readonly note: string;
  readonly requestId: string;
}

const SAID = 'dismissed';

/** What is kept of a dismissal with an order. */
export const dismissedWords = (note: string): string => `${SAID}: ${note}`;

/** Whom or what a problem of a connection is about. */
export interface About {
  readonly connectionId: number;
  readonly kind: SubjectKind;
  readonly id: string;
}

/** Tells subjects apart. */
export const keyOfAbout = ({ connectionId, kind, id }: About): string => `${connectionId}/${kind}/${id}`;

/** A problem that may be dismissed. */
export interface OpenProblem extends Record<string, unknown> {
  readonly problem: number;
  /** null: the Store's. */
  readonly connectionId: number | null;
  readonly feed: string | null;
  readonly kind: SubjectKind;
  readonly id: string;
}

const OPEN = 'resolved_at IS NULL AND reason = $2';

/** Open problems of a reason: of these connections, of `also`, and the Store's own where no connection is named. */
export function openProblems(
  tx: Queryable,
  connectionIds: readonly number[],
  also: readonly About[],
  { storeId, connection, reason, record }: Dismissal,
): Promise<OpenProblem[]> {
  return tx.query<OpenProblem>(
    `SELECT p.id AS problem, p.connection_id AS "connectionId", p.feed_type AS feed, p.kind, p.record AS id FROM problems p
     WHERE p.id = ANY(ARRAY(
         SELECT id FROM problems WHERE connection_id = ANY($1::int[]) AND ${OPEN}
         UNION SELECT id FROM problems WHERE store_id = $3::int AND ${OPEN}
         UNION SELECT id FROM unnest($5::int[], $6::text[]) AS d(of_connection, of_record) JOIN problems ON connection_id = of_connection AND record = of_record AND ${OPEN}))
       AND p.resolved_at IS NULL
       AND ($4::text IS NULL OR p.record = $4 OR p.number = $4) ORDER BY p.id FOR UPDATE`,
    [connectionIds, reason, connection === undefined ? storeId : null, record ?? null, ...keysOf(also)],
  );
}

/**
 * Problems are over by a person's word, which is kept with them: the given ones, and those of what was dismissed, which
 * may have been over before.
 */
export async function settleByHand(
  tx: Queryable,
  problems: readonly OpenProblem[],
  dismissed: readonly About[],
  { reason, note }: Dismissal,
): Promise<void> {
  await tx.query(
    `UPDATE problems p SET resolved_at = coalesce(p.resolved_at, now()), note = $2 WHERE p.id = ANY($1::bigint[])`,
    [problems.map(({ problem }) => problem), note],
  );
  await tx.query(
    `UPDATE problems p SET note = $5 FROM unnest($1::int[], $2::text[], $3::text[]) AS d(connection_id, kind, record)
     WHERE p.connection_id = d.connection_id AND p.kind = d.kind AND p.record = d.record AND p.reason = $4 AND p.resolved_at IS NOT NULL`,
    [
      dismissed.map(({ connectionId }) => connectionId),
      dismissed.map(({ kind }) => kind),
      dismissed.map(({ id }) => id),
      reason,
      note,
    ],
  );
}

/** An order's history has what was dismissed of it, beside the order itself. */
export async function rememberDismissed(
  tx: Queryable,
  orders: readonly About[],
  { reason, note, requestId }: Dismissal,
): Promise<void> {
  await tx.query(
    `INSERT INTO order_history (connection_id, order_id, what, detail, request_id)
     SELECT DISTINCT o.connection_id, o.external_id, 'problem ' || $3, $4, $5
     FROM unnest($1::int[], $2::text[]) AS k(connection_id, order_id) JOIN orders o ON o.connection_id = k.connection_id AND o.external_id = k.order_id`,
    [...keysOf(orders), reason, dismissedWords(note), requestId],
  );
}

/** Orders whose persons were erased: what is said of them later is not kept either. */
export async function eraseNotesOfForgotten(tx: Queryable, orders: readonly About[]): Promise<void> {
  const gone = await tx.query<{ connectionId: number; orderId: string }>(
    `SELECT o.connection_id AS "connectionId", o.external_id AS "orderId"
     FROM unnest($1::int[], $2::text[]) AS k(connection_id, order_id) JOIN orders o ON o.connection_id = k.connection_id AND o.external_id = k.order_id
     WHERE o.forgotten_at IS NOT NULL`,
    keysOf(orders),
  );
  await eraseNotes(tx, gone);
}

/** That something was dismissed stays with an order; what was said to it goes. */
export async function eraseNotes(
  tx: Queryable,
  orders: readonly { readonly connectionId: number; readonly orderId: string }[],
): Promise<void> {
  if (orders.length === 0) return;
  const keys = [orders.map(({ connectionId }) => connectionId), orders.map(({ orderId }) => orderId)];
  const these = 'unnest($1::int[], $2::text[]) AS k(connection_id, order_id)';
  await tx.query(
    `UPDATE orders o SET intake_message = '${SAID}' FROM ${these}
     WHERE o.connection_id = k.connection_id AND o.external_id = k.order_id AND o.intake_reason = '${DISMISSED}'`,
    keys,
  );
  await tx.query(
    `UPDATE order_history h SET detail = '${SAID}' FROM ${these}
     WHERE h.connection_id = k.connection_id AND h.order_id = k.order_id AND starts_with(h.detail, '${dismissedWords('')}')`,
    keys,
  );
  await tx.query(
    `UPDATE problems p SET note = NULL FROM ${these}
     WHERE p.connection_id = k.connection_id AND p.kind = 'order' AND p.record = k.order_id AND p.note IS NOT NULL`,
    keys,
  );
}

const keysOf = (orders: readonly About[]): [number[], string[]] => [
  orders.map(({ connectionId }) => connectionId),
  orders.map(({ id }) => id),
];
