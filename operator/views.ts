import type {
  ClusterConnectionSpec,
  ConnectionSpec,
  ConnectionStatus,
  FeedResource,
  FeedStatus,
} from '../crds/index.ts';
import type { ObjectMeta } from '../kit/kube/objects.ts';

/** Annotations are for people, tools and pods, and may be longer than all the rest. */
export type KeptMeta = Omit<ObjectMeta, 'annotations' | 'managedFields'>;

/** Fields of a status that are kept; the types below have no others, so whoever reads more gets an error of types. */
export const FEED_STATUS = ['observedGeneration', 'conditions', 'lastSuccessAt', 'problems'] as const;
export const CONNECTION_STATUS = [
  ...(['observedGeneration', 'conditions', 'installation', 'state', 'effective', 'feeds', 'shop'] as const),
  ...(['licenseGraceUntil', 'credentialExpiresAt', 'lastCheckedAt'] as const),
] as const;

/** What is kept of a Feed, of which there are fifty thousand: not its runs, problems and checkpoints, for people. */
export interface FeedView extends Pick<FeedResource, 'apiVersion' | 'kind' | 'spec'> {
  readonly metadata: KeptMeta;
  readonly status?: Pick<FeedStatus, (typeof FEED_STATUS)[number]>;
}

/** What is kept of a connection: not what its pod says of the store's budget, webhooks and requests. */
export interface KeptConnection<S> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KeptMeta;
  readonly spec: S;
  readonly status?: Pick<ConnectionStatus, (typeof CONNECTION_STATUS)[number]>;
}

export type ConnectionView = KeptConnection<ConnectionSpec>;
export type ClusterConnectionView = KeptConnection<ClusterConnectionSpec>;
