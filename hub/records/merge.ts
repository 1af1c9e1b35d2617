import type { BatchSegment } from '../../model/batch.ts';
import { TABLES, type RecordTable, type TableName } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { levelsFollow, variantsBefore } from './levels-follow.ts';
import { stagingTable } from '../storage/staging.ts';

const TABLE_LIST: readonly RecordTable[] = Object.values(TABLES);

/** Pipes a batch's segments into the staging tables, bytes as they came. */
export async function stage(tx: Transaction, segments: readonly BatchSegment[]): Promise<void> {
  for (const segment of segments) {
    if (segment.rows > 0)
      await tx.copy(stagingTable(segment.table), Object.keys(TABLES[segment.table].columns), segment.data);
  }
}

/**
 * Merges what is staged for a top-level table but `orders` (see merge-orders.ts): new rows in, rows whose hash differs
 * replaced together with their children, equal rows untouched. Returns how many changed.
 */
export async function mergeTable(
  tx: Transaction,
  connectionId: number,
  name: Exclude<TableName, 'orders'>,
): Promise<number> {
  const table: RecordTable = TABLES[name];
  const columns = Object.keys(table.columns);
  await tx.query('DELETE FROM stage_changed');
  const [row] = await tx.query<{ changed: number }>(
    `WITH merged AS (
       INSERT INTO ${name} AS t (connection_id, ${columns.join(', ')})
       SELECT $1, ${columns.join(', ')} FROM ${stagingTable(name)}
       ON CONFLICT (connection_id, ${table.key.join(', ')}) DO UPDATE
       SET ${assignments(columns, table.key)}, seq = nextval('change_seq'), changed_at = now()
       WHERE t.hash <> EXCLUDED.hash
       RETURNING t.${table.key[0]} AS external_id, (xmax = 0) AS inserted),
     kept AS (INSERT INTO stage_changed SELECT external_id, inserted FROM merged)
     SELECT count(*) AS changed FROM merged`,
    [connectionId],
  );
  const changed = row?.changed ?? 0;
  if (changed === 0) return 0;
  const before = name === 'products' ? await variantsBefore(tx, connectionId) : [];
  for (const child of childrenOf(name)) await replaceChildren(tx, connectionId, child);
  await levelsFollow(tx, connectionId, before);
  return changed;
}

export function childrenOf(name: string): RecordTable[] {
  return TABLE_LIST.filter((table) => table.parent?.table === name);
}

/** Rows of a child table for the parents in `stage_changed`: the old ones out, the staged ones in. */
export async function replaceChildren(tx: Transaction, connectionId: number, child: RecordTable): Promise<void> {
  const columns = Object.keys(child.columns);
  const parent = child.parent!.column;
  await tx.query(
    `DELETE FROM ${child.name} WHERE connection_id = $1 AND ${parent} = ANY(ARRAY(SELECT external_id FROM stage_changed WHERE NOT inserted))`,
    [connectionId],
  );
  await tx.query(
    `INSERT INTO ${child.name} (connection_id, ${columns.join(', ')})
     SELECT $1, ${columns.map((column) => `s.${column}`).join(', ')} FROM ${stagingTable(child.name)} s JOIN stage_changed c ON c.external_id = s.${parent}
     ON CONFLICT (connection_id, ${child.key.join(', ')}) DO UPDATE SET ${assignments(columns, child.key)}`,
    [connectionId],
  );
}

function assignments(columns: readonly string[], key: readonly string[]): string {
  return columns
    .filter((column) => !key.includes(column))
    .map((column) => `${column} = EXCLUDED.${column}`)
    .join(', ');
}
