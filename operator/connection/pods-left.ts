import type { PodView } from '../../kit/kube/builtin.ts';
import type { DeploymentView } from '../resources.ts';

/**
 * Whether a pod is still at work, on its way out or not. A Deployment no longer counts one that was told to end: it may
 * finish a page for a minute yet, and write it to the hub. Pure.
 */
export function podsLeft(deployment: DeploymentView | undefined, pods: readonly PodView[]): boolean {
  const counted = deployment?.status?.replicas ?? 0;
  return counted > 0 || pods.some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}
