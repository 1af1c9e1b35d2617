import type {
  ClusterConnectionResource,
  ConnectionKey,
  ConnectionResource,
  FeedResource,
  FeedRunResource,
} from '../crds/index.ts';
import { FIELD_MANAGERS, LABELS } from '../crds/names.ts';
import { resourceType } from '../crds/resource-types.ts';
import { API_VERSION } from '../crds/schema/define.ts';
import { EventRecorder } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { Informer } from '../kit/kube/informer.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { OwnResources } from './resources.ts';

export interface KubernetesResourcesOptions {
  readonly client: KubeClient;
  readonly key: ConnectionKey;
  readonly clock: Clock;
  readonly log: Logger;
  readonly podName: string;
}

export interface WatchedResources extends OwnResources {
  readonly informers: readonly Informer<KubeObject>[];
  /** Follows the API server until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  whenSynced(): Promise<void>;
}

/**
 * The pod watches its own connection by name, its feeds by field and their runs by label: nothing else, whatever the
 * cluster's size.
 */
export function watchOwnResources(options: KubernetesResourcesOptions): WatchedResources {
  const { client, key, clock, log } = options;
  const common = { client, clock, log };
  const connections = new Informer<ConnectionResource | ClusterConnectionResource>({
    ...common,
    type: resourceType(key.kind),
    namespaces: [key.namespace],
    select: { fieldSelector: `metadata.name=${key.name}` },
  });
  const feeds = new Informer<FeedResource>({
    ...common,
    type: resourceType('Feed'),
    namespaces: [key.namespace],
    select: { fieldSelector: `spec.connectionRef.name=${key.name}` },
  });
  const runs = new Informer<FeedRunResource>({
    ...common,
    type: resourceType('FeedRun'),
    namespaces: [key.namespace],
    select: { labelSelector: `${LABELS.connection}=${key.name},${LABELS.connectionKind}=${key.kind}` },
  });
  const informers = [connections, feeds, runs] as unknown as Informer<KubeObject>[];
  const listeners = new Set<() => void>();
  for (const informer of informers)
    informer.onChange(() => {
      for (const listener of listeners) listener();
    });
  const recorder = new EventRecorder({
    client,
    clock,
    log,
    controller: 'supercargo.dev/sync',
    instance: options.podName,
  });

  const applyStatus = async (kind: string, namespace: string | undefined, name: string, status: object) => {
    await client.applyStatus(
      resourceType(kind),
      { apiVersion: API_VERSION, kind, metadata: { name, namespace }, status },
      { manager: FIELD_MANAGERS.sync },
    );
  };
  const connection = () => [...connections.values()][0];
  const ownFeeds = () =>
    [...feeds.values()].filter(({ spec }) => (spec.connectionRef.kind ?? 'Connection') === key.kind);

  return {
    readyIsTold: true,
    informers,
    snapshot: () => ({ connection: connection(), feeds: ownFeeds(), runs: [...runs.values()] }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    applyConnectionStatus: (status) =>
      applyStatus(key.kind, key.kind === 'Connection' ? key.namespace : undefined, key.name, status),
    applyFeedStatus: (feed, status) => applyStatus('Feed', key.namespace, feed, status),
    applyFeedRunStatus: (run, status) => applyStatus('FeedRun', key.namespace, run, status),
    async event(about, type, reason, message) {
      const object =
        about.kind === 'Feed' ? ownFeeds().find(({ metadata }) => metadata.name === about.name) : connection();
      if (object) recorder.record(object, { type, reason, action: 'Sync', message });
    },
    async run(signal) {
      await Promise.all(informers.map((informer) => informer.run(signal)));
      await recorder.flush();
    },
    async whenSynced() {
      await Promise.all(informers.map((informer) => informer.whenSynced()));
    },
  };
}
