import { FEEDS, feedOfKind, type ExportType } from '../../model/feeds.ts';
import type { OutboxClaim, OutboxClaimRequest, OutboxResults } from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { PATIENCE_SECONDS, type AllExportEffects, type Brake, type ClaimedWrite } from '../base/export-effects.ts';
import { holdRun } from '../runs/runs.ts';
import { BY_KEY } from '../storage/by-key.ts';
import type { Queryable } from '../storage/database.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';
import { askForExport } from './queue.ts';
import { recordApplied, recordOther } from './results.ts';
import { LOCK_TO_PASS, TO_PASS } from './waiting.ts';

/**
 * An earlier entry of the subject of `o` that is due later. A sub-select with LIMIT is never planned as a join over all
 * of them.
 */
const EARLIER_THAT_WAITS = `SELECT d.id FROM outbox d WHERE d.connection_id = $1 AND d.kind = $2 AND d.subject = o.subject AND d.id < o.id
           AND d.state IN ('Pending', 'Sent') AND d.failures > 0 AND d.not_before > now() LIMIT 1`;

/** An earlier entry of the subject of `o` that the store has taken and not done yet. */
const EARLIER_SUBMITTED = `SELECT d.id FROM outbox d WHERE d.connection_id = $1 AND d.kind = $2 AND d.subject = o.subject AND d.id < o.id AND d.state = 'Submitted' LIMIT 1`;

/**
 * Gives a pod what is to be written to the store and marks it Sent, before it is sent: after a crash it comes again and
 * the driver reads back before it repeats (docs/guarantees.md). Entries of one subject stay in order. The run's row is
 * the fence, as for batches: two pods that both claimed would both write.
 */
export async function claimOutbox(
  hub: HubContext,
  connection: ConnectionRow,
  effects: AllExportEffects,
  request: OutboxClaimRequest,
): Promise<OutboxClaim> {
  const feed = feedOfKind(request.kind);
  return hub.db.transaction(async (tx) => {
    await holdRun(tx, connection.id, request.runId, feed);
    if (request.submitted) return { entries: await dueSubmitted(tx, connection.id, request), keptBack: 0 };
    const { brake } = effects[feed];
    const held = brake === 'none' ? undefined : await passBrake(tx, connection, brake, request);
    if (held) return { entries: [], keptBack: 0, held };
    const entries = await takeEntries(tx, connection.id, effects, feed, request.limit);
    const [kept] = await tx.query<{ count: number }>(
      `SELECT count(*) AS count FROM outbox WHERE connection_id = $1 AND kind = $2 AND state = 'Held'`,
      [connection.id, request.kind],
    );
    return { entries, keptBack: kept!.count, submitted: await submittedView(tx, connection.id, request.kind) };
  }, BY_KEY);
}

/**
 * Of several of one subject the newest, which takes the place of the others: what became of an older one is not known
 * (the pod or the hub ended), and were both sent and given back, the older could be the one that stays. For the newest
 * it is not the first attempt then, as nobody can say what the store has.
 */
async function newestOf<F extends ExportType>(
  tx: Queryable,
  connectionId: number,
  taken: readonly ClaimedWrite<F>[],
): Promise<ClaimedWrite<F>[]> {
  const newest = new Map<string, ClaimedWrite<F>>();
  const older: number[] = [];
  for (const entry of [...taken].sort((a, b) => a.id - b.id)) {
    const before = newest.get(entry.subject);
    if (before) older.push(before.id);
    newest.delete(entry.subject);
    newest.set(entry.subject, before ? { ...entry, attempts: entry.attempts + 1 } : entry);
  }
  if (older.length > 0)
    await tx.query(
      `UPDATE outbox SET state = 'Superseded', done_at = now() WHERE connection_id = $1 AND id = ANY($2::bigint[])`,
      [connectionId, older],
    );
  return [...newest.values()];
}

/** They stay as they are until a result says what became of them. */
async function dueSubmitted(
  tx: Queryable,
  connectionId: number,
  { kind, limit }: OutboxClaimRequest,
): Promise<OutboxClaim['entries']> {
  return tx.query<OutboxClaim['entries'][number] & Record<string, unknown>>(
    `SELECT id, subject, attempts, payload, ticket FROM outbox
     WHERE connection_id = $1 AND kind = $2 AND state = 'Submitted' AND not_before <= now() ORDER BY id LIMIT $3`,
    [connectionId, kind, limit],
  );
}

async function submittedView(tx: Queryable, connectionId: number, kind: string): Promise<OutboxClaim['submitted']> {
  const [row] = await tx.query<{ count: number; dueInMs: number }>(
    `SELECT count(*) AS count, (greatest(0, extract(epoch FROM min(not_before) - now())) * 1000)::float8 AS "dueInMs"
     FROM outbox WHERE connection_id = $1 AND kind = $2 AND state = 'Submitted'`,
    [connectionId, kind],
  );
  return row!.count === 0 ? undefined : { count: row!.count, dueInMs: row!.dueInMs };
}

async function takeEntries<F extends ExportType>(
  tx: Parameters<AllExportEffects[F]['decorate']>[0],
  connectionId: number,
  effects: AllExportEffects,
  feed: F,
  limit: number,
): Promise<OutboxClaim['entries']> {
  const taken = await tx.query<ClaimedWrite<F> & Record<string, unknown>>(
    `UPDATE outbox SET state = 'Sent', sent_at = now(), attempts = attempts + 1
     WHERE connection_id = $1 AND id = ANY(ARRAY(
       SELECT id FROM outbox o WHERE connection_id = $1 AND kind = $2 AND state IN ('Pending', 'Sent') AND (passed OR $4) AND not_before <= now() AND (NOT $5 OR created_at < now() - make_interval(secs => ${PATIENCE_SECONDS})) AND (${EARLIER_THAT_WAITS}) IS NULL AND (${EARLIER_SUBMITTED}) IS NULL
       ORDER BY id LIMIT $3))
     RETURNING id, subject, attempts, payload`,
    // What came in since the plan was judged is of the next plan.
    [
      connectionId,
      FEEDS[feed].kind,
      limit,
      effects[feed].brake === 'none',
      (await effects[feed].waits?.(tx, connectionId)) ?? false,
    ],
  );
  const entries = FEEDS[feed].supersedes ? await newestOf(tx, connectionId, taken) : taken.sort((a, b) => a.id - b.id);
  const payloads = await effects[feed].decorate(tx, connectionId, entries);
  return entries.map(({ id, subject, attempts }, index) => ({ id, subject, attempts, payload: payloads[index]! }));
}

/**
 * Held when the writes that have not passed yet would change too much; the digest names exactly this plan. A plan that
 * passes, by itself or released, is marked as a whole: it goes out in several claims, and what is left of it must not
 * be judged as if it were the plan. Nobody may put another number into an entry between its judgement and its mark.
 */
async function passBrake(
  tx: Queryable,
  connection: ConnectionRow,
  brake: Brake,
  { kind, release }: OutboxClaimRequest,
): Promise<OutboxClaim['held']> {
  const [waits] = await tx.query(`${TO_PASS} LIMIT 1`, [connection.id, kind]);
  if (!waits) return undefined;
  await tx.query(LOCK_TO_PASS, [connection.id, kind]);
  const store = await findStoreById(tx, connection.store_id);
  const { ids, held } = await brake.judge(tx, connection.id, TO_PASS, store?.rules.brakes ?? {});
  if (held && held.digest !== release) return held;
  await tx.query(`UPDATE outbox SET passed = true WHERE connection_id = $1 AND id = ANY($2::bigint[])`, [
    connection.id,
    ids,
  ]);
  return undefined;
}

/**
 * One result for each entry. Of a pod that lost its run nothing is taken, good or bad: another has claimed the entries
 * and looks at the store itself. What may be tried again comes back later, for about a day; then it is a problem for a
 * person.
 */
export async function recordResults(
  hub: HubContext,
  connection: ConnectionRow,
  effects: AllExportEffects,
  { runId, kind, results }: OutboxResults,
): Promise<void> {
  const feed = feedOfKind(kind);
  await hub.db.transaction(async (tx) => {
    await holdRun(tx, connection.id, runId, feed);
    for (const result of await recordApplied(tx, connection.id, effects, feed, results))
      await recordOther(tx, connection.id, effects, feed, result);
    for (const freed of effects[feed].frees ?? [])
      if (await anyWaits(tx, connection.id, freed))
        await askForExport(tx, hub, [{ connectionId: connection.id, feed: freed }]);
  }, BY_KEY);
}

async function anyWaits(tx: Queryable, connectionId: number, feed: ExportType): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM outbox WHERE connection_id = $1 AND kind = $2 AND state IN ('Pending', 'Sent') LIMIT 1`,
    [connectionId, FEEDS[feed].kind],
  );
  return rows.length > 0;
}
