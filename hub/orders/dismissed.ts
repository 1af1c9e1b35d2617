import { DISMISSED, dismissedWords, type Dismissal } from '../problems/dismissal.ts';
import type { Queryable } from '../storage/database.ts';

/** SQL: whether the order `o` is as a person left it, until they have it read again (`readDismissedAnew`). */
export const STAYS_DISMISSED = `(o.intake = 'Skipped' AND coalesce(o.intake_reason = '${DISMISSED}', false) AND o.look_again_at IS NULL)`;

/** An order, as its connection knows it. */
export interface DismissedOrder extends Record<string, unknown> {
  readonly connection_id: number;
  readonly id: string;
}

/** Rejected orders that a person has dealt with: skipped from now on, whatever the shop says of them. */
export async function dismissOrders(
  tx: Queryable,
  connectionIds: readonly number[],
  { reason, record, note, requestId }: Dismissal,
): Promise<DismissedOrder[]> {
  return tx.query<DismissedOrder>(
    `WITH skipped AS (
       UPDATE orders o SET intake = 'Skipped', intake_reason = '${DISMISSED}', intake_message = $4, look_again_at = NULL,
         seq = nextval('change_seq'), changed_at = now()
       WHERE o.connection_id = ANY($1::int[]) AND o.intake = 'Rejected' AND o.intake_reason = $2
         AND ($3::text IS NULL OR o.external_id = $3 OR o.number = $3)
       RETURNING o.connection_id, o.external_id),
     kept AS (INSERT INTO order_history (connection_id, order_id, what, detail, request_id)
       SELECT connection_id, external_id, 'skipped', $4, $5 FROM skipped)
     SELECT connection_id, external_id AS id FROM skipped`,
    [connectionIds, reason, record ?? null, dismissedWords(note), requestId],
  );
}

/**
 * Has dismissed orders of a connection read again and judged by what they are by then: one may have been cancelled or
 * shipped since, another could never be read. One whose person was erased has no address to be sent to.
 */
export async function readDismissedAnew(
  tx: Queryable,
  connectionId: number,
): Promise<{ readonly matched: number; readonly asked: number }> {
  const [row] = await tx.query<{ matched: number; asked: number }>(
    `WITH dismissed AS (SELECT external_id, forgotten_at FROM orders WHERE store_id = (SELECT store_id FROM connections WHERE id = $1) AND intake <> 'Accepted' AND connection_id = $1 AND intake = 'Skipped' AND intake_reason = '${DISMISSED}'),
     asked AS (
       UPDATE orders SET look_again_at = now()
       WHERE connection_id = $1 AND external_id = ANY(ARRAY(SELECT external_id FROM dismissed WHERE forgotten_at IS NULL)) AND intake_reason = '${DISMISSED}'
       RETURNING 1)
     SELECT (SELECT count(*) FROM dismissed) AS matched, (SELECT count(*) FROM asked) AS asked`,
    [connectionId],
  );
  return row!;
}
