import type { ConditionValue } from '../../kit/conditions.ts';
import type { DeploymentView } from '../resources.ts';
import type { ConnectionSnapshot } from './gather.ts';
import { podTrouble } from './pod-trouble.ts';
import { podsLeft } from './pods-left.ts';

/** Whether the pod runs; with `mend`, a person must do something first. */
export interface Deployed {
  readonly finding: ConditionValue;
  readonly mend: boolean;
  /** It is starting, as it should: after a change, or for the first time. */
  readonly planned: boolean;
}

/**
 * How long a pod that nobody lets in is left before it is tried again: the ReplicaSet's own pauses grow to a quarter
 * hour.
 */
const REFUSED_AGAIN_MS = 30_000;

/** What is known of the pod, by its Deployment and by what it says itself. Pure. */
export function deployedOf(snapshot: ConnectionSnapshot, replicas: 0 | 1, enabled: boolean): Deployed {
  const { deployment, childProblem, pods, now } = snapshot;
  if (childProblem) return no(childProblem, { mend: true });
  if (replicas === 0) return no(stopped(podsLeft(deployment, pods, now), enabled));
  if (!deployment)
    return no({ reason: 'Creating', message: "the sync pod's Deployment is being created" }, { planned: true });
  if (!isCurrent(deployment)) return STARTING;
  if (isAvailable(deployment))
    return {
      finding: { status: 'True', reason: 'PodRunning', message: 'the sync pod runs' },
      mend: false,
      planned: false,
    };
  const trouble = podTrouble(pods, now);
  return trouble ? no(trouble, { mend: trouble.mend }) : (troubleOf(deployment) ?? STARTING);
}

/** A pod that a quota or an admission policy refused is tried again by scaling to zero: there is none to stop. */
export function isToBeTriedAgain({ deployment, now }: ConnectionSnapshot): boolean {
  const refused = deployment && refusalOf(deployment);
  if (!refused || (deployment.status?.replicas ?? 0) > 0) return false;
  return now.getTime() - (Date.parse(refused.lastUpdateTime ?? '') || 0) >= REFUSED_AGAIN_MS;
}

function no(
  { reason, message }: Omit<ConditionValue, 'status'>,
  { mend = false, planned = false }: { readonly mend?: boolean; readonly planned?: boolean } = {},
): Deployed {
  return { finding: { status: 'False', reason, message }, mend, planned };
}

const STARTING: Deployed = no({ reason: 'Starting', message: 'the sync pod is starting' }, { planned: true });

/** By the reason a program tells that the pod is gone: who waits for it reads no message. */
function stopped(left: boolean, enabled: boolean): Omit<ConditionValue, 'status'> {
  const cause = enabled ? 'see Accepted and Licensed' : 'spec.enabled is false';
  if (left) return { reason: 'Stopping', message: `the pod finishes its work and stops: ${cause}` };
  return { reason: enabled ? 'Stopped' : 'Inactive', message: `no pod runs: ${cause}` };
}

/** The Deployment's controller has seen what we asked for last. */
function isCurrent({ metadata, spec, status }: DeploymentView): boolean {
  return spec.replicas === 1 && (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0);
}

function isAvailable({ status }: DeploymentView): boolean {
  return (status?.availableReplicas ?? 0) > 0 && (status?.updatedReplicas ?? 0) > 0;
}

function refusalOf({ status }: DeploymentView) {
  return status?.conditions?.find(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True');
}

function troubleOf(deployment: DeploymentView): Deployed | undefined {
  const { metadata, status } = deployment;
  const see = `see kubectl -n ${metadata.namespace} describe deployment ${metadata.name}`;
  const refused = refusalOf(deployment);
  if (refused)
    return no(
      {
        reason: 'PodRefused',
        message: `${refused.message ?? refused.reason}: raise the quota or see the policy; it is tried again by itself`,
      },
      { mend: true },
    );
  const late = status?.conditions?.find(({ type, status: value }) => type === 'Progressing' && value === 'False');
  return late && no({ reason: 'PodNotStarting', message: `${late.message ?? late.reason}: ${see}` }, { mend: true });
}
