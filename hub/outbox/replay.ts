import { feedOfKind, type WriteKind } from '../../model/feeds.ts';
import type { HubContext } from '../base/context.ts';
import type { Transaction } from '../storage/database.ts';
import { dryOr } from '../storage/dry-run.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { readDismissedAnew } from '../orders/dismissed.ts';
import { redriveRejected } from '../orders/redrive.ts';
import { DISMISSED } from '../problems/dismissal.ts';
import { hint } from '../runs/hints.ts';
import { askForExport } from './queue.ts';
import { REFUSED_FOR } from './results.ts';

export interface ReplayResult {
  /** What has this reason and can be replayed. */
  readonly matched: number;
  /** What is no longer as it was: orders decided anew, writes and deliveries queued again. */
  readonly changed: number;
}

/**
 * Judges orders anew that were rejected for a reason, from what is stored; those that a person dismissed are read again
 * first.
 */
export async function replayOrders(
  tx: Transaction,
  hub: HubContext,
  connections: readonly ConnectionRow[],
  reason: string,
  dryRun: boolean,
): Promise<ReplayResult> {
  if (reason === DISMISSED) return replayDismissed(tx, hub, connections, dryRun);
  const [rejected] = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM orders WHERE connection_id = ANY($1::int[]) AND intake = 'Rejected' AND intake_reason = $2`,
    [connections.map(({ id }) => id), reason],
  );
  const changed = await dryOr(tx, dryRun, async () => {
    let orders = 0;
    for (const connection of connections) orders += await redriveRejected(tx, connection, [reason]);
    return orders;
  });
  if (!dryRun) tx.afterCommit(hub.wakeDeliveries);
  return { matched: rejected!.count, changed };
}

async function replayDismissed(
  tx: Transaction,
  hub: HubContext,
  connections: readonly ConnectionRow[],
  dryRun: boolean,
): Promise<ReplayResult> {
  const orders = { matched: 0, changed: 0 };
  for (const { id } of connections) {
    const { matched, asked } = await dryOr(tx, dryRun, () => readDismissedAnew(tx, id));
    orders.matched += matched;
    orders.changed += asked;
    if (dryRun || asked === 0) continue;
    await hint(tx, id, 'OrderImport');
    tx.afterCommit(() => hub.wakePod(id));
  }
  return orders;
}

/**
 * Tries again all of a Store that failed for a reason: rejected orders are judged anew, writes that a shop refused and
 * webhooks that were given up are queued again. A dry run does it all and takes it back.
 */
export async function replayReason(
  tx: Transaction,
  hub: HubContext,
  storeId: number,
  reason: string,
  dryRun: boolean,
): Promise<ReplayResult> {
  const connections = await tx.query<ConnectionRow & Record<string, unknown>>(
    'SELECT * FROM connections WHERE store_id = $1 ORDER BY id',
    [storeId],
  );
  const orders = await replayOrders(tx, hub, connections, reason, dryRun);
  const queued = await dryOr(
    tx,
    dryRun,
    async () =>
      (await requeueWrites(
        tx,
        hub,
        connections.map(({ id }) => id),
        reason,
        dryRun,
      )) + (reason === 'WebhookUndeliverable' ? await requeueDeliveries(tx, storeId) : 0),
  );
  return { matched: orders.matched + queued, changed: orders.changed + queued };
}

/** Where the last word counts the newest alone is sent, and none where a newer one is on its way or done. */
async function requeueWrites(
  tx: Transaction,
  hub: HubContext,
  connectionIds: readonly number[],
  reason: string,
  dryRun: boolean,
): Promise<number> {
  const rows = await tx.query<{ connection_id: number; kind: WriteKind }>(
    `UPDATE outbox o SET state = 'Pending', attempts = 0, failures = 0, not_before = now(), done_at = NULL, reason = NULL, message = NULL, passed = false
     WHERE o.connection_id = ANY($1::int[]) AND o.state = 'Rejected' AND ${REFUSED_FOR} = $2
       AND (NOT o.supersedes OR NOT EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = o.connection_id AND n.kind = o.kind AND n.subject = o.subject AND n.id > o.id))
     RETURNING connection_id, kind`,
    [connectionIds, reason],
  );
  if (dryRun) return rows.length;
  await askForExport(
    tx,
    hub,
    rows.map(({ connection_id, kind }) => ({ connectionId: connection_id, feed: feedOfKind(kind) })),
  );
  return rows.length;
}

async function requeueDeliveries(tx: Transaction, storeId: number): Promise<number> {
  const rows = await tx.query(
    `UPDATE deliveries SET state = 'Pending', attempts = 0, next_attempt_at = now(), claimed_until = NULL WHERE store_id = $1 AND state = 'Dead' RETURNING id`,
    [storeId],
  );
  return rows.length;
}
