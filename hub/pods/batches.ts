import type { Batch } from '../../model/batch.ts';
import { RUN_LEASE_SECONDS, type BatchAnswer } from '../../model/sync-api.ts';
import type { FeedType } from '../../model/feeds.ts';
import { TABLES, type TableName } from '../../model/tables.ts';
import type { HubContext } from '../base/context.ts';
import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { copyDirectly, mergeSettings } from './direct-copy.ts';
import { mergeOrders } from '../orders/merge-orders.ts';
import { mergeTable, stage } from '../records/merge.ts';
import { noteProblems } from './batch-problems.ts';
import { redriveRejected } from '../orders/redrive.ts';
import { leaseLost, saveCheckpoint } from '../runs/runs.ts';
import { sendKept } from '../stock/send-kept.ts';
import { checkStock } from '../stock/stock-check.ts';
import { countSeen } from '../orders/first-seen.ts';
import { orderScope, type OrderScope } from '../orders/order-scope.ts';
import { settleGone } from '../orders/gone.ts';
import { keepUnreadable } from '../orders/unreadable.ts';

const UNIQUE_VIOLATION = '23505';

interface RunRow extends Record<string, unknown> {
  readonly feed_type: FeedType;
  readonly trigger: string;
  readonly dry_run: boolean;
  readonly sequence: number;
}

/** Carries the counts of a dry run out of the transaction that is rolled back. */
class DryRun extends Error {
  readonly changed: number;

  constructor(changed: number) {
    super('dry run');
    this.changed = changed;
  }
}

/**
 * A page of records, its problems and the new checkpoint, in one transaction: all of it or nothing
 * (docs/guarantees.md). A batch that comes a second time, because its answer was lost, is answered and not done again.
 * A pod that lost its lease cannot write: the run's row is the fence.
 */
export async function applyBatch(
  hub: HubContext,
  connection: ConnectionRow,
  runId: string,
  batch: Batch,
): Promise<BatchAnswer> {
  const attempt = (direct: boolean): Promise<BatchAnswer> => inTransaction(hub, connection, runId, batch, direct);
  return attempt(true).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
    return attempt(false);
  });
}

async function inTransaction(
  hub: HubContext,
  connection: ConnectionRow,
  runId: string,
  batch: Batch,
  direct: boolean,
): Promise<BatchAnswer> {
  try {
    return await hub.db.transaction(async (tx) => {
      const run = await lockRun(tx, connection.id, runId);
      if (batch.header.sequence <= run.sequence) return { changed: 0, repeated: true };
      const scope = holds(batch, 'orders') ? await orderScope(tx, connection) : undefined;
      // A check of stock compares with what is staged.
      const mayCopy = direct && run.feed_type !== 'StockCheck';
      const changed =
        (mayCopy ? await copyDirectly(tx, connection, batch.segments, scope) : undefined) ??
        (await mergeRecords(tx, connection, batch, scope));
      const healed = changed > 0 && holds(batch, 'products') ? await productsCame(tx, hub, connection) : 0;
      if (run.feed_type === 'StockCheck') await checkStock(tx, hub, connection);
      if (connection.hooks_since !== null && scope) await countSeen(tx, connection.id, run.trigger);
      if (run.dry_run) throw new DryRun(changed);
      await keepUnreadable(tx, connection, batch.header.problems);
      await noteProblems(tx, connection.id, run.feed_type, batch);
      await settleGone(tx, connection.id, batch.header.gone ?? []);
      if (batch.header.checkpoint)
        await saveCheckpoint(tx, connection.id, run.feed_type, runId, batch.header.checkpoint, false);
      await countBatch(tx, runId, batch, changed);
      if (healed > 0 || mayTell(changed, scope)) tx.afterCommit(hub.wakeDeliveries);
      return { changed, repeated: false };
    }, mergeSettings(connection));
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
    await hub.db.transaction((tx) => countBatch(tx, runId, batch, error.changed));
    return { changed: error.changed, repeated: false };
  }
}

async function lockRun(tx: Transaction, connectionId: number, runId: string): Promise<RunRow> {
  const [run] = await tx.query<RunRow>(
    `SELECT feed_type, trigger, dry_run, sequence FROM runs WHERE id = $1 AND connection_id = $2 AND result = 'Running' FOR UPDATE`,
    [runId, connectionId],
    'lock-run',
  );
  if (!run) throw leaseLost();
  return run;
}

/** Whether an event can have been queued. */
const mayTell = (changed: number, scope: OrderScope | undefined): boolean =>
  changed > 0 && scope !== undefined && scope.endpoints.length > 0;

const holds = (batch: Batch, name: TableName): boolean => batch.segments.some(({ table }) => table === name);

async function mergeRecords(
  tx: Transaction,
  connection: ConnectionRow,
  batch: Batch,
  scope: OrderScope | undefined,
): Promise<number> {
  await stage(tx, batch.segments);
  const present = new Set(batch.segments.map((segment) => segment.table));
  let changed = 0;
  for (const name of Object.keys(TABLES) as TableName[]) {
    if (!present.has(name) || isChild(name)) continue;
    if (name !== 'orders') changed += await mergeTable(tx, connection.id, name);
    else if (scope) changed += await mergeOrders(tx, scope);
  }
  return changed;
}

function isChild(name: TableName): boolean {
  return 'parent' in TABLES[name];
}

/**
 * New products may be what a level or a rejected order waited for; one question for both, since mostly nothing waits.
 * Returns how many orders came to another result.
 */
async function productsCame(tx: Transaction, hub: HubContext, connection: ConnectionRow): Promise<number> {
  const [waits] = await tx.query<{ levels: boolean; orders: boolean }>(
    `SELECT EXISTS (SELECT FROM stock_targets WHERE store_id = $1 AND waiting) AS levels,
       EXISTS (SELECT FROM orders WHERE connection_id = ANY(ARRAY(SELECT id FROM connections WHERE store_id = $1)) AND intake = 'Rejected' AND intake_reason = 'UnknownSku') AS orders`,
    [connection.store_id],
    'waits-for-products',
  );
  if (waits!.levels) await sendKept(tx, hub, connection);
  return waits!.orders ? healUnknownSkus(tx, connection) : 0;
}

/** New products may be what a rejected order waited for. Returns how many orders came to another result. */
async function healUnknownSkus(tx: Transaction, connection: ConnectionRow): Promise<number> {
  const waiting = await tx.query<{ id: number }>(
    `SELECT DISTINCT c.id FROM connections c JOIN orders o ON o.connection_id = c.id AND o.intake = 'Rejected' AND o.intake_reason = 'UnknownSku' WHERE c.store_id = $1`,
    [connection.store_id],
    'waiting-for-products',
  );
  let healed = 0;
  for (const { id } of waiting) healed += await redriveRejected(tx, { ...connection, id }, ['UnknownSku']);
  return healed;
}

async function countBatch(tx: Transaction, runId: string, batch: Batch, changed: number): Promise<void> {
  await tx.query(
    `UPDATE runs SET sequence = $2, read = read + $3, changed = changed + $4, problems = problems + $5, lease_until = now() + make_interval(secs => $6) WHERE id = $1`,
    [runId, batch.header.sequence, batch.header.read, changed, batch.header.problems.length, RUN_LEASE_SECONDS],
    'count-batch',
  );
}
