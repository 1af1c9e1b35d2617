import type {
  ClusterConnectionResource,
  ConnectionResource,
  ConnectionStatus,
  FeedResource,
  FeedRunResource,
  FeedRunStatus,
  FeedStatus,
} from '../crds/index.ts';

export interface OwnSnapshot {
  readonly connection: ConnectionResource | ClusterConnectionResource | undefined;
  readonly feeds: readonly FeedResource[];
  readonly runs: readonly FeedRunResource[];
}

/**
 * The resources of one connection, wherever they live: the Kubernetes API (kubernetes-resources.ts) or the folder of
 * `supercargo up`. A patch holds all the fields that the pod owns: what is left out is given up (server-side apply).
 */
export interface OwnResources {
  snapshot(): OwnSnapshot;
  /** Told of every change of any of them; says nothing about which. Returns how to stop. */
  subscribe(listener: () => void): () => void;
  applyConnectionStatus(status: Partial<ConnectionStatus>): Promise<void>;
  applyFeedStatus(feed: string, status: Partial<FeedStatus>): Promise<void>;
  applyFeedRunStatus(run: string, status: Partial<FeedRunStatus>): Promise<void>;
  /**
   * Whether an operator sums the conditions up in Ready and tells of each change by an Event. The pod leaves those
   * conditions to it: one fault is one Event.
   */
  readonly readyIsTold: boolean;
  /** An Event about the connection or one of its feeds; only on a change of state. */
  event(
    about: { readonly kind: 'Connection' | 'Feed'; readonly name: string },
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): Promise<void>;
}
