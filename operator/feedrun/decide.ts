import { feedRunKind, parseDuration, validateResource, type FeedRunResource } from '../../crds/index.ts';
import { findCondition, type ConditionValue, type Settlement } from '../../kit/conditions.ts';
import type { AnyConnection } from '../resources.ts';
import type { FeedView } from '../views.ts';

const DEFAULT_TTL_MS = 7 * 86_400_000;

/** What is said and done about a deliberate run. */
export interface FeedRunDecision {
  readonly accepted: ConditionValue;
  readonly settlement: Settlement;
  /** Time left to live once it has ended; 0 or less: it goes now. */
  readonly expiresInMs: number | undefined;
}

/** Pure. */
export function decideFeedRun(
  run: FeedRunResource,
  feed: FeedView | undefined,
  { now, testMode }: { readonly now: Date; readonly testMode: boolean },
): FeedRunDecision {
  const accepted = acceptedFinding(run, feed);
  const settlement = run.status?.result === 'Held' ? held(run, testMode) : settle(run, accepted, feed);
  return { accepted, settlement, expiresInMs: expiresIn(run, now) };
}

function acceptedFinding(run: FeedRunResource, feed: FeedView | undefined): ConditionValue {
  const [first] = validateResource(feedRunKind, run);
  if (first) return { status: 'False', reason: 'InvalidSpec', message: `${first.field}: ${first.message}` };
  if (!feed)
    return {
      status: 'False',
      reason: 'FeedNotFound',
      message: `spec.feedRef.name "${run.spec.feedRef.name}": there is no such Feed in namespace ${run.metadata.namespace}: apply it`,
    };
  return {
    status: 'True',
    reason: 'Accepted',
    message: `it is run by the pod of the connection ${feed.spec.connectionRef.name}`,
  };
}

/** The mode that the runs so far had: the spec may have gone ahead. */
export function inTestMode(connection: AnyConnection | undefined): boolean {
  return (connection?.status?.effective?.mode ?? connection?.spec.mode ?? 'Test') === 'Test';
}

/**
 * What Test mode keeps back is meant to be kept, also once the connection has gone live; a brake waits for a person.
 */
function held({ status }: FeedRunResource, testMode: boolean): Settlement {
  const message = status?.message || 'the run ended Held';
  const before = findCondition(status?.conditions, 'Ready');
  const byTestMode = before?.reason === 'TestMode' || (testMode && before?.reason !== 'BrakesApplied');
  return byTestMode
    ? { state: 'Ready', finding: { reason: 'TestMode', message } }
    : { state: 'Stalled', finding: { reason: 'BrakesApplied', message } };
}

function settle({ status }: FeedRunResource, accepted: ConditionValue, feed: FeedView | undefined): Settlement {
  const { result, message } = status ?? {};
  if (status?.finishedAt !== undefined && result !== undefined) {
    const good = result === 'Succeeded' || result === 'Empty';
    return {
      state: good ? 'Ready' : 'Stalled',
      finding: { reason: result, message: message || `the run ended ${result}` },
    };
  }
  if (accepted.status === 'False') return { state: feed ? 'Stalled' : 'Reconciling', finding: accepted };
  return result === 'Running'
    ? { state: 'Reconciling', finding: { reason: 'Running', message: message || 'the run is under way' } }
    : { state: 'Reconciling', finding: { reason: 'Waiting', message: 'the run waits for the sync pod' } };
}

function expiresIn({ spec, status }: FeedRunResource, now: Date): number | undefined {
  if (status?.finishedAt === undefined) return undefined;
  const ttl = parseDuration(spec.ttlAfterFinished ?? '') ?? DEFAULT_TTL_MS;
  return Date.parse(status.finishedAt) + ttl - now.getTime();
}
