import { FINALIZER } from '../../crds/index.ts';
import { findCondition, isTrue } from '../../kit/conditions.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import type { AnyConnection, DeploymentView } from '../resources.ts';
import { podsLeft } from './pods-left.ts';

/** What a decision about a deletion is made of. */
export interface DeletionSnapshot {
  readonly connection: AnyConnection;
  readonly deployment: DeploymentView | undefined;
  /** Pods of the Deployment, as far as they are known. */
  readonly pods: readonly PodView[];
  readonly namespaceTerminating: boolean;
  readonly now: Date;
  /** When it was first seen, by the clock of `now`: the API server's may be another by minutes. */
  readonly since: Date;
  readonly deadlineMs: number;
}

/** The next step of a deletion. */
export type DeletionStep =
  /** Nothing of ours holds it. */
  | { readonly step: 'none' }
  | { readonly step: 'wait'; readonly reason: string; readonly message: string; readonly afterMs: number }
  | { readonly step: 'stop'; readonly reason: string; readonly message: string }
  /** Apply the deletion policy at the hub, then let go. */
  | { readonly step: 'forget'; readonly reason: string; readonly message: string }
  /** Let go at once; what is left undone is told in an Event. */
  | { readonly step: 'release'; readonly reason: string; readonly message: string };

const POLL_MS = 5000;

/**
 * The pod deregisters at the store, stops, then the hub applies the policy. The pod has half of the deadline, all of it
 * together the whole: a deletion never hangs (a namespace or `helm uninstall` would hang with it). Pure.
 */
export function decideDeletion({
  connection,
  deployment,
  pods,
  namespaceTerminating,
  now,
  since,
  deadlineMs,
}: DeletionSnapshot): DeletionStep {
  const { metadata } = connection;
  if (!metadata.finalizers?.includes(FINALIZER)) return { step: 'none' };
  const passedMs = now.getTime() - since.getTime();
  const policy = connection.spec.deletionPolicy ?? 'Retain';
  // The hub needs no namespace: what is to be deleted is, though nothing can be said about it there any more.
  if (namespaceTerminating && policy === 'Retain')
    return {
      step: 'release',
      reason: 'NamespaceTerminating',
      message: 'the namespace is going: nothing was deregistered at the store, and the hub keeps its data',
    };
  if (passedMs >= deadlineMs)
    return {
      step: 'release',
      reason: 'DeletionDeadlineExceeded',
      message: `not done after ${Math.round(deadlineMs / 1000)} s: let go. What was registered at the store may be left there; the hub keeps its data`,
    };
  const running = podStep({ connection, deployment, pods, namespaceTerminating, now }, { passedMs, deadlineMs });
  if (running) return running;
  return { step: 'forget', reason: 'CleaningUp', message: `the hub applies deletionPolicy ${policy}` };
}

/** What is still to be done about the pod. */
function podStep(
  {
    connection: { status },
    deployment,
    pods,
    namespaceTerminating,
    now,
  }: Omit<DeletionSnapshot, 'since' | 'deadlineMs'>,
  { passedMs, deadlineMs }: { readonly passedMs: number; readonly deadlineMs: number },
): DeletionStep | undefined {
  const wanted = deployment?.spec.replicas ?? 0;
  const deregistering =
    !namespaceTerminating &&
    wanted > 0 &&
    (deployment?.status?.replicas ?? 0) > 0 &&
    // A pod that never said anything has registered nothing: it never started.
    findCondition(status?.conditions, 'CredentialValid') !== undefined &&
    !isTrue(status?.conditions, 'Deregistered') &&
    passedMs < deadlineMs / 2;
  if (deregistering)
    return {
      step: 'wait',
      reason: 'Deregistering',
      message: 'the sync pod gives back what was registered at the store',
      afterMs: Math.min(POLL_MS, deadlineMs / 2 - passedMs),
    };
  if (wanted > 0) return { step: 'stop', reason: 'Stopping', message: 'the sync pod is being stopped' };
  if (podsLeft(deployment, pods, now))
    return {
      step: 'wait',
      reason: 'Stopping',
      message: 'the sync pod finishes its work',
      afterMs: Math.min(POLL_MS, deadlineMs - passedMs),
    };
  return undefined;
}
