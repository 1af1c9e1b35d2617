import type { Queryable } from '../storage/database.ts';
import { schemaVersion } from '../storage/migrate.ts';
import { readTables } from './catalogue.ts';
import { BackupFault } from './format.ts';

/** What a database holds before a restore. */
export interface Existing {
  readonly orders: number;
  readonly connections: number;
  /** When the newest order was first seen. */
  readonly newest: string | null;
}

/** undefined: nothing that a restore would take away. Throws where the tables are not a hub's. */
export async function findExisting(db: Queryable): Promise<Existing | undefined> {
  const tables = (await readTables(db)).map(({ name }) => name);
  if (tables.length === 0) return undefined;
  if ((await schemaVersion(db)) === 0)
    throw new BackupFault(
      `the database holds tables that are not a hub's (${tables.slice(0, 3).join(', ')}): restore into a database of the hub's own`,
    );
  const [row] = await db.query<{ orders: string; connections: string; newest: string | null }>(
    `SELECT (SELECT count(*) FROM orders)::text AS orders, (SELECT count(*) FROM connections)::text AS connections, (SELECT to_char(max(first_seen_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM orders) AS newest`,
  );
  const existing = { orders: Number(row!.orders), connections: Number(row!.connections), newest: row!.newest };
  return existing.orders + existing.connections > 0 ? existing : undefined;
}

/** For the person who is asked whether to replace it. */
export function lossOf({ orders, connections, newest }: Existing): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count(orders, 'order')} of ${count(connections, 'connection')}${newest === null ? '' : `, the newest seen at ${newest}`}`;
}
