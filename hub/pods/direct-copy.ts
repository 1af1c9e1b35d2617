import type { BatchSegment } from '../../model/batch.ts';
import { copyColumn } from '../../model/copy-reader.ts';
import { TABLES, type RecordTable } from '../../model/tables.ts';
import { BY_KEY } from '../storage/by-key.ts';
import type { Transaction, TransactionSettings } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { asList, listed } from '../storage/id-list.ts';
import { allPass } from '../orders/judge.ts';
import { settleNewOrders } from '../orders/new-orders.ts';
import type { OrderScope } from '../orders/order-scope.ts';

/** A table's segment and the ids of its rows: the first column of their key. */
interface Incoming {
  readonly table: RecordTable;
  readonly segment: BatchSegment;
  readonly ids: readonly string[];
}

/** For every transaction that merges. The last two say whose the rows are that COPY brings in (migration 0004). */
export const mergeSettings = (connection: ConnectionRow): TransactionSettings => ({
  ...BY_KEY,
  'supercargo.connection_id': connection.id,
  'supercargo.store_id': connection.store_id,
});

/**
 * The short way for a batch of nothing but new, ordinary records, which is what a first sync consists of: COPY straight
 * into the tables, no staging, no merge. Returns how many records came in; undefined when any record is known already
 * or a rule has to look closer: then nothing has been written and the batch is merged (merge.ts). Another transaction
 * may bring in the same id at the same time: that ends in a unique violation, and the batch is merged after it.
 */
export async function copyDirectly(
  tx: Transaction,
  connection: ConnectionRow,
  segments: readonly BatchSegment[],
  scope: OrderScope | undefined,
): Promise<number | undefined> {
  const incoming = incomingOf(segments);
  if (!incoming || incoming.length === 0) return undefined;
  const orders = incoming.find(({ table }) => table.name === 'orders');
  if (scope && !(await allPass(tx, scope, segments))) return undefined;
  if (await anyKnown(tx, connection.id, incoming)) return undefined;
  for (const { table, segment } of incoming) await tx.copy(table.name, Object.keys(table.columns), segment.data);
  if (scope && orders) await settleNewOrders(tx, scope, segments, orders.ids);
  return incoming.filter(({ table }) => !table.parent).reduce((sum, { segment }) => sum + segment.rows, 0);
}

function incomingOf(segments: readonly BatchSegment[]): Incoming[] | undefined {
  const incoming: Incoming[] = [];
  for (const segment of segments.filter(({ rows }) => rows > 0)) {
    const table: RecordTable = TABLES[segment.table];
    const ids = copyColumn(segment.data, Object.keys(table.columns).indexOf(table.key[0]!));
    if (!ids) return undefined;
    incoming.push({ table, segment, ids });
  }
  return incoming.every((child) => hasItsParents(child, incoming)) ? incoming : undefined;
}

/** Rows without their record in the batch are left out by a merge; so they go that way. */
function hasItsParents({ table, segment, ids }: Incoming, incoming: readonly Incoming[]): boolean {
  if (!table.parent) return true;
  const parents = new Set(incoming.find((other) => other.table.name === table.parent!.table)?.ids);
  const column = Object.keys(table.columns).indexOf(table.parent.column);
  const named = table.key[0] === table.parent.column ? ids : copyColumn(segment.data, column);
  return named?.every((id) => parents.has(id)) ?? false;
}

/**
 * One statement for all tables. Children that are keyed by their record are as new as it is. Ids of new records mostly
 * stand behind all that are known: then one look tells. Else it is one for each id, written as LATERAL with LIMIT: for
 * many ids the planner would rather read all rows of the connection.
 */
async function anyKnown(tx: Transaction, connectionId: number, incoming: readonly Incoming[]): Promise<boolean> {
  const asked = incoming.filter(({ table }) => table.key[0] !== table.parent?.column);
  const lookups = asked.map(({ table }, index) => {
    const given = `${listed(index + 2)} AS given(id)`;
    const key = table.key[0]!;
    const rows = `SELECT 1 FROM ${table.name} WHERE connection_id = $1 AND ${key}`;
    return `CASE WHEN EXISTS (${rows} >= (SELECT min(id) FROM ${given}) AND ${key} <= (SELECT max(id) FROM ${given}))
      THEN EXISTS (SELECT 1 FROM ${given} CROSS JOIN LATERAL (${rows} = given.id LIMIT 1) found) ELSE false END`;
  });
  const [row] = await tx.query<{ known: boolean }>(
    `SELECT ${lookups.join(' OR ')} AS known`,
    [connectionId, ...asked.map(({ ids }) => asList(ids))],
    `known:${asked.map(({ table }) => table.name).join()}`,
  );
  return row!.known;
}
