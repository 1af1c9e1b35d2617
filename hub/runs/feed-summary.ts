import type { Checkpoint } from '../../model/batch.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import { checkpointView } from './checkpoint-view.ts';
import type { Queryable } from '../storage/database.ts';

interface RunRow extends Record<string, unknown> {
  id: string;
  trigger: string;
  result: string;
  started_at: string;
  finished_at: string | null;
  read: number;
  changed: number;
  problems: number;
  message: string | null;
  goes_on_at: string | null;
}

/** What the Feed's status shows of a feed. */
export async function feedSummary(db: Queryable, connectionId: number, feed: FeedType): Promise<FeedSummary> {
  const params = [connectionId, feed];
  const runs = await db.query<RunRow>(
    'SELECT id, trigger, result, started_at, finished_at, read, changed, problems, message, goes_on_at FROM runs WHERE connection_id = $1 AND feed_type = $2 AND NOT dry_run ORDER BY started_at DESC LIMIT 5',
    params,
  );
  const [success] = await db.query<{ at: string | null }>(
    `SELECT max(finished_at) AS at FROM runs WHERE connection_id = $1 AND feed_type = $2 AND result IN ('Succeeded', 'Empty') AND NOT dry_run AND NOT scoped`,
    params,
  );
  const [saved] = await db.query<{ value: Checkpoint; saved_at: string }>(
    'SELECT value, saved_at FROM checkpoints WHERE connection_id = $1 AND feed_type = $2',
    params,
  );
  const counts = await db.query<{ severity: string; count: number }>(
    'SELECT severity, count(*) AS count FROM problems WHERE connection_id = $1 AND feed_type = $2 AND resolved_at IS NULL GROUP BY severity',
    params,
  );
  const recent = await db.query<{
    severity: 'Info' | 'Retry' | 'Error';
    reason: string;
    record: string;
    number: string | null;
    message: string;
    last_seen_at: string;
  }>(
    `SELECT severity, reason, record, number, message, last_seen_at FROM problems WHERE connection_id = $1 AND feed_type = $2 AND resolved_at IS NULL
     ORDER BY (severity = 'Error') DESC, last_seen_at DESC LIMIT 5`,
    params,
  );
  const count = (severity: string) => counts.find((row) => row.severity === severity)?.count ?? 0;
  return {
    runs: runs.map((run) => ({
      id: run.id,
      trigger: run.trigger,
      result: run.result,
      startedAt: run.started_at,
      finishedAt: run.finished_at ?? undefined,
      read: run.read,
      changed: run.changed,
      problems: run.problems,
      message: run.message ?? undefined,
      goesOnAt: run.goes_on_at ?? undefined,
    })),
    lastSuccessAt: success?.at ?? undefined,
    checkpoint: saved ? { ...checkpointView(saved.value), at: saved.saved_at } : undefined,
    problems: { info: count('Info'), retry: count('Retry'), error: count('Error') },
    recentProblems: recent.map(({ last_seen_at, number, ...problem }) => ({
      ...problem,
      ...(number === null ? {} : { number }),
      at: last_seen_at,
    })),
  };
}
