import type { ConnectionStatus, FeedResource } from '../../crds/index.ts';
import { findCondition, isTrue, type Condition, type Finding, type Settlement } from '../../kit/conditions.ts';
import { licensed } from '../seating/seats.ts';
import type { AnyConnection, DeploymentView } from '../resources.ts';
import type { SettingsSchemas } from '../settings.ts';
import type { ConnectionSnapshot } from './gather.ts';
import { isElsewhereToo, refusalOf, type Refusal } from './policies.ts';

type State = NonNullable<ConnectionStatus['state']>;
type Reason = Omit<Finding, 'status'>;

/** What is to be done about a connection that is not being deleted, and what is to be said about it. */
export interface ConnectionDecision {
  /** False: it is not known what its children should look like; what runs is stopped. */
  readonly accepted: boolean;
  readonly replicas: 0 | 1;
  readonly effective: NonNullable<ConnectionStatus['effective']>;
  readonly feeds: NonNullable<ConnectionStatus['feeds']>;
  readonly findings: { readonly Accepted: Finding; readonly Licensed: Finding; readonly Deployed: Finding };
  readonly settlement: Settlement;
  readonly state: State;
}

/** Pure: the same snapshot gives the same decision. */
export function decide(snapshot: ConnectionSnapshot, schemas: SettingsSchemas): ConnectionDecision {
  const { connection, deployment } = snapshot;
  const effective = effectiveValues(connection);
  const refusal = refusalOf(snapshot, schemas);
  const license = licensed(snapshot.license);
  const replicas = !refusal && license.status === 'True' && effective.enabled ? 1 : 0;
  const { childProblem } = snapshot;
  const deployed: Finding = childProblem
    ? { status: 'False', ...childProblem }
    : deployedFinding(deployment, replicas, effective.enabled);
  const { settlement, state } = summarize(snapshot, { refusal, license, deployed, enabled: effective.enabled });
  return {
    accepted: refusal === undefined,
    replicas,
    effective,
    settlement,
    state,
    feeds: countFeeds(snapshot.feeds),
    findings: { Accepted: acceptedFinding(refusal, isElsewhereToo(snapshot)), Licensed: license, Deployed: deployed },
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

function acceptedFinding(refusal: Refusal | undefined, isElsewhere: boolean): Finding {
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

function deployedFinding(deployment: DeploymentView | undefined, replicas: 0 | 1, enabled: boolean): Finding {
  if (replicas === 0) return stoppedFinding((deployment?.status?.replicas ?? 0) === 0, enabled);
  if (!deployment)
    return { status: 'False', reason: 'Creating', message: "the sync pod's Deployment is being created" };
  if (!isCurrent(deployment)) return STARTING;
  return isAvailable(deployment)
    ? { status: 'True', reason: 'PodRunning', message: 'the sync pod runs' }
    : (troubleOf(deployment) ?? STARTING);
}

const STARTING: Finding = { status: 'False', reason: 'Starting', message: 'the sync pod is starting' };

function stoppedFinding(stopped: boolean, enabled: boolean): Finding {
  const cause = enabled ? 'see Accepted and Licensed' : 'spec.enabled is false';
  return {
    status: 'False',
    reason: enabled ? 'Stopped' : 'Inactive',
    message: `${stopped ? 'no pod runs' : 'the pod finishes its work and stops'}: ${cause}`,
  };
}

/** The Deployment's controller has seen what we asked for last. */
function isCurrent({ metadata, spec, status }: DeploymentView): boolean {
  return spec.replicas === 1 && (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0);
}

function isAvailable({ status }: DeploymentView): boolean {
  return (status?.availableReplicas ?? 0) > 0 && (status?.updatedReplicas ?? 0) > 0;
}

function troubleOf({ metadata, status }: DeploymentView): Finding | undefined {
  const see = `see kubectl -n ${metadata.namespace} describe deployment ${metadata.name}`;
  for (const { type, status: value, message, reason } of status?.conditions ?? []) {
    if (type === 'ReplicaFailure' && value === 'True')
      return { status: 'False', reason: 'PodRefused', message: `${message ?? reason}: ${see}` };
    if (type === 'Progressing' && value === 'False')
      return { status: 'False', reason: 'PodNotStarting', message: `${message ?? reason}: ${see}` };
  }
  return undefined;
}

interface Facts {
  readonly refusal: Refusal | undefined;
  readonly license: Finding;
  readonly deployed: Finding;
  readonly enabled: boolean;
}
interface Summary {
  readonly settlement: Settlement;
  readonly state: State;
}

/** One sentence and one word for the whole: the first thing that keeps data from flowing. Unknown is not Ready. */
function summarize(snapshot: ConnectionSnapshot, { refusal, license, deployed, enabled }: Facts): Summary {
  if (!enabled)
    return {
      state: 'Inactive',
      settlement: {
        state: 'Resting',
        finding: { reason: 'Inactive', message: 'switched off by spec.enabled: false; everything is kept' },
      },
    };
  if (refusal) return refusal.waits ? reconciling('Pending', refusal) : stalled(refusal);
  if (license.status !== 'True')
    return license.reason === 'NotYetValid' ? reconciling('Pending', license) : stalled(license);
  if (deployed.status !== 'True')
    return reconciling(wasInitialized(snapshot.connection) ? 'Degraded' : 'Pending', deployed);
  return podFindings(snapshot) ?? feedFindings(snapshot.feeds) ?? ready(snapshot);
}

/** What the pod says, in the order in which one thing needs the other. */
const POD_CONDITIONS = ['CredentialValid', 'Reachable', 'Synced', 'Fresh'] as const;

function podFindings({ connection }: ConnectionSnapshot): Summary | undefined {
  const running: State = wasInitialized(connection) ? 'Degraded' : 'Initializing';
  // A refused credential explains everything else that is wrong, whatever comes first.
  const conditions = POD_CONDITIONS.map((type) => ({ type, condition: currentCondition(connection, type) }));
  const refused = conditions.find(
    ({ type, condition }) => type === 'CredentialValid' && condition?.status === 'False',
  )?.condition;
  if (refused) return stalled(refused);
  const failed = conditions.find(({ condition }) => condition?.status === 'False')?.condition;
  if (failed) return reconciling(running, failed);
  const unknown = conditions.find(({ condition }) => condition?.status !== 'True');
  if (!unknown) return undefined;
  return reconciling(
    running,
    unknown.condition ?? {
      reason: 'Checking',
      message: `the sync pod has not said ${unknown.type} of this version yet`,
    },
  );
}

/** A condition speaks for the spec it was made for: that of an older generation is as good as none. */
function currentCondition({ status, metadata }: AnyConnection, type: string): Condition | undefined {
  const condition = findCondition(status?.conditions, type);
  const outdated =
    condition?.observedGeneration !== undefined && condition.observedGeneration < (metadata.generation ?? 0);
  return outdated ? undefined : condition;
}

function feedFindings(feeds: readonly FeedResource[]): Summary | undefined {
  const failing = feeds.filter(isFailing).sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const [first] = failing;
  if (!first) return undefined;
  const said = findCondition(first.status?.conditions, 'Ready');
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
  return reconciling('Degraded', {
    reason: 'FeedNotReady',
    message: `Feed ${first.metadata.name}${more}: ${said?.message ?? 'it has no Ready condition yet'}`,
  });
}

/** A suspended feed and one whose writes are held back for a person are not failing. */
function isFailing({ spec, status }: FeedResource): boolean {
  return spec.suspend !== true && !isTrue(status?.conditions, 'Ready') && !isTrue(status?.conditions, 'Held');
}

function countFeeds(feeds: readonly FeedResource[]): ConnectionDecision['feeds'] {
  const count = (type: string) => feeds.filter(({ status }) => isTrue(status?.conditions, type)).length;
  return { total: feeds.length, ready: count('Ready'), held: count('Held') };
}

function ready({ connection, feeds }: ConnectionSnapshot): Summary {
  const test = (connection.spec.mode ?? 'Test') === 'Test' ? '; mode is Test: nothing is written to the store' : '';
  return {
    state: 'Running',
    settlement: {
      state: 'Ready',
      finding: {
        reason: 'Running',
        message: `${feeds.length} ${feeds.length === 1 ? 'feed is' : 'feeds are'} up to date${test}`,
      },
    },
  };
}

/** Once it has synced, a failure is a degradation and no longer part of setting it up. */
function wasInitialized({ status }: AnyConnection): boolean {
  return isTrue(status?.conditions, 'Synced');
}

function reconciling(state: State, { reason, message }: Reason): Summary {
  return { state, settlement: { state: 'Reconciling', finding: { reason, message } } };
}

function stalled({ reason, message }: Reason): Summary {
  return { state: 'Stalled', settlement: { state: 'Stalled', finding: { reason, message } } };
}
