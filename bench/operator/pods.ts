import type { DeploymentView } from '../../operator/resources.ts';
import { CHILD_TYPES } from '../../operator/resources.ts';
import { LABELS } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import { Reflector } from '../../kit/kube/reflector.ts';
import { createLogger } from '../../kit/log.ts';

const AT_ONCE = 16;

/**
 * Plays the Deployment controller and the kubelets: whatever Deployment changes has as many pods as it asks for.
 * Without it every connection would wait for its pod, and be looked at again and again, which no fleet in use does.
 */
export class Pods {
  readonly #client: KubeClient;
  readonly #waiting: DeploymentView[] = [];
  #working = 0;
  /** Statuses written. */
  written = 0;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  run(signal: AbortSignal): Promise<void> {
    const look = (deployment: DeploymentView) => this.#look(deployment);
    return new Reflector<DeploymentView>({
      client: this.#client,
      type: CHILD_TYPES.Deployment,
      select: { labelSelector: LABELS.connection },
      sink: {
        listStarted: () => {},
        listed: (items) => items.forEach(look),
        listEnded: () => {},
        changed: look,
        removed: () => {},
      },
      clock: systemClock,
      random: Math.random,
      log: createLogger('pods', 'silent'),
    }).run(signal);
  }

  #look(deployment: DeploymentView): void {
    if (deployment.status?.observedGeneration === deployment.metadata.generation) return;
    this.#waiting.push(deployment);
    if (this.#working < AT_ONCE) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working += 1;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
      await this.#say(next).catch(() => undefined);
    this.#working -= 1;
  }

  async #say({ metadata: { name, namespace, generation }, spec }: DeploymentView): Promise<void> {
    const { replicas = 0 } = spec;
    await this.#client.applyStatus(
      CHILD_TYPES.Deployment,
      {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } },
        status: {
          observedGeneration: generation,
          ...{ replicas, updatedReplicas: replicas, availableReplicas: replicas, readyReplicas: replicas },
        },
      },
      { manager: 'deployment-controller' },
    );
    this.written += 1;
  }
}
