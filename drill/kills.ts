import { LABELS } from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import { isReadyPod, PODS, type PodView } from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { CannotRun } from './cannot-run.ts';
import type { Installation } from './installation.ts';
import type { DrillNames } from './names.ts';
import type { Part } from './settings.ts';

export interface KillsOptions {
  readonly client: Pick<KubeClient, 'list' | 'delete'>;
  readonly clock: Clock;
  readonly names: DrillNames;
  readonly installation: Installation;
}

const LOOK_EVERY_MS = 300;
const BACK_WITHIN_MS = 240_000;

/**
 * Kills pods as a node that fails does: they are gone from the API at once, their process gets a SIGKILL within two
 * seconds.
 */
export class Kills {
  readonly done: Record<Part, number> = { sync: 0, hub: 0, operator: 0 };
  readonly #options: KillsOptions;
  /** What was killed and may still be listed. */
  readonly #dead = new Set<string>();

  constructor(options: KillsOptions) {
    this.#options = options;
  }

  get total(): number {
    return Object.values(this.done).reduce((sum, more) => sum + more, 0);
  }

  /** A kill of what is just starting hits no work: until each part has a pod that is ready. */
  async whenReady(parts: readonly Part[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.now().getTime() + BACK_WITHIN_MS;
    for (const part of parts) {
      while (!(await this.#ready(part))[0]) {
        signal.throwIfAborted();
        if (clock.now().getTime() >= deadline)
          throw new CannotRun(
            `no pod of part ${part} became ready within ${BACK_WITHIN_MS / 1000} s of the kill before`,
          );
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    }
  }

  /** Kills every ready pod of the part: with two replicas the other would go on as if nothing had happened. */
  async strike(part: Part): Promise<boolean> {
    const pods = await this.#ready(part);
    for (const { metadata } of pods) {
      this.#dead.add(metadata.uid ?? '');
      await this.#options.client.delete(
        PODS,
        { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
        { gracePeriodSeconds: 0 },
      );
    }
    if (pods.length > 0) this.done[part]++;
    return pods.length > 0;
  }

  async #ready(part: Part): Promise<PodView[]> {
    const { client, names, installation } = this.#options;
    const [namespace, labelSelector] =
      part === 'sync'
        ? [names.namespace, `app.kubernetes.io/name=supercargo-sync,${LABELS.connection}=${names.connection}`]
        : [installation.namespace, `app.kubernetes.io/name=supercargo,app.kubernetes.io/component=${part}`];
    return (await client.list<PodView>(PODS, { namespace, labelSelector })).items.filter(
      (pod) => isReadyPod(pod) && !this.#dead.has(pod.metadata.uid ?? ''),
    );
  }
}
