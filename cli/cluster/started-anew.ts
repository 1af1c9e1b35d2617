import type { Clock } from '../../kit/clock.ts';
import { isReadyPod, PODS, type PodView } from '../../kit/kube/builtin.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { HUB_SELECTOR } from './hub-pod.ts';

const PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 1000;

/** How often each container of the hub's pods was started, by pod and container. */
export type Starts = ReadonlyMap<string, number>;

/** Reads it off the pods. */
export function startsOf(pods: readonly PodView[]): Starts {
  return new Map(
    pods.flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map(({ name, restartCount }) => [
        `${metadata.uid}/${name ?? ''}`,
        restartCount ?? 0,
      ]),
    ),
  );
}

/** Whether every hub that there is was started after `before`, and takes requests. Pure. */
export function allAnew(pods: readonly PodView[], before: Starts): boolean {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (staying.length === 0 || !staying.every(isReadyPod)) return false;
  return [...startsOf(staying)].every(([container, count]) => count > (before.get(container) ?? -1));
}

/** The hubs of one namespace, as they come back after their database was restored under them. */
export interface HubStarts {
  /** To be read before the restore. */
  read(): Promise<Starts>;
  /** Waits until all have started anew; false: they did not in three minutes. */
  anewSince(before: Starts): Promise<boolean>;
}

/** Looks at the pods themselves: an address may still be answered by a hub that is about to end. */
export function hubStarts(client: Pick<KubeClient, 'list'>, namespace: string, clock: Clock): HubStarts {
  const pods = async () => (await client.list<PodView>(PODS, { namespace, labelSelector: HUB_SELECTOR })).items;
  return {
    read: async () => startsOf(await pods()),
    async anewSince(before) {
      const until = clock.now().getTime() + PATIENCE_MS;
      while (clock.now().getTime() < until) {
        // A look that fails is repeated: the restore itself is done.
        if (
          await pods().then(
            (found) => allAnew(found, before),
            () => false,
          )
        )
          return true;
        await clock.sleep(LOOK_EVERY_MS);
      }
      return false;
    },
  };
}
