import type { BatchProblem } from '../../model/batch.ts';
import type { Transaction } from '../storage/database.ts';

/** Most payloads of a connection, newest first. How long one is kept: hub/retention/ends.ts. */
const KEPT = 1000;

/**
 * Keeps the payloads of problems, as the pod redacted them. One goes when its problem resolves (a trigger of the
 * database).
 */
export async function quarantine(
  tx: Transaction,
  connectionId: number,
  feedType: string,
  problems: readonly BatchProblem[],
): Promise<void> {
  const kept = problems.filter(({ payload }) => payload !== undefined);
  if (kept.length === 0) return;
  await tx.query(
    `INSERT INTO quarantine (connection_id, feed_type, record, reason, payload)
     SELECT DISTINCT ON (record, reason) $1::int, $2, record, reason, payload FROM unnest($3::text[], $4::text[], $5::text[]) AS p(record, reason, payload)
     ON CONFLICT (connection_id, feed_type, record, reason) DO UPDATE SET payload = EXCLUDED.payload, at = now()`,
    [
      connectionId,
      feedType,
      kept.map(({ record }) => record),
      kept.map(({ reason }) => reason),
      kept.map(({ payload }) => payload),
    ],
  );
  await tx.query(
    `DELETE FROM quarantine WHERE connection_id = $1 AND (feed_type, record, reason) IN
       (SELECT feed_type, record, reason FROM quarantine WHERE connection_id = $1 ORDER BY at DESC, feed_type, record, reason OFFSET ${KEPT})`,
    [connectionId],
  );
}
