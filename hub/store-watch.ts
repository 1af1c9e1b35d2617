import { ANNOTATIONS, resourceType, type StoreResource } from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { EventRecorder } from '../kit/events.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { Informer } from '../kit/kube/informer.ts';
import type { Logger } from '../kit/log.ts';
import { Nudge } from '../kit/nudge.ts';
import type { EmitStoreEvent } from './base/context.ts';
import type { Hub } from './hub.ts';

export interface StoreWatchOptions {
  readonly client: KubeClient;
  readonly namespaces: readonly string[];
  readonly hub: Pick<Hub, 'putStore' | 'forgetStore'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_MS = 2000;

/** Keeps the hub's stores as the Store resources are. Changes are taken one after another, the newest state of each. */
export function watchStores(options: StoreWatchOptions): {
  readonly informer: Informer<StoreResource>;
  run(signal: AbortSignal): Promise<void>;
} {
  const { client, clock, log, hub } = options;
  const informer = new Informer<StoreResource>({
    client,
    clock,
    log,
    type: resourceType('Store'),
    namespaces: options.namespaces,
  });
  const waiting = new Set<string>();
  const nudge = new Nudge();
  informer.onChange(({ key }) => {
    waiting.add(key);
    nudge.wake();
  });

  async function take(key: string): Promise<void> {
    const store = informer.get(key);
    const [namespace, name] = key.split('/') as [string, string];
    if (!store || store.metadata.deletionTimestamp) return hub.forgetStore(namespace, name);
    await hub.putStore({
      namespace,
      name,
      uid: store.metadata.uid,
      adopt: store.metadata.annotations?.[ANNOTATIONS.adopt],
      spec: store.spec,
      keyHash: store.status?.developerKey?.hash,
    });
  }

  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const woken = nudge.next();
      for (const key of [...waiting]) {
        waiting.delete(key);
        await take(key).catch((error: unknown) => {
          log.warn({ err: error, store: key }, 'a Store could not be taken; trying again');
          waiting.add(key);
        });
      }
      await clock.sleep(waiting.size > 0 ? RETRY_MS : 60_000, AbortSignal.any([woken, signal]));
    }
  }

  return {
    informer,
    async run(signal) {
      await Promise.all([informer.run(signal), work(signal)]);
    },
  };
}

/** Events on Store resources. A Store that is gone, or an API server that does not answer, costs a line in the log. */
export function storeEvents(options: {
  readonly client: Pick<KubeClient, 'get'>;
  readonly recorder: Pick<EventRecorder, 'record'>;
  readonly log: Logger;
}): EmitStoreEvent {
  return (namespace, name, type, reason, message) => {
    options.client.get<StoreResource>(resourceType('Store'), name, namespace).then(
      (store) => options.recorder.record(store, { type, reason, action: 'Deliver', message }),
      (error: unknown) =>
        options.log.warn(
          { err: error, store: `${namespace}/${name}`, reason },
          'the Event was not written: the Store could not be read',
        ),
    );
  };
}
