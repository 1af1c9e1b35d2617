import { LABELS } from '../crds/index.ts';
import type { Condition } from '../kit/conditions.ts';
import type { PodView } from '../kit/kube/builtin.ts';
import type { KubeObject, ObjectMeta } from '../kit/kube/objects.ts';
import { SharedTexts } from '../kit/kube/shared-texts.ts';
import type { DeploymentView } from './resources.ts';
import { CONNECTION_STATUS, FEED_STATUS, type FeedView, type KeptConnection, type KeptMeta } from './views.ts';
import { markAnnotations } from './waves/mark.ts';

/** Cuts objects down to what is kept of them, and lets them share the texts that many have. */
export function createKeepers() {
  const texts = new SharedTexts();
  const metadata = ({ annotations: _annotations, managedFields: _managed, ...kept }: ObjectMeta): KeptMeta => ({
    ...kept,
    namespace: texts.of(kept.namespace),
  });
  const conditions = (all: readonly Condition[] | undefined): Condition[] | undefined =>
    all?.map(({ type, status, reason, message, ...times }) => ({
      ...{ type: texts.of(type), status, reason: texts.of(reason), message: texts.of(message) },
      ...times,
    }));
  return {
    feed: ({ apiVersion, kind, metadata: meta, spec, status }: FeedView): FeedView => ({
      ...{ apiVersion, kind, metadata: metadata(meta), spec: { ...spec, type: texts.of(spec.type) } },
      ...(status && { status: { ...pick(status, FEED_STATUS), conditions: conditions(status.conditions) } }),
    }),
    connection: <S>({ apiVersion, kind, metadata: meta, spec, status }: KeptConnection<S>): KeptConnection<S> => ({
      ...{ apiVersion, kind, metadata: metadata(meta), spec },
      ...(status && { status: { ...pick(status, CONNECTION_STATUS), conditions: conditions(status.conditions) } }),
    }),
    /** Of a child only who it is: what we applied to it is in the informer's digest (kit/kube/owned.ts). */
    child: ({ apiVersion, kind, metadata: meta }: KubeObject): KubeObject => ({
      apiVersion,
      kind,
      metadata: identity(meta, texts),
    }),
    /** Where a roll-out has got to is in the Deployments themselves. */
    deployment: ({ apiVersion, kind, metadata: meta, spec, status }: DeploymentView): DeploymentView => ({
      ...{ apiVersion, kind, spec: { replicas: spec.replicas }, status },
      metadata: {
        ...identity(meta, texts),
        generation: meta.generation,
        creationTimestamp: meta.creationTimestamp,
        annotations: markAnnotations(meta.annotations, texts),
      },
    }),
    /** Its status alone: what a pod says of why it does not start. */
    pod: ({ apiVersion, kind, metadata: meta, status }: PodView): PodView => ({
      ...{ apiVersion, kind, status: podStatus(status) },
      metadata: { ...identity(meta, texts), creationTimestamp: meta.creationTimestamp },
    }),
  };
}

function identity(
  { name, namespace, uid, resourceVersion, deletionTimestamp, labels = {} }: ObjectMeta,
  texts: SharedTexts,
): ObjectMeta {
  const owner = Object.fromEntries(
    [LABELS.connection, LABELS.connectionKind].flatMap((label) => {
      const value = labels[label];
      return value === undefined ? [] : [[label, value]];
    }),
  );
  return { name, namespace: texts.of(namespace), uid, resourceVersion, deletionTimestamp, labels: owner };
}

/** Of a pod's status only what says why it does not run: its addresses and times change without meaning anything. */
function podStatus(status: PodView['status']): PodView['status'] {
  if (!status) return undefined;
  const { phase, reason, message, conditions = [], containerStatuses = [] } = status;
  return {
    phase,
    reason,
    message,
    conditions: conditions.filter(({ type }) => type === 'PodScheduled'),
    containerStatuses: containerStatuses.map(({ name, image, ready, restartCount, state, lastState }) => ({
      ...{ name, image, ready, restartCount, state, lastState },
    })),
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const picked: Partial<T> = {};
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key];
  return picked as Pick<T, K>;
}
