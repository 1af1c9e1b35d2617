import type { StoreSpec } from '../../crds/index.ts';
import type { Checkpoint } from '../../model/batch.ts';
import { classOf, type FeedType } from '../../model/feeds.ts';
import {
  RUN_LEASE_SECONDS,
  type FeedSummary,
  type FinishRunRequest,
  type StartRunAnswer,
  type StartRunRequest,
} from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { HttpError } from '../base/errors.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { orderRulesOf } from '../stores/order-rules.ts';
import { feedSummary } from './feed-summary.ts';
import { IN_SESSION, noSession, type KnownConnection } from './in-session.ts';
import { IS_QUIET, lastRunBefore } from './quiet.ts';

const KEPT_CHECKPOINTS = 10;
const KEPT_RUNS = 200;

/** What a run begins with. */
interface Opened extends Record<string, unknown> {
  readonly checkpoint: Checkpoint | null;
  readonly rules: StoreSpec | null;
}

/**
 * One run a feed at a time: a unique index says so. A run whose lease ran out, or whose pod has started anew, is ended
 * here; mostly there is none, and one statement does.
 */
export async function startRun(
  hub: HubContext,
  connection: KnownConnection,
  request: StartRunRequest,
): Promise<StartRunAnswer> {
  const runId = hub.newId();
  const opened =
    (!request.resetCheckpoint && (await openRun(hub.db, connection.id, runId, request))) ||
    (await hub.db.transaction(async (tx) => {
      await endAbandoned(tx, connection.id, request);
      if (request.resetCheckpoint && !request.dryRun)
        await tx.query('DELETE FROM checkpoints WHERE connection_id = $1 AND feed_type = $2', [
          connection.id,
          request.feedType,
        ]);
      return openRun(tx, connection.id, runId, request);
    }));
  if (!opened) return refuseRun(hub.db, connection.id, request);
  return {
    runId,
    checkpoint: request.resetCheckpoint ? undefined : (opened.checkpoint ?? undefined),
    // At each run: a Store that changes is obeyed by the next one.
    orderRules: classOf(request.feedType) === 'orders' ? orderRulesOf(opened.rules ?? undefined) : undefined,
  };
}

/**
 * The checkpoint is read as it was when the statement began: one that another pod's run saved since is missed at worst,
 * and this run reads again what that one has read.
 */
async function openRun(
  db: Queryable,
  connectionId: number,
  runId: string,
  request: StartRunRequest,
): Promise<Opened | undefined> {
  const [opened] = await db.query<Opened>(
    `INSERT INTO runs (id, connection_id, feed, feed_type, trigger, holder, dry_run, scoped, lease_until)
     SELECT $1, id, $3, $4, $5, $6, $7, $9, now() + make_interval(secs => $8) FROM connections WHERE id = $2 AND ${IN_SESSION}
     ON CONFLICT (connection_id, feed_type) WHERE result = 'Running' DO NOTHING
     RETURNING (SELECT value FROM checkpoints WHERE connection_id = $2 AND feed_type = $4) AS checkpoint,
       (SELECT s.rules FROM connections c JOIN stores s ON s.id = c.store_id WHERE c.id = $2 AND $10) AS rules`,
    [
      runId,
      connectionId,
      request.feed,
      request.feedType,
      request.trigger,
      request.holder,
      request.dryRun ?? false,
      RUN_LEASE_SECONDS,
      request.scoped ?? false,
      classOf(request.feedType) === 'orders',
    ],
    'open-run',
  );
  return opened;
}

async function refuseRun(db: Queryable, connectionId: number, { feedType }: StartRunRequest): Promise<never> {
  const [known] = await db.query(`SELECT 1 FROM connections WHERE id = $1 AND ${IN_SESSION}`, [connectionId]);
  if (!known) throw noSession();
  throw new HttpError(
    409,
    'RunLeased',
    `another run of ${feedType} holds the lease: it is free again after at most ${RUN_LEASE_SECONDS} s without a sign of life`,
  );
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
export async function heartbeat(hub: HubContext, connection: KnownConnection, runId: string): Promise<void> {
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
  connection: KnownConnection,
  runId: string,
  request: FinishRunRequest,
): Promise<FeedSummary | undefined> {
  const { checkpoint } = request;
  const run = checkpoint
    ? await hub.db.transaction(async (tx) => {
        const ended = await endRun(tx, connection.id, runId, request);
        if (!ended.dry_run) await saveCheckpoint(tx, connection.id, ended.feed_type, runId, checkpoint, true);
        return ended;
      })
    : await endRun(hub.db, connection.id, runId, request);
  if (!run.repeated)
    await hub.db.query(
      `DELETE FROM runs WHERE id = ANY(ARRAY(SELECT id FROM runs WHERE connection_id = $1 AND feed_type = $2 ORDER BY started_at DESC OFFSET $3))`,
      [connection.id, run.feed_type, KEPT_RUNS],
    );
  return request.summary ? feedSummary(hub.db, connection.id, run.feed_type) : undefined;
}

interface EndedRun extends Record<string, unknown> {
  readonly feed_type: FeedType;
  readonly dry_run: boolean;
  /** It took the place of quiet ones before it. */
  readonly repeated: boolean;
}

async function endRun(
  db: Queryable,
  connectionId: number,
  runId: string,
  { result, message, goesOnAt, counts = { read: 0, changed: 0, problems: 0 } }: FinishRunRequest,
): Promise<EndedRun> {
  const [run] = await db.query<EndedRun>(
    `WITH own AS (SELECT r.*, $3::text AS ends, $4::text AS says, r.changed + $6 + r.problems + $7 AS moved FROM runs r WHERE id = $1 AND connection_id = $2 AND result = 'Running'),
       before AS (SELECT p.id, p.repeats, coalesce(p.repeats_since, p.started_at) AS since
         FROM own CROSS JOIN LATERAL (${lastRunBefore('own.connection_id', 'own.feed_type', 'own.id')}) p
         WHERE own.trigger = 'Schedule' AND own.ends = p.result AND own.says IS NULL AND own.moved = 0 AND NOT own.dry_run AND NOT own.scoped AND ${IS_QUIET}),
       dropped AS (DELETE FROM runs WHERE id = (SELECT id FROM before))
     UPDATE runs SET result = $3, message = $4, finished_at = now(), read = read + $5, changed = changed + $6, problems = problems + $7, goes_on_at = $8,
       repeats = coalesce((SELECT repeats + 1 FROM before), 0), repeats_since = (SELECT since FROM before)
     WHERE id = $1 AND connection_id = $2 AND result = 'Running' RETURNING feed_type, dry_run, repeats > 0 AS repeated`,
    [runId, connectionId, result, message ?? null, counts.read, counts.changed, counts.problems, goesOnAt ?? null],
    'end-run',
  );
  if (!run) throw leaseLost();
  return run;
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
