import type { PodView } from '../../kit/kube/builtin.ts';
import { seenAt, type ClusterDoors, type EventView } from '../cluster-doors.ts';
import type { Viewed } from '../status-view.ts';
import { keptEvent } from './kept-fields.ts';
import { folderOf, placeOf } from './resources.ts';
import type { Sink } from './sink.ts';
import type { Subject } from './subject.ts';

/** Events about the resources, and about the pods. */
export async function reportEvents(
  cluster: ClusterDoors,
  subject: Subject,
  resources: readonly Viewed[],
  pods: readonly PodView[],
  sink: Sink,
): Promise<void> {
  const about = new Set([
    // Those about what has no namespace are in "default".
    ...resources.map(({ kind, metadata: { namespace = 'default', name } }) => `${kind} ${namespace}/${name}`),
    ...pods.map(({ metadata: { namespace, name } }) => `Pod ${namespace}/${name}`),
  ]);
  const namespaces =
    subject.namespace === undefined && pods.length + resources.length > 0 ? [undefined] : placesOf(about);
  const events: EventView[] = [];
  for (const namespace of namespaces) {
    const where = placeOf(namespace);
    const found = await sink.attempt(`events ${where}`, `list events ${where}`, () => cluster.eventsIn(namespace));
    events.push(...(found ?? []).filter((event) => about.has(subjectOf(event))));
  }
  const newest = events.toSorted((a, b) => Date.parse(seenAt(b)) - Date.parse(seenAt(a)));
  for (const [namespace, those] of Map.groupBy(newest, ({ metadata }) => metadata.namespace))
    await sink.add([...folderOf(namespace), 'events.json'], `Events about these, newest first: ${those.length}`, {
      json: those.map(keptEvent),
    });
}

function subjectOf({ involvedObject, metadata }: EventView): string {
  const { kind, name, namespace = metadata.namespace } = involvedObject ?? {};
  return `${kind} ${namespace || 'default'}/${name}`;
}

const placesOf = (about: ReadonlySet<string>): string[] =>
  [...new Set([...about].map((one) => /^\S+ ([^/]*)\//.exec(one)![1]!))].sort();
