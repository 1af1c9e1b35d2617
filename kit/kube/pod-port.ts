import type { Duplex } from 'node:stream';

/** Where in the cluster to. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** It speaks TLS. */
  readonly tls?: boolean;
}

/** Carries a stream to a pod's port and back until `close`, or until the pod ends it. */
export type Connect = (to: PodPort, stream: Duplex) => Promise<{ readonly closed: Promise<void>; close(): void }>;
