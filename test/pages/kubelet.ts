import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject, ResourceType } from '../../kit/kube/objects.ts';
import { PODS } from '../../kit/kube/builtin.ts';

const CLAIMS: ResourceType = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
};
const LOOK_EACH_MS = 200;

interface Pod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/**
 * What a node would say where there is none: every pod runs and is ready, every job has done its work, every claim has
 * a volume. With Kubernetes' own controllers above it Helm sees an installation come up; nothing of ours runs in it.
 */
export class SayingKubelet {
  readonly #client: KubeClient;
  readonly #done: Promise<void>;
  #stopped = false;

  constructor(client: KubeClient) {
    this.#client = client;
    this.#done = this.#go();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #go(): Promise<void> {
    while (!this.#stopped) {
      // One that goes while it is looked at is none any more.
      await this.#look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EACH_MS));
    }
  }

  async #look(): Promise<void> {
    const { items: pods } = await this.#client.list<Pod>(PODS, {});
    for (const pod of pods.filter(({ status }) => status?.phase === 'Pending')) await this.#say(PODS, pod, saidOf(pod));
    const { items: claims } = await this.#client.list<Pod>(CLAIMS, {});
    for (const claim of claims.filter(({ status }) => status?.phase !== 'Bound'))
      await this.#say(CLAIMS, claim, { phase: 'Bound' });
  }

  async #say(
    type: ResourceType,
    { apiVersion = type.apiVersion, metadata }: KubeObject,
    status: object,
  ): Promise<void> {
    const { name, namespace } = metadata;
    const said = { apiVersion, kind: type.kind, metadata: { name, namespace }, status };
    await this.#client.applyStatus(type, said, { manager: 'kubelet' }).catch(() => undefined);
  }
}

function saidOf({ metadata }: Pod): object {
  const now = new Date().toISOString();
  if (metadata.ownerReferences?.some(({ kind }) => kind === 'Job')) return { phase: 'Succeeded', startTime: now };
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    ...{ type, status: 'True', lastTransitionTime: now },
  }));
  return { phase: 'Running', startTime: now, conditions };
}
