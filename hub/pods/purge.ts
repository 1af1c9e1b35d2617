import type { ConnectionKey } from '../../crds/index.ts';
import { TABLES } from '../../model/tables.ts';
import type { Database } from '../storage/database.ts';
import { findConnection } from './sessions.ts';

const STATE_TABLES = [
  'outbox',
  'runs',
  'checkpoints',
  'checkpoint_history',
  'problems',
  'deliveries',
  'hints',
  'shipments',
  'inbound_hooks',
  'quarantine',
  'order_history',
  'written_prices',
];

/**
 * What deletion of a connection does to its data. Retain keeps all of it: a connection of that name takes it up again.
 */
export async function purgeConnection(
  db: Database,
  key: ConnectionKey,
  policy: 'Retain' | 'Delete',
): Promise<{ deleted: number }> {
  const connection = await findConnection(db, key);
  if (!connection || policy === 'Retain') return { deleted: 0 };
  return db.transaction(async (tx) => {
    let deleted = 0;
    for (const table of [...Object.keys(TABLES), ...STATE_TABLES]) {
      const [row] = await tx.query<{ count: number }>(
        `WITH gone AS (DELETE FROM ${table} WHERE connection_id = $1 RETURNING 1) SELECT count(*) AS count FROM gone`,
        [connection.id],
      );
      deleted += row!.count;
    }
    await tx.query('DELETE FROM connections WHERE id = $1', [connection.id]);
    return { deleted };
  });
}
