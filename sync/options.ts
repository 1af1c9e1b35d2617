import type { ClusterConnectionResource, ConnectionKey, ConnectionResource } from '../crds/index.ts';
import type { DriverDefinition } from '../drivers/contract/index.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { FreshnessRule } from '../model/feed-rules.ts';
import type { Reach } from '../kit/net/addresses.ts';
import type { SecretFiles } from '../kit/kube/secret-files.ts';
import type { HubClient } from './hub-client.ts';
import type { ProxySettings } from '../kit/net/proxy.ts';
import type { SyncMetrics } from './metrics.ts';
import type { OwnResources } from './resources.ts';

/** A connection of either kind. */
export type AnyConnection = ConnectionResource | ClusterConnectionResource;

/** What the engine is given: made once, in main.ts or by `up`. */
export interface EngineOptions {
  readonly key: ConnectionKey;
  readonly resources: OwnResources;
  readonly hub: HubClient;
  readonly definition: DriverDefinition;
  readonly readSecret: () => Promise<SecretFiles>;
  /** Of the Credential: what the operator passed to the pod. */
  readonly credential: {
    readonly secretName: string;
    readonly keys: Readonly<Record<string, string>>;
    readonly recheckMs: number;
    /** Where its keys may be sent; absent: it says nothing. */
    readonly hosts?: readonly string[];
  };
  /** Which addresses a store may have: the installation's word. */
  readonly reach: Reach;
  /** Whether a store may be called over http:// beyond machine and cluster: the installation's word. */
  readonly plainHttp?: boolean;
  /** By which stores are called; absent: directly. */
  readonly proxy?: ProxySettings;
  readonly clock: Clock;
  readonly random: () => number;
  /** Of all the connections of a process: they have few different schedules. */
  readonly freshness: FreshnessRule;
  readonly log: Logger;
  /** "pod/start": who holds a run's lease. */
  readonly holder: string;
  readonly metrics: SyncMetrics;
}
