import type { ConnectionKey } from '../../crds/index.ts';
import type { Database } from '../storage/database.ts';
import { findConnection } from './sessions.ts';

/**
 * What deletion of a connection does to its data. Retain keeps all of it: a connection of that name takes it up again.
 * Delete is one DELETE: every row of a connection refers to it and falls with it (migration 0042). Its rotating tokens
 * go with the last connection that used them.
 */
export async function purgeConnection(
  db: Database,
  key: ConnectionKey,
  policy: 'Retain' | 'Delete',
): Promise<{ deleted: number }> {
  const connection = await findConnection(db, key);
  if (!connection || policy === 'Retain') return { deleted: 0 };
  return db.transaction(async (tx) => {
    // First: from here on nothing can be added.
    const [row] = await tx.query<{ credential: string | null }>(
      'SELECT credential FROM connections WHERE id = $1 FOR UPDATE',
      [connection.id],
    );
    const tables = await tx.query<{ name: string }>(
      `SELECT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f' AND confrelid = 'connections'::regclass`,
    );
    let deleted = 0;
    for (const { name } of tables) {
      const [found] = await tx.query<{ count: number }>(
        `SELECT count(*) AS count FROM ${name} WHERE connection_id = $1`,
        [connection.id],
      );
      deleted += found!.count;
    }
    await tx.query('DELETE FROM connections WHERE id = $1', [connection.id]);
    await tx.query(
      `DELETE FROM token_vault v WHERE v.namespace = $1 AND split_part(v.credential, '/', 1) = $2
         AND NOT EXISTS (SELECT 1 FROM connections c WHERE c.namespace = $1 AND c.credential = $2)`,
      [key.namespace, row?.credential ?? null],
    );
    return { deleted };
  });
}
