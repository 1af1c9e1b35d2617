import {
  ANNOTATIONS,
  API_VERSION,
  FIELD_MANAGERS,
  resourceType,
  type ConnectionResource,
  type Resource,
  type StoreResource,
} from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import {
  DEPLOYMENTS,
  isReadyPod,
  NAMESPACES,
  NETWORK_POLICIES,
  PODS,
  SECRETS,
  SERVICES,
  type PodView,
} from '../kit/kube/builtin.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import type { Intent, KubeObject, ResourceType } from '../kit/kube/objects.ts';
import type { PodPort } from '../kit/kube/pod-port.ts';
import { NotNow } from '../kit/kube/tunnel.ts';
import { CannotRun } from './cannot-run.ts';
import type { Installation } from './installation.ts';
import * as manifests from './manifests.ts';
import { COUNTERPART, DRILL_LABEL, PORT, STORE_NAME, type DrillNames } from './names.ts';
import type { DrillSettings } from './settings.ts';

export interface SiteOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly names: DrillNames;
  readonly settings: DrillSettings;
  readonly installation: Installation;
  readonly keys: manifests.DrillKeys;
  readonly say: (line: string) => void;
}

interface ServiceView extends KubeObject {
  readonly spec: { readonly clusterIP?: string };
}

const LOOK_EVERY_MS = 500;
const STANDS_MS = 3000;
const KEY_WITHIN_MS = 60_000;
const POD_WITHIN_MS = 180_000;
const READY_WITHIN_MS = 240_000;
const GONE_WITHIN_MS = 120_000;
/** A connection is Licensed=False for a moment before the operator has seen its Store. */
const UNLICENSED_FOR_MS = 10_000;

/** The namespace of a drill: all that a drill makes is in it, and goes with it. */
export class Site {
  readonly #options: SiteOptions;

  constructor(options: SiteOptions) {
    this.#options = options;
  }

  /** Refuses a namespace that no drill made; what an earlier drill left is removed. */
  async claim(signal: AbortSignal): Promise<void> {
    const { client, names, say } = this.#options;
    const there = await client.find<KubeObject>(NAMESPACES, names.namespace);
    if (there && there.metadata.labels?.[DRILL_LABEL] !== 'true')
      throw new CannotRun(
        `namespace ${names.namespace} exists and was not made by a drill: name another one with -n, it will be made and removed`,
      );
    if (there) {
      say(`removing what an earlier drill left in ${names.namespace}`);
      await this.remove(signal);
    }
    await client.create(NAMESPACES, manifests.namespaceManifest(names), FIELD_MANAGERS.cli);
  }

  /**
   * The counterpart and the connection to it. Returns once the connection is Ready; says meanwhile what it waits for.
   */
  async build(signal: AbortSignal): Promise<void> {
    const { client, names, installation, settings, keys } = this.#options;
    const apply = (type: ResourceType, intent: Intent | Resource) =>
      client.apply<KubeObject>(type, intent as Intent, { manager: FIELD_MANAGERS.cli });
    for (const secret of manifests.secretManifests(names, keys)) await apply(SECRETS, secret);
    const service = (await apply(SERVICES, manifests.serviceManifest(names))) as ServiceView;
    await apply(NETWORK_POLICIES, manifests.networkManifest(names, installation));
    await apply(resourceType('Store'), manifests.storeManifest(names, service.spec.clusterIP ?? ''));
    await apply(
      DEPLOYMENTS,
      manifests.deploymentManifest(names, installation, settings, await this.#developerSecret(signal)),
    );
    await this.#counterpartReady(signal);
    for (const resource of manifests.connectionManifests(names)) await apply(resourceType(resource.kind), resource);
    await this.#connectionReady(signal);
  }

  #developerSecret(signal: AbortSignal): Promise<string> {
    const { client, names } = this.#options;
    return this.#until('the operator to make the developer API key of the Store', KEY_WITHIN_MS, signal, async () => {
      const store = await client.get<StoreResource & KubeObject>(resourceType('Store'), STORE_NAME, names.namespace);
      return { found: store.status?.developerKey?.secretName, meanwhile: 'is the operator running?' };
    });
  }

  #counterpartReady(signal: AbortSignal): Promise<true> {
    return this.#until("the counterpart's pod", POD_WITHIN_MS, signal, async () => {
      const [pod] = await this.pods(manifests.counterpartSelector);
      const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
      return {
        found: pod && isReadyPod(pod) ? (true as const) : undefined,
        meanwhile:
          [waiting?.reason, waiting?.message].filter(Boolean).join(': ') || (pod?.status?.phase ?? 'no pod yet'),
      };
    });
  }

  #connectionReady(signal: AbortSignal): Promise<true> {
    const { client, names, clock } = this.#options;
    let unlicensedSince: number | undefined;
    return this.#until(`Connection ${names.connection} to be Ready`, READY_WITHIN_MS, signal, async () => {
      const { status } = await client.get<ConnectionResource & KubeObject>(
        resourceType('Connection'),
        names.connection,
        names.namespace,
      );
      const condition = (type: string) => status?.conditions?.find((candidate) => candidate.type === type);
      const licensed = condition('Licensed');
      unlicensedSince = licensed?.status === 'False' ? (unlicensedSince ?? clock.now().getTime()) : undefined;
      if (unlicensedSince !== undefined && clock.now().getTime() - unlicensedSince >= UNLICENSED_FOR_MS) {
        throw new CannotRun(
          `this cluster asks for a licence, and the drill has no seat (${licensed?.reason}: ${licensed?.message}): add Store ${names.namespace}/${STORE_NAME} to spec.stores of a License for the time of the drill`,
        );
      }
      const ready = condition('Ready');
      return {
        found: ready?.status === 'True' && ready.reason !== 'NoFeeds' ? (true as const) : undefined,
        meanwhile: ready ? `${ready.reason}: ${ready.message}` : 'no status yet',
      };
    });
  }

  /** Asks the feed that brings orders to run now: without webhooks of the store it would wait for the next minute. */
  async runOrders(): Promise<void> {
    const { client, names, clock } = this.#options;
    await client.apply(
      resourceType('Feed'),
      {
        apiVersion: API_VERSION,
        kind: 'Feed',
        metadata: {
          name: manifests.ORDERS_FEED,
          namespace: names.namespace,
          annotations: { [ANNOTATIONS.runRequested]: clock.now().toISOString() },
        },
      },
      { manager: `${FIELD_MANAGERS.cli}-request` },
    );
  }

  async pods(labelSelector: string, namespace = this.#options.names.namespace): Promise<PodView[]> {
    return (await this.#options.client.list<PodView>(PODS, { namespace, labelSelector })).items.filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
  }

  readonly counterpartPod = async (): Promise<PodPort> => {
    const { names } = this.#options;
    const pod = (await this.pods(manifests.counterpartSelector)).find(isReadyPod);
    if (!pod) throw new NotNow(`no pod ${names.namespace}/${COUNTERPART} is ready`);
    return { namespace: names.namespace, pod: pod.metadata.name, port: PORT };
  };

  /**
   * First the connections, so that the hub forgets what it has of them; then everything. Throws where something hangs.
   */
  async remove(signal: AbortSignal): Promise<void> {
    const {
      client,
      names: { namespace },
    } = this.#options;
    const connections = async () => (await client.list<KubeObject>(resourceType('Connection'), { namespace })).items;
    for (const { metadata } of await connections()) await client.delete(resourceType('Connection'), metadata);
    await this.#until(`the connection in ${namespace} to be removed`, GONE_WITHIN_MS, signal, async () => ({
      found: (await connections()).length === 0 ? true : undefined,
      meanwhile: 'the operator asks the hub to forget it',
    })).catch((error: unknown) => {
      signal.throwIfAborted();
      this.#options.say(`${String(error)}; the namespace is removed all the same`);
    });
    await client.delete(NAMESPACES, { name: namespace });
    await this.#until(`namespace ${namespace} to be gone`, GONE_WITHIN_MS, signal, async () => ({
      found: (await client.find(NAMESPACES, namespace)) === undefined ? true : undefined,
      meanwhile: `Terminating (kubectl get namespace ${namespace} -o yaml says what holds it)`,
    }));
  }

  /** Looks until something is found; a reason is said once it has stood for a while. */
  async #until<T>(
    what: string,
    withinMs: number,
    signal: AbortSignal,
    look: () => Promise<{ readonly found: T | undefined; readonly meanwhile: string }>,
  ): Promise<T> {
    const { clock, say } = this.#options;
    let said = '';
    let reason = { text: '', since: 0 };
    for (const deadline = clock.now().getTime() + withinMs; ;) {
      signal.throwIfAborted();
      const { found, meanwhile } = await look();
      if (found !== undefined) return found;
      const now = clock.now().getTime();
      if (now >= deadline) throw new CannotRun(`waited ${withinMs / 1000} s for ${what}: ${meanwhile}`);
      if (meanwhile !== reason.text) reason = { text: meanwhile, since: now };
      else if (meanwhile !== said && now - reason.since >= STANDS_MS)
        say(`  waiting for ${what}: ${(said = meanwhile)}`);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}
