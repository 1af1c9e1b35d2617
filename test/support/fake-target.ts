import type { ClusterDoors, EventView } from '../../cli/cluster-doors.ts';
import type { Viewed } from '../../cli/status-view.ts';
import type { Target } from '../../cli/target.ts';
import type { PodView } from '../../kit/kube/builtin.ts';

export interface FakeCluster {
  readonly resources: Viewed[];
  readonly events?: EventView[];
  readonly pods?: PodView[];
  readonly logs?: Readonly<Record<string, readonly string[]>>;
  /** Called before each list; what it changes is seen in it. */
  readonly onList?: (kind: string, lists: number) => void;
}

/** A cluster in memory, with a note of what was written to it. */
export function fakeTarget(cluster: FakeCluster, home: string | undefined = 'acme') {
  const written: string[] = [];
  let lists = 0;
  const doors: ClusterDoors = {
    remove: async ({ namespace, name, uid }) => void written.push(`delete ${namespace}/${name} ${uid}`),
    events: async ({ kind, name }) =>
      (cluster.events ?? []).filter(({ metadata }) => metadata.name.startsWith(`${kind}.${name}.`)),
    pods: async (_, selector) =>
      (cluster.pods ?? []).filter(({ metadata }) =>
        selector.includes(metadata.labels?.['supercargo.dev/connection'] ?? '?'),
      ),
    async *logs({ pod, previous }) {
      yield* cluster.logs?.[`${pod}${previous ? ' previous' : ''}`] ?? [];
    },
  };
  const target: Target = {
    description: 'a cluster',
    home,
    cluster: doors,
    async list(kind, namespace) {
      cluster.onList?.(kind, ++lists);
      return cluster.resources.filter(
        (one) => one.kind === kind && (namespace === undefined || one.metadata.namespace === namespace),
      );
    },
    annotate: async ({ namespace, name }, annotations) =>
      void written.push(`${Object.keys(annotations).join()} ${namespace}/${name}`),
    setSwitch: async ({ namespace, name }, field, value) => void written.push(`${field}=${value} ${namespace}/${name}`),
    hub: async () => ({ url: '', key: '' }),
    close: async () => undefined,
  };
  return { target, written };
}

/** A clock that does not wait. */
export const quickClock = (start = 0) => {
  let now = start;
  return { now: () => new Date(now), sleep: async (ms: number) => void (now += ms) };
};
