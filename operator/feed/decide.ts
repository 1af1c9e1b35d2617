import { feedKind, validateResource, type DriverResource, type FeedStatus } from '../../crds/index.ts';
import { findCondition, type Condition, type ConditionValue, type Settlement } from '../../kit/conditions.ts';
import type { FreshnessRule } from '../../model/feed-rules.ts';
import { feedConnection } from '../caches.ts';
import { isLongStale, SHOP_TO_MEND } from '../for-a-person.ts';
import { byAge, describeConnection, type AnyConnection } from '../resources.ts';
import { effectiveValues, feedSchedule } from './schedule.ts';
import type { FeedView } from '../views.ts';

/** What a decision about a feed is made of. */
export interface FeedSnapshot {
  readonly feed: FeedView;
  readonly connection: AnyConnection | undefined;
  readonly driver: DriverResource | undefined;
  /** All feeds of the connection. */
  readonly siblings: readonly FeedView[];
}

/** What is said about a feed. It has no children: its connection's pod runs it. */
export interface FeedDecision {
  readonly accepted: ConditionValue;
  readonly settlement: Settlement;
  readonly effective: FeedStatus['effective'];
  /** When to look again, as its data is too old. */
  readonly staleAgainMs?: number;
}

const STALE_AGAIN_MS = 3_600_000;

interface Refusal {
  readonly reason: string;
  readonly message: string;
  readonly waits?: true;
}
type Policy = (snapshot: FeedSnapshot, rule: FreshnessRule) => Refusal | undefined;

const POLICIES: readonly Policy[] = [
  specIsValid,
  connectionExists,
  driverExists,
  typeIsSupported,
  typeIsFree,
  scheduleIsValid,
];

/** Pure. */
export function decideFeed(
  snapshot: FeedSnapshot,
  { freshnessRule, now }: { readonly freshnessRule: FreshnessRule; readonly now: Date },
): FeedDecision {
  const refusal = POLICIES.reduce<Refusal | undefined>(
    (found, policy) => found ?? policy(snapshot, freshnessRule),
    undefined,
  );
  if (refusal) {
    return {
      accepted: { status: 'False', reason: refusal.reason, message: refusal.message },
      effective: undefined,
      settlement: {
        state: refusal.waits ? 'Reconciling' : 'Stalled',
        finding: { reason: refusal.reason, message: refusal.message },
      },
    };
  }
  return {
    accepted: { status: 'True', reason: 'Accepted', message: 'the connection can run it' },
    settlement: settle(snapshot, now),
    effective: snapshot.driver && effectiveValues(snapshot.feed, snapshot.driver, freshnessRule),
    ...(current(snapshot.feed, 'Fresh')?.status === 'False' ? { staleAgainMs: STALE_AGAIN_MS } : {}),
  };
}

function specIsValid({ feed }: FeedSnapshot): Refusal | undefined {
  const [first] = validateResource(feedKind, feed);
  return first && { reason: 'InvalidSpec', message: `${first.field}: ${first.message}` };
}

function connectionExists({ feed, connection }: FeedSnapshot): Refusal | undefined {
  return connection
    ? undefined
    : {
        reason: 'ConnectionNotFound',
        waits: true,
        message: `spec.connectionRef: there is no ${describeConnection(feedConnection(feed))}: apply it`,
      };
}

function driverExists({ connection, driver }: FeedSnapshot): Refusal | undefined {
  return driver
    ? undefined
    : {
        reason: 'DriverNotFound',
        waits: true,
        message: `the connection's driver "${connection?.spec.driver}" is not installed: kubectl get drivers (or supercargo drivers) lists those there are`,
      };
}

function typeIsSupported({ feed, driver }: FeedSnapshot): Refusal | undefined {
  const supported = driver?.spec.feeds.map(({ type }) => type) ?? [];
  if (supported.includes(feed.spec.type)) return undefined;
  return {
    reason: 'FeedNotSupported',
    message: `spec.type "${feed.spec.type}" is not supported by the driver "${driver?.metadata.name}": it supports ${supported.join(', ')}`,
  };
}

/** Two feeds of one type would share a cursor. */
function typeIsFree({ feed, siblings }: FeedSnapshot): Refusal | undefined {
  const older = siblings
    .filter(
      (other) =>
        other.spec.type === feed.spec.type && other.metadata.uid !== feed.metadata.uid && byAge(other, feed) < 0,
    )
    .sort(byAge)[0];
  return (
    older && {
      reason: 'FeedTypeTaken',
      message: `spec.type "${feed.spec.type}" of this connection is run by the Feed ${older.metadata.name}, which is older: delete one of the two`,
    }
  );
}

/** The CRD checks the form; "99 * * * *" and "Mars/Olympus" have it. */
function scheduleIsValid({ feed, driver }: FeedSnapshot, rule: FreshnessRule): Refusal | undefined {
  const schedule = driver && feedSchedule(feed, driver);
  const fault = schedule === undefined ? undefined : rule.faultOf(schedule, feed.spec.timeZone);
  return fault === undefined ? undefined : { reason: 'InvalidSchedule', message: `spec.${fault}` };
}

function settle({ feed, connection }: FeedSnapshot, now: Date): Settlement {
  if (feed.spec.suspend)
    return { state: 'Resting', finding: { reason: 'Suspended', message: 'spec.suspend is true: no scheduled runs' } };
  if (connection?.spec.enabled === false)
    return { state: 'Resting', finding: { reason: 'ConnectionInactive', message: 'its connection is switched off' } };
  const [synced, fresh, held] = (['Synced', 'Fresh', 'Held'] as const).map((type) => current(feed, type));
  if (held?.status === 'True') return heldSettlement(held);
  // In Test mode a feed that writes never succeeds, and is as it should be.
  if (synced?.status === 'True' && synced.reason === 'TestMode') return { state: 'Ready', finding: said(synced) };
  const wrong = [synced, fresh].find((condition) => condition?.status === 'False');
  if (wrong) return { state: isForAPerson(wrong, fresh, now) ? 'Stalled' : 'Reconciling', finding: said(wrong) };
  return (
    unsettled(synced, fresh) ?? { state: 'Ready', finding: { reason: 'UpToDate', message: said(synced!).message } }
  );
}

function unsettled(synced: Condition | undefined, fresh: Condition | undefined): Settlement | undefined {
  if (synced?.status !== 'True')
    return {
      state: 'Reconciling',
      finding: synced ? said(synced) : { reason: 'NotRunYet', message: 'the sync pod has not run it yet' },
    };
  if (fresh?.status !== 'True')
    return {
      state: 'Reconciling',
      finding: fresh ? said(fresh) : { reason: 'NotRunYet', message: 'how old its data is has not been said yet' },
    };
  return undefined;
}

function isForAPerson({ type, reason }: Condition, fresh: Condition | undefined, now: Date): boolean {
  return (type === 'Synced' && SHOP_TO_MEND.has(reason)) || isLongStale(fresh, now);
}

/** What Test mode holds back is meant to be held; what a brake holds waits for a person. */
function heldSettlement(held: Condition): Settlement {
  return { state: held.reason === 'TestMode' ? 'Ready' : 'Stalled', finding: said(held) };
}

function said({ reason, message }: Condition): Omit<ConditionValue, 'status'> {
  return { reason, message: message === '' ? reason : message };
}

/** A condition of an older generation is as good as none. */
function current({ status, metadata }: FeedView, type: string): Condition | undefined {
  const condition = findCondition(status?.conditions, type);
  return condition?.observedGeneration !== undefined && condition.observedGeneration < (metadata.generation ?? 0)
    ? undefined
    : condition;
}
