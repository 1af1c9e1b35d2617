import type { PodView } from '../../kit/kube/builtin.ts';
import type { DeploymentView } from '../resources.ts';

/** How long after its last moment a pod that is not gone counts as lost with its node: nobody tells of its end. */
const LOST_AFTER_MS = 30_000;

/**
 * Whether a pod is still at work, on its way out or not. A Deployment no longer counts one that was told to end: it may
 * finish a page for a minute yet, and write it to the hub. Pure.
 */
export function podsLeft(deployment: DeploymentView | undefined, pods: readonly PodView[], now: Date): boolean {
  return (deployment?.status?.replicas ?? 0) > 0 || pods.some((pod) => isAtWork(pod, now));
}

/** `deletionTimestamp` is when the grace period of a pod that was told to end is over. */
function isAtWork({ metadata, status }: PodView, now: Date): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  const { deletionTimestamp } = metadata;
  return deletionTimestamp === undefined || now.getTime() < Date.parse(deletionTimestamp) + LOST_AFTER_MS;
}
