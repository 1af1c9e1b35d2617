import type { ConnectionKey } from '../../crds/index.ts';
import type { Database } from '../storage/database.ts';
import { findConnection } from './sessions.ts';

/** The tables whose rows fall with their connection, as the database itself has it: also what a test holds to. */
export const TABLES_OF_CONNECTIONS = `
  SELECT conrelid::regclass::text AS name FROM pg_constraint
  WHERE contype = 'f' AND confdeltype = 'c' AND confrelid = 'connections'::regclass
  UNION SELECT convert_from(substring(tgargs FOR length(tgargs) - 1), 'UTF8')
  FROM pg_trigger JOIN pg_proc f ON f.oid = tgfoid
  WHERE tgrelid = 'connections'::regclass AND f.proname = 'delete_owned' AND tgenabled = 'O'`;

/**
 * What deletion of a connection does to its data. Retain keeps all of it: a connection of that name takes it up again.
 * Delete is one DELETE: every row of a connection falls with it, by foreign key or by a trigger of its table
 * (migrations 0042 and 0048). Its rotating tokens go with the last connection that used them.
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
    const tables = await tx.query<{ name: string }>(TABLES_OF_CONNECTIONS);
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
