import { FEEDS, subjectOf, type ExportType, type ResultOf, type WriteOf } from '../../model/feeds.ts';
import type { OutboxResult } from '../../model/sync-api.ts';
import { badRequest } from '../base/errors.ts';
import type { AllExportEffects, DoneWrite } from '../base/export-effects.ts';
import { raise, resolve } from '../problems/problems.ts';
import type { Transaction } from '../storage/database.ts';

/** With the delays below: about a day, as for webhooks. All the while the feed's condition says that writes fail. */
const MAX_FAILURES = 100;
const FIRST_DELAY_SECONDS = 5;
const MAX_DELAY_SECONDS = 900;

/** SQL: whether nothing newer of its subject waits in the place of `outbox`. */
const NOTHING_NEWER = `NOT EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = $1 AND n.kind = outbox.kind AND n.subject = outbox.subject AND n.supersedes AND n.state = 'Pending')`;

/** SQL: why the store refused the write `o`, as its problem says it. */
export const REFUSED_FOR = `coalesce(o.reason, 'Rejected')`;

const isApplied = ({ outcome }: OutboxResult): boolean => outcome === 'Applied' || outcome === 'AlreadyApplied';

/**
 * What the store took, which is nearly all of it, in a few statements however many: confirmed, what the hub knows of
 * the store brought up to date, earlier problems resolved. Returns the results that are left to be judged one by one.
 *
 * Each row is looked up by its whole primary key, and cannot be otherwise: beside a plain `state = 'Sent'` the planner
 * reads all open entries, by an index of theirs (a third of the CPU for 50,000 levels went there once).
 */
export async function recordApplied<F extends ExportType>(
  tx: Transaction,
  connectionId: number,
  effects: AllExportEffects,
  feed: F,
  results: readonly OutboxResult[],
): Promise<readonly OutboxResult[]> {
  const told = new Map(results.filter(isApplied).map((result) => [result.id, resultOf(feed, result)]));
  if (told.size === 0) return results;
  const entries = await tx.query<{ id: number; subject: string; payload: WriteOf<F> }>(
    `UPDATE outbox o SET state = 'Applied', done_at = now(), external_id = r.external_id, ticket = NULL, reason = NULL, message = NULL, held_request = NULL
     FROM unnest($1::int[], $2::bigint[], $3::text[]) AS r(connection_id, id, external_id)
     WHERE o.connection_id = r.connection_id AND o.id = r.id AND (o.state IS NOT DISTINCT FROM 'Sent' OR o.state IS NOT DISTINCT FROM 'Submitted')
     RETURNING o.id, o.subject, o.payload`,
    [
      [...told.keys()].map(() => connectionId),
      [...told.keys()],
      [...told.values()].map(({ externalId }) => externalId ?? null),
    ],
  );
  if (FEEDS[feed].supersedes) await overtakeRefused(tx, connectionId, feed, entries);
  await effects[feed].applied(
    tx,
    connectionId,
    entries.map(({ id, payload }): DoneWrite<F> => ({ write: payload, result: told.get(id)! })),
  );
  await resolve(
    tx,
    { connection: connectionId, feeds: [feed] },
    entries.map(({ payload }) => subjectOf(feed, payload).id),
  );
  return results.filter((result) => !isApplied(result));
}

/** Where the last word counts: what the store refused before has nothing left to be mended, and is counted no more. */
async function overtakeRefused(
  tx: Transaction,
  connectionId: number,
  feed: ExportType,
  entries: readonly { readonly id: number; readonly subject: string }[],
): Promise<void> {
  await tx.query(
    `UPDATE outbox o SET state = 'Superseded' FROM unnest($3::text[], $4::bigint[]) AS a(subject, id)
     WHERE o.connection_id = $1 AND o.kind = $2 AND o.subject = ANY($3::text[]) AND o.subject = a.subject AND o.id < a.id AND o.state = 'Rejected'`,
    [connectionId, FEEDS[feed].kind, entries.map(({ subject }) => subject), entries.map(({ id }) => id)],
    'overtake-refused',
  );
}

function resultOf<F extends ExportType>(feed: F, { id, result }: OutboxResult): ResultOf<F> {
  const { success, data, error } = FEEDS[feed].result.safeParse(result ?? {});
  if (!success)
    throw badRequest('BadResult', `entry ${id}: ${error.issues[0]?.message ?? 'its result is not as expected'}`);
  return data as ResultOf<F>;
}

/** Anything else that can become of an entry. */
export async function recordOther<F extends ExportType>(
  tx: Transaction,
  connectionId: number,
  effects: AllExportEffects,
  feed: F,
  result: OutboxResult,
): Promise<void> {
  const [entry] = await tx.query<{ state: string; failures: number; payload: WriteOf<F> }>(
    `SELECT state, failures, payload FROM outbox WHERE connection_id = $1 AND id = $2 AND state IN ('Sent', 'Submitted') FOR UPDATE`,
    [connectionId, result.id],
  );
  if (!entry) return;
  if (result.outcome === 'Submitted') return submit(tx, connectionId, result);
  // The store has it: whatever is wrong now, it is not sent again.
  if (result.outcome === 'Returned' && entry.state === 'Submitted') return;
  if (result.outcome === 'Returned') return giveBack(tx, connectionId, result);
  if (result.outcome === 'Retry' && entry.failures + 1 < MAX_FAILURES)
    return tryLater(tx, connectionId, entry.failures, result);
  const state = result.outcome === 'Held' ? 'Held' : 'Rejected';
  await tx.query(
    `UPDATE outbox SET state = $3, done_at = now(), external_id = NULL, ticket = NULL, reason = $4, message = $5, held_request = $6::jsonb WHERE connection_id = $1 AND id = $2`,
    [
      connectionId,
      result.id,
      state,
      result.reason ?? null,
      result.message ?? null,
      result.request ? JSON.stringify(result.request) : null,
    ],
  );
  if (state === 'Held') return;
  const why = { reason: result.reason ?? 'Rejected', message: result.message ?? 'the store refused it' };
  await raise(tx, { connection: connectionId, feed }, [
    { ...subjectOf(feed, entry.payload), ...why, severity: 'Error' },
  ]);
  await effects[feed].rejected(tx, connectionId, entry.payload, why);
}

/** Taken by the store, and done later. What is newer of its subject waits until it is known what became of this. */
async function submit(tx: Transaction, connectionId: number, { id, ticket, againMs = 0 }: OutboxResult): Promise<void> {
  if (ticket === undefined) throw badRequest('BadResult', `entry ${id} was submitted without a ticket`);
  await tx.query(
    `UPDATE outbox SET state = 'Submitted', ticket = $3, not_before = now() + make_interval(secs => $4), reason = NULL, message = NULL WHERE connection_id = $1 AND id = $2`,
    [connectionId, id, ticket, againMs / 1000],
  );
}

async function tryLater(
  tx: Transaction,
  connectionId: number,
  failures: number,
  { id, reason, message }: OutboxResult,
): Promise<void> {
  const delay = Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(failures, 20));
  await tx.query(
    `UPDATE outbox SET state = 'Pending', ticket = NULL, failures = failures + 1, not_before = now() + make_interval(secs => $3), reason = $4, message = $5 WHERE connection_id = $1 AND id = $2 AND ${NOTHING_NEWER}`,
    [connectionId, id, delay, reason ?? null, message ?? null],
  );
  await supersede(tx, connectionId, id);
}

/**
 * Nothing was done and the entry is not to blame: it waits as if it had not been taken, without a failure of its own.
 * What was set anew meanwhile has taken its place.
 */
async function giveBack(tx: Transaction, connectionId: number, { id, reason, message }: OutboxResult): Promise<void> {
  await tx.query(
    `UPDATE outbox SET state = 'Pending', attempts = greatest(attempts - 1, 0), reason = $3, message = $4 WHERE connection_id = $1 AND id = $2 AND ${NOTHING_NEWER}`,
    [connectionId, id, reason ?? null, message ?? null],
  );
  await supersede(tx, connectionId, id);
}

async function supersede(tx: Transaction, connectionId: number, id: number): Promise<void> {
  await tx.query(
    `UPDATE outbox SET state = 'Superseded', done_at = now() WHERE connection_id = $1 AND id = $2 AND state IN ('Sent', 'Submitted')`,
    [connectionId, id],
  );
}
