import { resourceType } from '../../crds/index.ts';
import { namespaced, PODS, type PodView } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import { seenAt, type ClusterDoors, type EventView } from '../cluster-doors.ts';

/** In the core group: the role "view" of every cluster lets people read them there. */
const CORE_EVENTS = namespaced('v1', 'Event', 'events');

/** As the API server has it. */
export function clusterDoors(client: KubeClient): ClusterDoors {
  return {
    async remove({ kind, ...what }) {
      await client.delete(resourceType(kind), what);
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
    logs({ namespace, pod, ...choice }, signal) {
      return client.podLog({ namespace, name: pod }, choice, signal);
    },
  };
}
