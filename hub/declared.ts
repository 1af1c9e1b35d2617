import {
  isTheirs,
  resourceType,
  type Claimed,
  type ClusterConnectionResource,
  type ConnectionKey,
  type ConnectionResource,
} from '../crds/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { Informer } from '../kit/kube/informer.ts';
import type { Logger } from '../kit/log.ts';
import type { DeclaredConnection } from './base/context.ts';
import { HttpError } from './base/errors.ts';

interface ConnectionSpec {
  readonly storeRef: { readonly name: string };
  readonly driver: string;
  readonly mode?: 'Test' | 'Production';
  readonly credentialRef: { readonly name: string };
}

/** What the hub needs of a Connection's spec. */
export const declaredBy = ({ storeRef, driver, mode, credentialRef }: ConnectionSpec): DeclaredConnection => ({
  store: storeRef.name,
  driver,
  mode: mode ?? 'Test',
  credential: credentialRef.name,
});

export interface ConnectionWatchOptions {
  readonly client: KubeClient;
  readonly namespaces: readonly string[];
  /** This one; absent: it is the only one. */
  readonly installation?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Follows Connections and ClusterConnections, so that no pod has to be believed. */
export function watchConnections({ namespaces, installation, ...options }: ConnectionWatchOptions): {
  declared(key: ConnectionKey): DeclaredConnection | undefined;
  run(signal: AbortSignal): Promise<void>;
} {
  const own = new Informer<ConnectionResource>({ ...options, type: resourceType('Connection'), namespaces });
  const cluster = new Informer<ClusterConnectionResource>({
    ...options,
    type: resourceType('ClusterConnection'),
    namespaces: [],
  });
  const whose = (found: Claimed) =>
    installation !== undefined && isTheirs(found, installation) ? ({ elsewhere: true } as const) : {};
  return {
    declared({ kind, namespace, name }) {
      if (!own.synced || !cluster.synced)
        throw new HttpError(
          503,
          'Starting',
          'the hub has not read the connections of the cluster yet: repeat it in a second',
        );
      if (kind === 'Connection') {
        const found = own.find(namespace, name);
        return found && { ...declaredBy(found.spec), ...whose(found) };
      }
      const found = cluster.find(undefined, name);
      return found?.spec.namespace === namespace ? { ...declaredBy(found.spec), ...whose(found) } : undefined;
    },
    async run(signal) {
      await Promise.all([own.run(signal), cluster.run(signal)]);
    },
  };
}
