import type { Checkpoint } from '../../model/batch.ts';
import { classOf, type FeedType } from '../../model/feeds.ts';
import {
  RUN_LEASE_SECONDS,
  type FinishRunRequest,
  type StartRunAnswer,
  type StartRunRequest,
} from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { HttpError } from '../base/errors.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { orderRulesOf } from '../stores/order-rules.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';

const KEPT_CHECKPOINTS = 10;
const KEPT_RUNS = 200;

/**
 * One run a feed at a time: a unique index says so. A run whose lease ran out, or whose pod has started anew, is ended
 * here.
 */
export async function startRun(
  hub: HubContext,
  connection: ConnectionRow,
  request: StartRunRequest,
): Promise<StartRunAnswer> {
  return hub.db.transaction(async (tx) => {
    await endAbandoned(tx, connection.id, request);
    const runId = hub.newId();
    const rows = await tx.query(
      `INSERT INTO runs (id, connection_id, feed, feed_type, trigger, holder, dry_run, scoped, lease_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $9, now() + make_interval(secs => $8))
       ON CONFLICT (connection_id, feed_type) WHERE result = 'Running' DO NOTHING RETURNING id`,
      [
        runId,
        connection.id,
        request.feed,
        request.feedType,
        request.trigger,
        request.holder,
        request.dryRun ?? false,
        RUN_LEASE_SECONDS,
        request.scoped ?? false,
      ],
    );
    if (rows.length === 0)
      throw new HttpError(
        409,
        'RunLeased',
        `another run of ${request.feedType} holds the lease: it is free again after at most ${RUN_LEASE_SECONDS} s without a sign of life`,
      );
    if (request.resetCheckpoint && !request.dryRun)
      await tx.query('DELETE FROM checkpoints WHERE connection_id = $1 AND feed_type = $2', [
        connection.id,
        request.feedType,
      ]);
    const [saved] = await tx.query<{ value: Checkpoint }>(
      'SELECT value FROM checkpoints WHERE connection_id = $1 AND feed_type = $2',
      [connection.id, request.feedType],
    );
    return {
      runId,
      checkpoint: request.resetCheckpoint ? undefined : saved?.value,
      // At each run: a Store that changes is obeyed by the next one.
      orderRules:
        classOf(request.feedType) === 'orders'
          ? orderRulesOf((await findStoreById(tx, connection.store_id))?.rules)
          : undefined,
    };
  });
}

async function endAbandoned(tx: Queryable, connectionId: number, request: StartRunRequest): Promise<void> {
  const pod = request.holder.split('/')[0]!;
  await tx.query(
    `UPDATE runs SET result = 'Failed', finished_at = now(), message = 'abandoned: the pod stopped renewing its lease; another run took over'
     WHERE connection_id = $1 AND feed_type = $2 AND result = 'Running'
       AND (lease_until < now() OR (split_part(holder, '/', 1) = $3 AND holder <> $4))`,
    [connectionId, request.feedType, pod, request.holder],
  );
}

/** Keeps the lease. Throws `LeaseLost` when another took over: the pod must stop at once. */
export async function heartbeat(hub: HubContext, connection: ConnectionRow, runId: string): Promise<void> {
  await holdRun(hub.db, connection.id, runId);
}

/** The same for what a run of this feed does in a transaction: until its end nobody takes the run over. */
export async function holdRun(db: Queryable, connectionId: number, runId: string, feedType?: FeedType): Promise<void> {
  const rows = await db.query(
    `UPDATE runs SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND connection_id = $2 AND result = 'Running' AND feed_type = coalesce($4, feed_type) RETURNING id`,
    [runId, connectionId, RUN_LEASE_SECONDS, feedType ?? null],
  );
  if (rows.length === 0) throw leaseLost();
}

export function leaseLost(): HttpError {
  return new HttpError(409, 'LeaseLost', 'the run was ended or taken over: start another');
}

export async function finishRun(
  hub: HubContext,
  connection: ConnectionRow,
  runId: string,
  request: FinishRunRequest,
): Promise<void> {
  await hub.db.transaction(async (tx) => {
    const [run] = await tx.query<{ feed_type: string; dry_run: boolean }>(
      `UPDATE runs SET result = $3, message = $4, finished_at = now(), read = read + $5, changed = changed + $6, problems = problems + $7, goes_on_at = $8
       WHERE id = $1 AND connection_id = $2 AND result = 'Running' RETURNING feed_type, dry_run`,
      [
        runId,
        connection.id,
        request.result,
        request.message ?? null,
        request.counts?.read ?? 0,
        request.counts?.changed ?? 0,
        request.counts?.problems ?? 0,
        request.goesOnAt ?? null,
      ],
    );
    if (!run) throw leaseLost();
    if (request.checkpoint && !run.dry_run)
      await saveCheckpoint(tx, connection.id, run.feed_type, runId, request.checkpoint, true);
    await tx.query(
      `DELETE FROM runs WHERE connection_id = $1 AND feed_type = $2 AND id IN
         (SELECT id FROM runs WHERE connection_id = $1 AND feed_type = $2 ORDER BY started_at DESC OFFSET $3)`,
      [connection.id, run.feed_type, KEPT_RUNS],
    );
  });
}

/** `final` checkpoints, one a run, are also kept as history (the last ten). An equal one is not written again. */
export async function saveCheckpoint(
  tx: Transaction,
  connectionId: number,
  feedType: string,
  runId: string,
  value: Checkpoint,
  final: boolean,
): Promise<void> {
  const rows = await tx.query(
    `INSERT INTO checkpoints AS c (connection_id, feed_type, value) VALUES ($1, $2, $3::jsonb)
     ON CONFLICT (connection_id, feed_type) DO UPDATE SET value = EXCLUDED.value, saved_at = now() WHERE c.value <> EXCLUDED.value RETURNING 1`,
    [connectionId, feedType, JSON.stringify(value)],
    'save-checkpoint',
  );
  if (!final || rows.length === 0) return;
  await tx.query(
    'INSERT INTO checkpoint_history (connection_id, feed_type, value, run_id) VALUES ($1, $2, $3::jsonb, $4)',
    [connectionId, feedType, JSON.stringify(value), runId],
  );
  await tx.query(
    `DELETE FROM checkpoint_history WHERE connection_id = $1 AND feed_type = $2 AND (saved_at, run_id) IN
       (SELECT saved_at, run_id FROM checkpoint_history WHERE connection_id = $1 AND feed_type = $2 ORDER BY saved_at DESC OFFSET $3)`,
    [connectionId, feedType, KEPT_CHECKPOINTS],
  );
}
