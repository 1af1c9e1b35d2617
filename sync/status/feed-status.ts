import type { Condition, FeedStatus, RunSummary } from '../../crds/index.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import type { RunOutcome } from '../outcome.ts';
import { mergeConditions, timestamp, type ConditionValue } from '../../kit/conditions.ts';

export interface FeedFacts {
  readonly summary: FeedSummary | undefined;
  /** Of this process; absent until the feed has run. */
  readonly outcome: RunOutcome | undefined;
  readonly running: boolean;
  readonly lastSuccessAt: Date | undefined;
  readonly freshnessMs: number | undefined;
  readonly startedAt: Date;
  readonly nextAt: Date | undefined;
  /** Why the feed cannot run at all (unknown type, bad schedule). */
  readonly fault: ConditionValue | undefined;
  readonly waitingFor: string | undefined;
  readonly handledRunRequest: string | undefined;
  readonly handledSyncRequest: string | undefined;
  readonly generation: number | undefined;
}

/** A run that read all there was; a busy shop has both by turns. */
export const GOOD: ReadonlySet<string> = new Set(['Succeeded', 'Empty']);
const NO_FAULT = new Set(['Held', 'Waiting']);
/** A next time that moves every few minutes would be a write every few minutes. */
const SHOWN_NEXT_MS = 3_600_000;

/** The part of a Feed's status that its pod owns. Pure. */
export function feedStatus(facts: FeedFacts, before: readonly Condition[] | undefined, now: Date): Partial<FeedStatus> {
  const { summary } = facts;
  const runs = (summary?.runs ?? []).filter((run) => run.result !== 'Running').map(toRunSummary);
  const findings = {
    Synced: synced(facts, runs[0]),
    Fresh: fresh(facts, now),
    ...(facts.outcome?.result === 'Held' ? { Held: held(facts.outcome) } : {}),
  };
  return stripUndefined({
    conditions: mergeConditions(before, findings, { now, generation: facts.generation }),
    lastRun: runs[0],
    recentRuns: runs.length > 0 ? runs : undefined,
    lastSuccessAt: facts.lastSuccessAt ? timestamp(facts.lastSuccessAt) : undefined,
    nextRunAt:
      facts.nextAt && facts.nextAt.getTime() - now.getTime() > SHOWN_NEXT_MS ? timestamp(facts.nextAt) : undefined,
    checkpoint: summary?.checkpoint
      ? stripUndefined({ ...summary.checkpoint, at: timestamp(new Date(summary.checkpoint.at)) })
      : undefined,
    problems: summary?.problems,
    recentProblems: problemsOf(summary),
    heldPlan: facts.outcome?.held,
    lastHandledRunRequest: facts.handledRunRequest,
    lastHandledSyncRequest: facts.handledSyncRequest,
  });
}

function problemsOf(summary: FeedSummary | undefined): FeedStatus['recentProblems'] {
  if (!summary || summary.recentProblems.length === 0) return undefined;
  return summary.recentProblems.map((problem) => ({ ...problem, at: timestamp(new Date(problem.at)) }));
}

/**
 * What makes a status worth a write at once. A quiet run (nothing changed, same result) is not: a settled cluster costs
 * no writes. The exact time of the last success is a metric of the pod.
 */
export function statusDigest(status: Partial<FeedStatus>): string {
  const {
    lastRun,
    recentRuns: _recent,
    lastSuccessAt,
    nextRunAt: _next,
    checkpoint: _checkpoint,
    recentProblems,
    ...rest
  } = status;
  const eventful = lastRun !== undefined && lastRun.changed > 0 ? lastRun.id : undefined;
  return JSON.stringify([
    rest,
    lastRun?.result,
    lastRun?.message,
    eventful,
    lastSuccessAt !== undefined,
    recentProblems?.map(({ reason, record }) => [reason, record]),
  ]);
}

function synced(facts: FeedFacts, lastRun: RunSummary | undefined): ConditionValue {
  if (facts.fault) return facts.fault;
  if (facts.outcome) return ended(facts.outcome);
  if (facts.waitingFor)
    return {
      status: 'Unknown',
      reason: 'WaitingForFeed',
      message: `the initial sync comes to it after ${facts.waitingFor}`,
    };
  if (!lastRun)
    return {
      status: 'Unknown',
      reason: 'NotRunYet',
      message: facts.running ? 'the first run is under way' : 'it has not run yet',
    };
  return GOOD.has(lastRun.result)
    ? { status: 'True', reason: lastRun.result, message: 'the last run read to the declared end' }
    : {
        status: NO_FAULT.has(lastRun.result) ? 'True' : 'False',
        reason: lastRun.result,
        message: lastRun.message ?? `the last run ended ${lastRun.result}`,
      };
}

function ended(outcome: RunOutcome): ConditionValue {
  const { result, reason, message, goesOnAt = 'its time' } = outcome;
  if (reason === 'Submitted' || result === 'Held') return { status: 'True', reason, message: message ?? '' };
  if (GOOD.has(result)) return { status: 'True', reason: result, message: 'the last run read to the declared end' };
  if (result === 'Waiting')
    return { status: 'True', reason, message: `${message ?? 'it waits'}: it goes on at ${goesOnAt}` };
  return { status: 'False', reason, message: message ?? `the last run ended ${result}` };
}

function fresh(facts: FeedFacts, now: Date): ConditionValue {
  if (facts.freshnessMs === undefined)
    return {
      status: 'True',
      reason: 'NoFreshnessAsked',
      message: 'the feed has no schedule, so its data has no age limit',
    };
  const since = facts.lastSuccessAt ?? facts.startedAt;
  const minutes = Math.max(1, Math.round(facts.freshnessMs / 60_000));
  if (now.getTime() - since.getTime() <= facts.freshnessMs) {
    return facts.lastSuccessAt
      ? { status: 'True', reason: 'Fresh', message: `data is younger than ${minutes} min` }
      : { status: 'Unknown', reason: 'NotRunYet', message: 'no run has succeeded yet' };
  }
  return {
    status: 'False',
    reason: 'Stale',
    message: `no run has succeeded for more than ${minutes} min: see the condition Synced`,
  };
}

function held(outcome: RunOutcome): ConditionValue {
  return { status: 'True', reason: outcome.reason, message: outcome.message ?? '' };
}

function toRunSummary(run: FeedSummary['runs'][number]): RunSummary {
  return stripUndefined({
    id: run.id,
    trigger: run.trigger,
    result: run.result as RunSummary['result'],
    startedAt: timestamp(new Date(run.startedAt)),
    finishedAt: run.finishedAt ? timestamp(new Date(run.finishedAt)) : undefined,
    read: run.read,
    changed: run.changed,
    problems: run.problems,
    message: run.message,
    goesOnAt: run.goesOnAt ? timestamp(new Date(run.goesOnAt)) : undefined,
  });
}

/** Server-side apply must not be sent `undefined`, and a diff must not see it. */
export function stripUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
