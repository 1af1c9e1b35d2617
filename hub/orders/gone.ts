import { UNREADABLE } from '../../model/batch.ts';
import { resolve } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';

const MESSAGE = 'the shop does not have it any more: it was deleted before it could be taken';

/**
 * Orders that were put aside or could not be read, and that the shop does not have when it is asked for them: nobody
 * can mend what is not there, so their problems are over. One that was accepted is not touched: the back office has it.
 */
export async function settleGone(tx: Transaction, connectionId: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const gone = await tx.query<{ id: string }>(
    `WITH gone AS (
       UPDATE orders SET intake = 'Skipped', intake_reason = 'GoneAtStore', intake_message = $3, look_again_at = NULL,
         seq = nextval('change_seq'), changed_at = now()
       WHERE connection_id = $1 AND external_id = ANY($2::text[]) AND (intake = 'Held' OR intake = 'Skipped' AND look_again_at IS NOT NULL OR intake = 'Rejected' AND intake_reason = '${UNREADABLE}')
       RETURNING external_id),
     kept AS (INSERT INTO order_history (connection_id, order_id, what, detail) SELECT $1::int, external_id, 'skipped', $3 FROM gone)
     SELECT external_id AS id FROM gone`,
    [connectionId, ids, MESSAGE],
  );
  await resolve(
    tx,
    { connection: connectionId, feeds: ['OrderImport', 'OrderUpdate'] },
    gone.map(({ id }) => id),
    { except: ['GoneAtStore'] },
  );
}
