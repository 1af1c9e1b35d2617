import type { EndedContainer, PodView } from '../../kit/kube/builtin.ts';

/** Why a sync pod does not run. */
export interface Trouble {
  readonly reason: string;
  /** What happened, to which pod, and the one thing to do. */
  readonly message: string;
  /** It does not heal by itself: a person must mend it. */
  readonly mend: boolean;
}

const NOT_PULLED = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const NOT_CREATED = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
/** A start that fails once may be the cluster's weather; one that failed this often is not. */
const CRASHES_TO_MEND = 5;
/** A cluster that grows by itself has a node by then. */
const NODE_PATIENCE_MS = 10 * 60_000;
/** Volumes are there within this time, or something is missing. */
export const VOLUME_PATIENCE_MS = 30_000;

/** What the newest pod itself says of why it does not run, seconds after it happened; undefined: nothing yet. Pure. */
export function podTrouble(pods: readonly PodView[], now: Date): Trouble | undefined {
  const [pod] = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => createdAt(b) - createdAt(a));
  return pod && (evicted(pod) ?? unschedulable(pod, now) ?? containerTrouble(pod) ?? withoutVolumes(pod, now));
}

function createdAt({ metadata }: Pick<PodView, 'metadata'>): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

function evicted({ metadata, status }: PodView): Trouble | undefined {
  if (status?.phase !== 'Failed') return undefined;
  const reason = status.reason === 'Evicted' ? 'Evicted' : 'PodFailed';
  const why = sentence(status.message ?? status.reason ?? 'it gave no reason');
  return { reason, mend: false, message: `the node ended the sync pod ${metadata.name}: ${why}. Another one is made` };
}

function unschedulable({ metadata, status }: PodView, now: Date): Trouble | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const since = Date.parse(scheduled.lastTransitionTime ?? '') || createdAt({ metadata });
  return {
    reason: 'Unschedulable',
    mend: now.getTime() - since >= NODE_PATIENCE_MS,
    message: `no node takes the sync pod ${metadata.name}: ${sentence(scheduled.message ?? 'the scheduler gave no reason')}. Make room on the nodes, or lower spec.resources.requests`,
  };
}

function containerTrouble(pod: PodView): Trouble | undefined {
  const [container] = pod.status?.containerStatuses ?? [];
  if (!container) return undefined;
  const ended = container.state?.terminated ?? container.lastState?.terminated;
  return (
    notMade(pod.metadata.name, container) ??
    (ended && !container.ready ? crashed(pod, ended, container.restartCount ?? 0) : undefined)
  );
}

type Container = NonNullable<NonNullable<PodView['status']>['containerStatuses']>[number];

function notMade(name: string, { image = '', state }: Container): Trouble | undefined {
  const { reason = '', message } = state?.waiting ?? {};
  const told = message ? `: ${sentence(message)}` : '';
  if (NOT_PULLED.has(reason))
    return {
      reason: 'ImageNotPulled',
      mend: true,
      message: `the image ${image} of the sync pod ${name} cannot be pulled (${reason}${told}): check the image's name, and that the node may pull it`,
    };
  if (NOT_CREATED.has(reason))
    return {
      reason: 'ContainerNotCreated',
      mend: true,
      message: `the container of the sync pod ${name} cannot be made (${reason}${told}): see kubectl describe pod ${name}`,
    };
  return undefined;
}

function crashed({ metadata }: PodView, { reason, exitCode }: EndedContainer, restarts: number): Trouble {
  const often = `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;
  if (reason === 'OOMKilled')
    return {
      reason: 'OutOfMemory',
      mend: true,
      message: `the sync pod ${metadata.name} needed more memory than its limit and was ended (${often}): raise spec.resources.limits.memory`,
    };
  return {
    reason: 'PodCrashing',
    mend: restarts >= CRASHES_TO_MEND,
    message: `the sync pod ${metadata.name} ended with exit code ${exitCode ?? 'unknown'} (${often}): see kubectl -n ${metadata.namespace} logs --previous ${metadata.name}`,
  };
}

/** The kubelet tells of a volume that cannot be mounted in Events alone; the status says only that it waits. */
function withoutVolumes(pod: PodView, now: Date): Trouble | undefined {
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
  if (waiting !== 'ContainerCreating' || now.getTime() - createdAt(pod) < VOLUME_PATIENCE_MS) return undefined;
  const { name, namespace } = pod.metadata;
  return {
    reason: 'VolumesNotReady',
    mend: false,
    message: `the node has not got the sync pod ${name} ready: a Secret or ConfigMap that it mounts may be missing, or its driver (CSI). See kubectl -n ${namespace} describe pod ${name}`,
  };
}

/** Words of others in a sentence of ours. */
function sentence(text: string): string {
  return text.trim().replace(/\.+$/, '').slice(0, 500);
}
