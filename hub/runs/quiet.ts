import { FEEDS } from '../../model/feeds.ts';
import type { FeedSummary, QuietRunRequest } from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { feedSummary } from './feed-summary.ts';
import { IN_SESSION, type KnownConnection } from './in-session.ts';

/** SQL, of a row `p` of runs: by schedule, to the end, and nothing came of it. */
export const IS_QUIET = `p.trigger = 'Schedule' AND p.result IN ('Succeeded', 'Empty') AND p.message IS NULL AND p.changed = 0 AND p.problems = 0 AND NOT p.dry_run AND NOT p.scoped`;

/** SQL: the newest run of a feed, other than this one. */
export function lastRunBefore(connectionId: string, feedType: string, id: string): string {
  return `SELECT * FROM runs p WHERE p.connection_id = ${connectionId} AND p.feed_type = ${feedType} AND p.id <> ${id} ORDER BY p.started_at DESC LIMIT 1`;
}

/** What an export would do something about, at least say that it is kept back. */
const WAITING = ['Pending', 'Sent', 'Submitted', 'Held']
  .map((state) => `EXISTS (SELECT 1 FROM outbox WHERE connection_id = $2 AND kind = $5 AND state = '${state}')`)
  .join(' OR ');

/**
 * An export that is due and for which nothing waits: told as a run that ended at once, in one statement. Undefined
 * where something waits, another pod has the run, or the connection is not in session: then it has to be opened as any
 * run.
 */
export async function quietRun(
  hub: HubContext,
  connection: KnownConnection,
  { feed, feedType, holder }: QuietRunRequest,
): Promise<FeedSummary | undefined> {
  const rows = await hub.db.query(
    `WITH idle AS (SELECT 1 FROM connections WHERE id = $2 AND ${IN_SESSION} AND NOT (${WAITING})
         AND NOT EXISTS (SELECT 1 FROM runs WHERE connection_id = $2 AND feed_type = $4 AND result = 'Running')),
       before AS (SELECT p.id, p.repeats, coalesce(p.repeats_since, p.started_at) AS since
         FROM idle CROSS JOIN LATERAL (${lastRunBefore('$2', '$4', "''")}) p WHERE p.result = 'Empty' AND ${IS_QUIET}),
       dropped AS (DELETE FROM runs WHERE id = (SELECT id FROM before))
     INSERT INTO runs (id, connection_id, feed, feed_type, trigger, holder, lease_until, finished_at, result, repeats, repeats_since)
     SELECT $1, $2, $3, $4, 'Schedule', $6, now(), now(), 'Empty', coalesce((SELECT repeats + 1 FROM before), 0), (SELECT since FROM before) FROM idle
     RETURNING 1`,
    [hub.newId(), connection.id, feed, feedType, FEEDS[feedType].kind, holder],
    'quiet-run',
  );
  return rows.length === 0 ? undefined : feedSummary(hub.db, connection.id, feedType);
}
