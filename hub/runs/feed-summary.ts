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
  /** Of the feed, not of this run. */
  last_success: string | null;
}

interface ProblemRow extends Record<string, unknown> {
  severity: 'Info' | 'Retry' | 'Error';
  reason: string;
  record: string;
  number: string | null;
  message: string;
  last_seen_at: string;
  /** Of all that are open. */
  info: number;
  retry: number;
  error: number;
}

const COUNTS = ['Info', 'Retry', 'Error']
  .map((severity) => `count(*) FILTER (WHERE severity = '${severity}') OVER () AS ${severity.toLowerCase()}`)
  .join(', ');

/** What the Feed's status shows of a feed. */
export async function feedSummary(db: Queryable, connectionId: number, feed: FeedType): Promise<FeedSummary> {
  const params = [connectionId, feed];
  const runs = await db.query<RunRow>(
    `SELECT id, trigger, result, started_at, finished_at, read, changed, problems, message, goes_on_at,
       (SELECT max(finished_at) FROM runs WHERE connection_id = $1 AND feed_type = $2 AND result IN ('Succeeded', 'Empty') AND NOT dry_run AND NOT scoped) AS last_success
     FROM runs WHERE connection_id = $1 AND feed_type = $2 AND NOT dry_run ORDER BY started_at DESC LIMIT 5`,
    params,
    'summary-runs',
  );
  const [saved] = await db.query<{ value: Checkpoint; saved_at: string }>(
    'SELECT value, saved_at FROM checkpoints WHERE connection_id = $1 AND feed_type = $2',
    params,
    'summary-checkpoint',
  );
  const recent = await db.query<ProblemRow>(
    `SELECT severity, reason, record, number, message, last_seen_at, ${COUNTS} FROM problems WHERE connection_id = $1 AND feed_type = $2 AND resolved_at IS NULL
     ORDER BY (severity = 'Error') DESC, last_seen_at DESC LIMIT 5`,
    params,
    'summary-problems',
  );
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
    lastSuccessAt: runs[0]?.last_success ?? undefined,
    checkpoint: saved ? { ...checkpointView(saved.value), at: saved.saved_at } : undefined,
    problems: { info: recent[0]?.info ?? 0, retry: recent[0]?.retry ?? 0, error: recent[0]?.error ?? 0 },
    recentProblems: recent.map(({ severity, reason, record, message, last_seen_at, number }) => ({
      ...{ severity, reason, record, message },
      ...(number === null ? {} : { number }),
      at: last_seen_at,
    })),
  };
}
