import { LABELS } from '../../crds/index.ts';
import { portOf, type PodView } from '../../kit/kube/builtin.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import type { metricsTlsVariables } from '../../kit/net/metrics-tls.ts';
import type { ClusterDoors } from '../cluster-doors.ts';
import { keptDeployment, keptPod } from './kept-fields.ts';
import { folderOf, placeOf } from './resources.ts';
import type { Sink } from './sink.ts';
import type { Subject } from './subject.ts';

/** Which lines of logs. */
export interface LogLines {
  readonly sinceSeconds: number | undefined;
  readonly tailLines: number;
}

export interface PodsOptions {
  /** Where the chart is installed; found if absent. */
  readonly systemNamespace: string | undefined;
  readonly lines: LogLines;
}

const NAME = 'app.kubernetes.io/name';
const COMPONENT = 'app.kubernetes.io/component';
const PARTS = `${NAME}=supercargo,${COMPONENT} in (operator,hub)`;

/** Deployments and pods of operator, hub and sync pods with their logs, and what those say of themselves that do. */
export async function reportPods(
  cluster: ClusterDoors,
  subject: Subject,
  { systemNamespace, lines }: PodsOptions,
  sink: Sink,
): Promise<readonly PodView[]> {
  const parts = await found(cluster, systemNamespace, PARTS, 'of operator and hub', sink);
  const sync = await found(cluster, subject.namespace, syncSelector(subject), 'of sync pods', sink);
  await written('deployments', [...parts.deployments, ...sync.deployments], keptDeployment, sink);
  const pods = [...parts.pods, ...sync.pods];
  await written('pods', pods, keptPod, sink);
  for (const pod of pods) await logsOf(cluster, pod, lines, sink);
  // Of one connection its pod, too: of an installation there can be hundreds.
  for (const pod of [...parts.pods, ...(subject.connection ? sync.pods : [])]) await pagesOf(cluster, pod, sink);
  return pods;
}

function syncSelector({ connection }: Subject): string {
  const all = `${NAME}=supercargo-sync`;
  return connection
    ? `${all},${LABELS.connection}=${connection.name},${LABELS.connectionKind}=${connection.kind}`
    : all;
}

async function found(
  cluster: ClusterDoors,
  namespace: string | undefined,
  selector: string,
  which: string,
  sink: Sink,
): Promise<{ pods: readonly PodView[]; deployments: readonly KubeObject[] }> {
  const where = placeOf(namespace);
  const pods = await sink.attempt(`pods ${which} ${where}`, `list pods ${where}`, () =>
    cluster.pods(namespace, selector),
  );
  const deployments = await sink.attempt(`deployments ${which} ${where}`, `list deployments.apps ${where}`, () =>
    cluster.deployments(namespace, selector),
  );
  return { pods: pods ?? [], deployments: deployments ?? [] };
}

async function written<T extends KubeObject>(
  name: string,
  objects: readonly T[],
  kept: (object: T) => unknown,
  sink: Sink,
): Promise<void> {
  for (const [namespace, those] of Map.groupBy(objects, ({ metadata }) => metadata.namespace))
    await sink.add([...folderOf(namespace), `${name}.json`], `${name} with their status: ${those.length}`, {
      json: those.map(kept),
    });
}

async function logsOf(cluster: ClusterDoors, pod: PodView, lines: LogLines, sink: Sink): Promise<void> {
  const { namespace = '', name } = pod.metadata;
  for (const container of containersOf(pod))
    for (const previous of hasEnded(pod, container) ? [false, true] : [false]) {
      const which = `container ${container}${previous ? ' before its last restart' : ''}`;
      const path = [...folderOf(namespace), name, `${container}${previous ? '.previous' : ''}.log`];
      await sink.attempt(
        `log of pod ${namespace}/${name}, ${which}`,
        `get pods/log ${placeOf(namespace)}`,
        async () => {
          // Read whole before anything is written: a log that fails half way is a gap.
          const read: string[] = [];
          for await (const line of cluster.logs({ namespace, pod: name, container, previous, ...lines }))
            read.push(line);
          await sink.add(path, `last lines of the log of ${which}`, { lines: read });
        },
      );
    }
}

const containersOf = ({ spec }: PodView): string[] =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap(({ name }) => name ?? []);

function hasEnded({ status }: PodView, container: string): boolean {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const own = all.find(({ name }) => name === container);
  return (own?.restartCount ?? 0) > 0 || own?.lastState?.terminated !== undefined;
}

const PAGES = [
  { path: '/healthz', file: 'healthz.txt', about: 'what it says of its own health: why it would be restarted' },
  { path: '/readyz', file: 'readyz.txt', about: 'what it says of its own health: why it takes no part' },
  { path: '/metrics', file: 'metrics.txt', about: 'its metrics' },
] as const;

const METRICS_TLS = 'SUPERCARGO_METRICS_TLS_DIR' satisfies keyof typeof metricsTlsVariables;

async function pagesOf(cluster: ClusterDoors, pod: PodView, sink: Sink): Promise<void> {
  const { namespace = '', name } = pod.metadata;
  const port = portOf(pod, 'metrics') ?? portOf(pod, 'http') ?? 8080;
  // Not by the scheme of its probes: a service mesh puts others in their place.
  const tls = pod.spec?.containers.some(({ env = [] }) => env.some(({ name }) => name === METRICS_TLS)) ?? false;
  const at = { namespace, pod: name, port, tls };
  const right = `get and create pods/portforward ${placeOf(namespace)}`;
  if (pod.status?.phase !== 'Running')
    return sink.miss(`health and metrics of pod ${namespace}/${name}`, 'the pod does not run');
  for (const { path, file, about } of PAGES) {
    const answer = await sink.attempt(`${path} of pod ${namespace}/${name}`, right, () => cluster.podPage(at, path));
    // Where one is refused the others are: one line says it.
    if (!answer) return;
    if (path === '/metrics' && answer.status === 403)
      return sink.miss(
        `metrics of pod ${namespace}/${name}`,
        'metrics.tls.clientCertificates gives them to those alone who show a certificate',
      );
    const content = path === '/metrics' ? { metrics: answer.text } : { lines: answer.text.trimEnd().split('\n') };
    await sink.add([...folderOf(namespace), name, file], `${about} (answer ${answer.status})`, content);
  }
}
