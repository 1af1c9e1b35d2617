import type { ConnectionStatus } from '../../crds/index.ts';
import { SUMMED_UP_CONDITIONS } from '../../crds/names.ts';
import { findCondition, isTrue, type Condition, type ConditionValue, type Settlement } from '../../kit/conditions.ts';
import { isLongStale, SHOP_TO_MEND } from '../for-a-person.ts';
import { turnOf, type Turn } from '../waves/turn.ts';
import { standingOf, type Standing } from '../seating/grace.ts';
import { licensed } from '../seating/seats.ts';
import type { AnyConnection } from '../resources.ts';
import type { SettingsSchemas } from '../settings.ts';
import { deployedOf, isToBeTriedAgain, type Deployed } from './deployed.ts';
import { feedFindings } from './feed-findings.ts';
import type { ConnectionSnapshot } from './gather.ts';
import { licenseBefore, lostReference } from './lost-reference.ts';
import { reconciling, stalled, type State, type Summary } from './summary.ts';
import { isElsewhereToo, refusalsOf, type Refusal } from './policies.ts';
import type { FeedView } from '../views.ts';

/** What is to be done about a connection that is not being deleted, and what is to be said about it. */
export interface ConnectionDecision {
  /** False: it is not known what its children should look like; what runs is stopped, unless it is left alone. */
  readonly accepted: boolean;
  /** What it names was deleted while its pod ran: that pod stays as it is. */
  readonly leftAlone: boolean;
  readonly replicas: 0 | 1;
  /** Whether its Deployment is written now or waits; undefined: it is not written at all, or nothing goes in waves. */
  readonly turn?: Turn;
  /** The pod that was refused is tried again now. */
  readonly tryAgain: boolean;
  /** It has no seat, and stops then. */
  readonly licenseGraceUntil?: string;
  readonly effective: NonNullable<ConnectionStatus['effective']>;
  readonly feeds: NonNullable<ConnectionStatus['feeds']>;
  readonly findings: {
    readonly Accepted: ConditionValue;
    readonly Licensed: ConditionValue;
    readonly Deployed: ConditionValue;
  };
  readonly settlement: Settlement;
  readonly state: State;
}

/** Pure: the same snapshot gives the same decision. */
export function decide(snapshot: ConnectionSnapshot, schemas: SettingsSchemas): ConnectionDecision {
  const { connection } = snapshot;
  const effective = effectiveValues(connection);
  const refusals = refusalsOf(snapshot, schemas);
  const lost = lostReference(snapshot, refusals);
  const refusal = lost ?? refusals[0];
  const standing = standingOf(licenseBefore(snapshot, lost, licensed(snapshot.license)), standingIn(snapshot));
  const license = standing.finding;
  const replicas = standing.mayRun && effective.enabled && (!refusal || lost) ? 1 : 0;
  const turn = refusal === undefined ? turnIn(snapshot, replicas) : undefined;
  const deployed = inTurn(deployedOf(snapshot, replicas, effective.enabled), snapshot, turn);
  const { settlement, state } = summarize(snapshot, {
    ...{ refusal, license, deployed, mayRun: standing.mayRun },
    ...{ lost: lost !== undefined, enabled: effective.enabled },
  });
  return {
    accepted: refusal === undefined,
    leftAlone: lost !== undefined && replicas === 1,
    replicas,
    ...(turn === undefined ? {} : { turn }),
    tryAgain: replicas === 1 && !lost && isToBeTriedAgain(snapshot),
    ...(standing.until === undefined ? {} : { licenseGraceUntil: standing.until }),
    effective,
    settlement,
    state,
    feeds: countFeeds(snapshot.feeds),
    findings: {
      Accepted: acceptedFinding(refusal, isElsewhereToo(snapshot)),
      Licensed: license,
      Deployed: deployed.finding,
    },
  };
}

function turnIn({ deployment, rollout }: ConnectionSnapshot, replicas: 0 | 1): Turn | undefined {
  return rollout && turnOf({ deployment, replicas, ...rollout });
}

/** A pod that waits for its turn runs as before. No count is in the message: each step would be a write for each. */
function inTurn(deployed: Deployed, { rollout }: ConnectionSnapshot, turn: Turn | undefined): Deployed {
  if (!turn?.waits || !rollout || deployed.finding.status !== 'True') return deployed;
  const message = `the sync pod runs as it was; it waits for its turn in the roll-out of ${rollout.image}, or of other settings of this installation`;
  return { ...deployed, finding: { status: 'True', reason: 'WaitsForTurn', message } };
}

function standingIn({ connection, license, licenseGraceMs, deployment, now }: ConnectionSnapshot): Standing {
  return {
    required: license.required,
    runs: deployment?.spec.replicas === 1,
    until: connection.status?.licenseGraceUntil,
    graceMs: licenseGraceMs,
    now,
  };
}

function effectiveValues({ spec, metadata }: AnyConnection): ConnectionDecision['effective'] {
  return {
    mode: spec.mode ?? 'Test',
    enabled: spec.enabled ?? true,
    deletionPolicy: spec.deletionPolicy ?? 'Retain',
    earliestOrderDate: spec.earliestOrderDate ?? metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
  };
}

function acceptedFinding(refusal: Refusal | undefined, isElsewhere: boolean): ConditionValue {
  if (refusal) return { status: 'False', reason: refusal.reason, message: refusal.message };
  if (isElsewhere)
    return {
      status: 'True',
      reason: 'ShopIdElsewhere',
      message:
        'the connection can run. A connection of another namespace found a shop of the same id: should it be the same shop, each of its orders comes in at both',
    };
  return { status: 'True', reason: 'Accepted', message: 'the connection can run' };
}

interface Facts {
  readonly refusal: Refusal | undefined;
  /** What is refused was deleted while the pod ran. */
  readonly lost: boolean;
  readonly license: ConditionValue;
  /** What is said of the licence does not keep it from running. */
  readonly mayRun: boolean;
  readonly deployed: Deployed;
  readonly enabled: boolean;
}

/** One sentence and one word for the whole: the first thing that keeps data from flowing. Unknown is not Ready. */
function summarize(snapshot: ConnectionSnapshot, facts: Facts): Summary {
  const { refusal, license, mayRun, deployed, enabled } = facts;
  if (!enabled)
    return {
      state: 'Inactive',
      settlement: {
        state: 'Resting',
        finding: { reason: 'Inactive', message: 'switched off by spec.enabled: false; everything is kept' },
      },
    };
  if (refusal && facts.lost) return stalled(refusal, 'Degraded');
  if (refusal) return refusal.waits ? reconciling('Pending', refusal) : stalled(refusal);
  if (!mayRun) return license.reason === 'NotYetValid' ? reconciling('Pending', license) : stalled(license);
  if (deployed.finding.status !== 'True') return notDeployed(snapshot, deployed);
  return podFindings(snapshot) ?? feedFindings(snapshot.feeds) ?? ready(snapshot);
}

/** A roll that was asked for is no degradation. */
function notDeployed({ connection }: ConnectionSnapshot, { finding, mend, planned }: Deployed): Summary {
  const broken: State = wasInitialized(connection) ? 'Degraded' : 'Pending';
  if (mend) return stalled(finding, broken);
  return reconciling(planned && broken === 'Degraded' ? 'Initializing' : broken, finding);
}

function podFindings({ connection, now }: ConnectionSnapshot): Summary | undefined {
  const running: State = wasInitialized(connection) ? 'Degraded' : 'Initializing';
  // A refused credential explains everything else that is wrong, whatever comes first.
  const conditions = SUMMED_UP_CONDITIONS.map((type) => ({ type, condition: currentCondition(connection, type) }));
  const refused = conditions.find(
    ({ type, condition }) => type === 'CredentialValid' && condition?.status === 'False',
  )?.condition;
  if (refused) return stalled(refused);
  const failed = conditions.find(({ condition }) => condition?.status === 'False')?.condition;
  if (failed) return isForAPerson(failed, now) ? stalled(failed, running) : reconciling(running, failed);
  const unknown = conditions.find(({ condition }) => condition?.status !== 'True' && condition?.reason !== 'NoFeeds');
  if (!unknown) return undefined;
  return reconciling(
    'Initializing',
    unknown.condition ?? {
      reason: 'Checking',
      message: `the sync pod has not said ${unknown.type} of this version yet`,
    },
  );
}

function isForAPerson(condition: Condition, now: Date): boolean {
  return condition.type === 'Reachable' ? SHOP_TO_MEND.has(condition.reason) : isLongStale(condition, now);
}

/** A condition speaks for the spec it was made for: that of an older generation is as good as none. */
function currentCondition({ status, metadata }: AnyConnection, type: string): Condition | undefined {
  const condition = findCondition(status?.conditions, type);
  const outdated =
    condition?.observedGeneration !== undefined && condition.observedGeneration < (metadata.generation ?? 0);
  return outdated ? undefined : condition;
}

function countFeeds(feeds: readonly FeedView[]): ConnectionDecision['feeds'] {
  const count = (type: string) => feeds.filter(({ status }) => isTrue(status?.conditions, type)).length;
  const resting = feeds.filter(({ status }) => isTrue(status?.conditions, 'Suspended')).length;
  return { total: feeds.length, ready: count('Ready') - resting, held: count('Held') };
}

function ready({ connection, feeds }: ConnectionSnapshot): Summary {
  const test = (connection.spec.mode ?? 'Test') === 'Test' ? '; mode is Test: nothing is written to the store' : '';
  const active = feeds.filter(({ spec }) => spec.suspend !== true);
  const finding =
    currentCondition(connection, 'Synced')?.reason === 'NoFeeds'
      ? { reason: 'NoFeeds', message: noFeedsMessage(feeds) }
      : {
          reason: 'Running',
          message: `${active.length} ${active.length === 1 ? 'feed is' : 'feeds are'} up to date${test}`,
        };
  return { state: 'Running', settlement: { state: 'Ready', finding } };
}

/** Nothing is wrong with it: whoever applies connections first and feeds when they are Ready must not wait for ever. */
function noFeedsMessage(feeds: readonly FeedView[]): string {
  return feeds.length === 0
    ? 'the shop answers; no data moves, as no Feed names the connection: create one'
    : 'the shop answers; no data moves, as all its feeds are suspended';
}

/** Once it has synced, a failure is a degradation and no longer part of setting it up. */
function wasInitialized({ status }: AnyConnection): boolean {
  return isTrue(status?.conditions, 'Synced');
}
