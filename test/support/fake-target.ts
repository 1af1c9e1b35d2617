import { NO_CERTIFICATE } from '../../kit/health.ts';
import type { ClusterDoors, EventView } from '../../cli/cluster-doors.ts';
import type { Viewed } from '../../cli/status-view.ts';
import type { Target } from '../../cli/target.ts';
import type { PodView } from '../../kit/kube/builtin.ts';
import { ApiError } from '../../kit/kube/errors.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';

export interface FakeCluster {
  readonly resources: Viewed[];
  readonly events?: EventView[];
  readonly pods?: PodView[];
  readonly logs?: Readonly<Record<string, readonly string[]>>;
  readonly deployments?: KubeObject[];
  /** What a pod's port answers, by "pod path", and to who speaks TLS by "https pod path". */
  readonly pages?: Readonly<Record<string, string>>;
  /** Refuses what it is asked: "list Feed", "pods", "logs" and so on. */
  readonly forbidden?: (what: string) => boolean;
  /** Called before each list; what it changes is seen in it. */
  readonly onList?: (kind: string, lists: number) => void;
}

/** A cluster in memory, with a note of what was written to it. */
export function fakeTarget(cluster: FakeCluster, home: string | undefined = 'acme') {
  const written: string[] = [];
  const note = (what: string, namespace: string | undefined, name: string) => {
    allowed(`write ${namespace}/${name}`);
    written.push(`${what} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
  };
  let lists = 0;
  const allowed = (what: string) => {
    if (cluster.forbidden?.(what))
      throw new ApiError('Forbidden', 403, `${what} is forbidden: ada@buyers.example may not`);
  };
  const doors: ClusterDoors = {
    remove: async ({ namespace, name, uid }) => void written.push(`delete ${namespace}/${name} ${uid}`),
    goLive: async ({ namespace, name, uid, generation }) => {
      allowed('patch');
      written.push(`mode=Production ${namespace ?? ''}/${name} ${uid} ${generation}`);
    },
    events: async ({ kind, name }) =>
      (cluster.events ?? []).filter(({ metadata }) => metadata.name.startsWith(`${kind}.${name}.`)),
    async eventsIn(namespace) {
      allowed('events');
      return (cluster.events ?? []).filter(({ metadata }) => [undefined, metadata.namespace].includes(namespace));
    },
    async pods(namespace, selector) {
      allowed('pods');
      return (cluster.pods ?? []).filter(
        ({ metadata }) => selected(metadata.labels, selector) && [undefined, metadata.namespace].includes(namespace),
      );
    },
    async deployments(namespace, selector) {
      allowed('deployments');
      return (cluster.deployments ?? []).filter(
        ({ metadata }) => selected(metadata.labels, selector) && [undefined, metadata.namespace].includes(namespace),
      );
    },
    version: async () => 'v1.35.2',
    async podPage({ pod, tls = false }, path) {
      allowed('portforward');
      const text = cluster.pages?.[`${tls ? 'https ' : ''}${pod} ${path}`];
      if (text === undefined) return { status: 404, text: '' };
      return { status: text === NO_CERTIFICATE ? 403 : 200, text };
    },
    async *logs({ pod, previous }) {
      allowed('logs');
      yield* cluster.logs?.[`${pod}${previous ? ' previous' : ''}`] ?? [];
    },
  };
  const target: Target = {
    description: 'a cluster',
    home,
    cluster: doors,
    async list(kind, namespace) {
      allowed(`list ${kind}`);
      cluster.onList?.(kind, ++lists);
      return cluster.resources.filter(
        (one) => one.kind === kind && [undefined, one.metadata.namespace].includes(namespace),
      );
    },
    annotate: async ({ namespace, name }, annotations) => note(Object.keys(annotations).join(), namespace, name),
    setSwitch: async ({ namespace, name }, field, value) => note(`${field}=${value}`, namespace, name),
    hub: async () => ({ url: '', key: '' }),
    close: async () => undefined,
  };
  return { target, written };
}

/** Terms as `a=b` and `a in (b,c)`. */
function selected(labels: Readonly<Record<string, string>> = {}, selector: string): boolean {
  const terms = selector.match(/[^,(]+ in \([^)]*\)|[^,]+/g) ?? [];
  return terms.every((term) => {
    const [, name, list] = /^(\S+) in \((.*)\)$/.exec(term) ?? [];
    if (name !== undefined) return list!.split(',').includes(labels[name] ?? '');
    const [key, value] = term.split('=');
    return labels[key!] === value;
  });
}

/** What is said and told, and a clock that does not wait. */
export function quickDoors(clock = quickClock()) {
  const said: string[] = [];
  const told: string[] = [];
  return {
    ...{ said, told, clock },
    say: (line: string) => void said.push(line),
    tell: (line: string) => void told.push(line),
  };
}

/** A clock that does not wait. */
export const quickClock = (start = 0) => {
  let now = start;
  return { now: () => new Date(now), sleep: async (ms: number) => void (now += ms) };
};
