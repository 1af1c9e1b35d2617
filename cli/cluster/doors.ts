import { FIELD_MANAGERS, resourceType } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { DEPLOYMENTS, namespaced, PODS, type PodView } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import type { Connect } from '../../kit/kube/pod-port.ts';
import { openTunnel } from '../../kit/kube/tunnel.ts';
import { seenAt, type ClusterDoors, type EventView } from '../cluster-doors.ts';

/** In the core group: the role "view" of every cluster lets people read them there. */
const CORE_EVENTS = namespaced('v1', 'Event', 'events');

const PAGE_TIMEOUT_MS = 15_000;

/** As the API server has it; `connect` leads into pods. */
export function clusterDoors(client: KubeClient, connect: Connect): ClusterDoors {
  return {
    async remove({ kind, ...what }) {
      await client.delete(resourceType(kind), what);
    },
    async goLive({ kind, uid, generation, ...what }) {
      await client.jsonPatch(
        resourceType(kind),
        what,
        [
          { op: 'test', path: '/metadata/uid', value: uid },
          { op: 'test', path: '/metadata/generation', value: generation },
          { op: 'add', path: '/spec/mode', value: 'Production' },
        ],
        FIELD_MANAGERS.cli,
      );
    },
    async events({ kind, namespace = 'default', name, uid }) {
      const { items } = await client.list<EventView & KubeObject>(CORE_EVENTS, {
        namespace,
        fieldSelector: [
          `involvedObject.kind=${kind}`,
          `involvedObject.name=${name}`,
          ...(uid === undefined ? [] : [`involvedObject.uid=${uid}`]),
        ].join(),
      });
      return items.sort((a, b) => Date.parse(seenAt(b)) - Date.parse(seenAt(a)));
    },
    async pods(namespace, selector) {
      return (await client.list<PodView>(PODS, { namespace, labelSelector: selector })).items;
    },
    async eventsIn(namespace) {
      return (await client.list<EventView & KubeObject>(CORE_EVENTS, { namespace })).items;
    },
    async deployments(namespace, selector) {
      return (await client.list<KubeObject>(DEPLOYMENTS, { namespace, labelSelector: selector })).items;
    },
    version: () => client.version(),
    async podPage(at, path) {
      const tunnel = await openTunnel({ pick: async () => at, connect, clock: systemClock, patienceMs: 0 });
      try {
        const answer = await fetch(tunnel.url + path, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
        return { status: answer.status, text: await answer.text() };
      } finally {
        await tunnel.close();
      }
    },
    logs({ namespace, pod, ...choice }, signal) {
      return client.podLog({ namespace, name: pod }, choice, signal);
    },
  };
}
