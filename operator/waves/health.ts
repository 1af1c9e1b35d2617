import type { DeploymentView } from '../resources.ts';
import { markOf } from './mark.ts';

/** A pod that takes longer to get Ready does not. */
export const PROGRESS_DEADLINE_MS = 300_000;
/** What breaks within this time after its roll is the roll's doing; later it is the connection's own. */
export const TRIAL_MS = 60 * 60_000;

/** How a Deployment's pod does, as far as a roll-out asks. */
export interface Health {
  readonly ready: boolean;
  readonly broken: boolean;
  readonly late: boolean;
  /** When it will be late, if it goes on like this. */
  readonly lateInMs?: number;
}

/** Pure; of a status that is older than the spec nothing but the times is believed. */
export function healthOf(deployment: DeploymentView, now: Date): Health {
  const status = currentStatus(deployment);
  if (isAvailable(status)) return { ready: true, broken: false, late: false };
  const rolledAt = Date.parse(markOf(deployment).rolledAt ?? '');
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  const lostAt = lostAtOf(status);
  // Said of the pod as it is now, once it was complete; it stays so when the pod fails later.
  const ranOnce = progressing?.reason === 'NewReplicaSetAvailable';
  const broken = !Number.isNaN(rolledAt) && (!ranOnce || lostAt - rolledAt < TRIAL_MS);
  if (!broken) return { ready: false, broken, late: false };
  const lateInMs = Math.max(rolledAt, lostAt) + PROGRESS_DEADLINE_MS - now.getTime();
  const late = progressing?.status === 'False' || lateInMs <= 0;
  return { ready: false, broken, late, ...(late ? {} : { lateInMs }) };
}

function isAvailable(status: DeploymentView['status']): boolean {
  return (status?.availableReplicas ?? 0) > 0 && (status?.updatedReplicas ?? 0) > 0;
}

function currentStatus({ metadata, status }: DeploymentView): DeploymentView['status'] {
  return (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0) ? status : undefined;
}

/** When it was Ready last (ms since the epoch). */
function lostAtOf(status: DeploymentView['status']): number {
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  return available?.status === 'False' ? Date.parse(available.lastTransitionTime ?? '') || 0 : 0;
}
