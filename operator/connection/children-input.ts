import type { CredentialResource, DriverResource, StoreResource } from '../../crds/index.ts';
import type { AnyConnection } from '../resources.ts';
import type { SyncPodTemplate } from '../pod-template.ts';
import type { Mark } from '../waves/mark.ts';

/** What the installation says about sync pods. */
export interface PodSettings {
  /** Whose pods they are. */
  readonly installation: string;
  /** Labels by which shards are told apart: as the connection has them. */
  readonly shardKeys: readonly string[];
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly hubUrl: string;
  /** PEM of the CA of the hub's certificate. */
  readonly hubCa?: string;
  /** Namespace of the hub: the operator's own. */
  readonly hubNamespace: string;
  readonly apiServerPorts: readonly number[];
  readonly allowPlainHttp: boolean;
  /** Networks in CIDR notation where a store may be, beside public addresses. */
  readonly privateNetworks: readonly string[];
  readonly template: SyncPodTemplate;
  /** Address of the API server as pods have it; '' where it is not known. */
  readonly apiServerHost: string;
}

/** What the children of an accepted connection are made of. */
export interface ChildrenInput {
  readonly connection: AnyConnection;
  readonly store: StoreResource;
  readonly driver: DriverResource;
  readonly credential: CredentialResource;
  readonly replicas: 0 | 1;
  /** Written to the Deployment: where it stands in a roll-out. */
  readonly mark?: Mark;
  readonly pod: PodSettings;
}
