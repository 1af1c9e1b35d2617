import type { Checkpoint } from '../../model/batch.ts';
import type { FeedType } from '../../model/feeds.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import { checkpointView } from './checkpoint-view.ts';
import type { Queryable } from '../storage/database.ts';

/** Times in JSON are PostgreSQL's text; as the rest of the hub has them they are made here. */
interface RunRow {
  readonly id: string;
  readonly trigger: string;
  readonly result: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly read: number;
  readonly changed: number;
  readonly problems: number;
  readonly message: string | null;
  readonly goes_on_at: string | null;
  readonly repeats: number;
}

interface ProblemRow {
  readonly severity: 'Info' | 'Retry' | 'Error';
  readonly reason: string;
  readonly record: string;
  readonly number: string | null;
  readonly message: string;
  readonly last_seen_at: string;
  /** Of all that are open. */
  readonly info: number;
  readonly retry: number;
  readonly error: number;
}

interface SummaryRow extends Record<string, unknown> {
  readonly runs: readonly RunRow[];
  readonly last_success: string | null;
  readonly saved: { readonly value: Checkpoint; readonly saved_at: string } | null;
  readonly problems: readonly ProblemRow[];
}

const OF_FEED = 'connection_id = $1 AND feed_type = $2';

const COUNTS = ['Info', 'Retry', 'Error']
  .map((severity) => `count(*) FILTER (WHERE severity = '${severity}') OVER () AS ${severity.toLowerCase()}`)
  .join(', ');

const RUNS = `SELECT id, trigger, result, started_at, finished_at, read, changed, problems, message, goes_on_at, repeats
  FROM runs WHERE ${OF_FEED} AND NOT dry_run ORDER BY started_at DESC LIMIT 5`;

const LAST_SUCCESS = `SELECT max(finished_at) FROM runs WHERE ${OF_FEED} AND result IN ('Succeeded', 'Empty') AND NOT dry_run AND NOT scoped`;

const PROBLEMS = `SELECT severity, reason, record, number, message, last_seen_at, ${COUNTS} FROM problems WHERE ${OF_FEED} AND resolved_at IS NULL
  ORDER BY (severity = 'Error') DESC, last_seen_at DESC LIMIT 5`;

/** What the Feed's status shows of a feed. In one statement: it is asked for after each run. */
export async function feedSummary(db: Queryable, connectionId: number, feed: FeedType): Promise<FeedSummary> {
  const [row] = await db.query<SummaryRow>(
    `SELECT (SELECT coalesce(jsonb_agg(r), '[]') FROM (${RUNS}) r) AS runs, (${LAST_SUCCESS}) AS last_success,
       (SELECT jsonb_build_object('value', value, 'saved_at', saved_at) FROM checkpoints WHERE ${OF_FEED}) AS saved,
       (SELECT coalesce(jsonb_agg(p), '[]') FROM (${PROBLEMS}) p) AS problems`,
    [connectionId, feed],
    'feed-summary',
  );
  const { runs, last_success, saved, problems } = row!;
  const [{ info, retry, error } = { info: 0, retry: 0, error: 0 }] = problems;
  return {
    runs: runs.map((run) => ({
      id: run.id,
      trigger: run.trigger,
      result: run.result,
      startedAt: timeOf(run.started_at),
      finishedAt: run.finished_at === null ? undefined : timeOf(run.finished_at),
      read: run.read,
      changed: run.changed,
      problems: run.problems,
      message: run.message ?? undefined,
      goesOnAt: run.goes_on_at === null ? undefined : timeOf(run.goes_on_at),
      ...(run.repeats === 0 ? {} : { repeats: run.repeats }),
    })),
    lastSuccessAt: last_success ?? undefined,
    checkpoint: saved ? { ...checkpointView(saved.value), at: timeOf(saved.saved_at) } : undefined,
    problems: { info, retry, error },
    recentProblems: problems.map(({ severity, reason, record, message, last_seen_at, number }) => ({
      ...{ severity, reason, record, message },
      ...(number === null ? {} : { number }),
      at: timeOf(last_seen_at),
    })),
  };
}

const timeOf = (text: string): string => new Date(text).toISOString();
