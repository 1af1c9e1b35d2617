import { PortForward, type KubeConfig } from '@kubernetes/client-node';
import { PassThrough, type Duplex } from 'node:stream';
import { ApiError } from './errors.ts';
import { NotNow } from './tunnel.ts';

/** Where in the cluster to. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Carries a stream to a pod's port and back until `close`, or until the pod ends it. */
export type Connect = (to: PodPort, stream: Duplex) => Promise<{ readonly closed: Promise<void>; close(): void }>;

/** What client-node gives where it is asked for no retries of its own; the types of its WebSocket are a package we do not have. */
interface OpenSocket {
  onclose: (() => void) | null;
  close(): void;
}

/** Through the API server, as `kubectl port-forward` does it; client-node speaks the protocol. */
export function podConnector(config: KubeConfig): Connect {
  const forward = new PortForward(config);
  return async ({ namespace, pod, port }, stream) => {
    // What comes here is the pod's end saying that nothing listens.
    const refusals = new PassThrough();
    const opened: unknown = await forward.portForward(namespace, pod, [port], stream, refusals, stream).catch((error: unknown) => {
      throw connectError(namespace, pod, error);
    });
    const socket = opened as OpenSocket;
    const closed = new Promise<void>((resolve) => { socket.onclose = () => resolve(); });
    const close = () => socket.close();
    refusals.once('data', close);
    return { closed, close };
  };
}

/** The WebSocket library says a refusal in words: "Unexpected server response: 403". */
function connectError(namespace: string, pod: string, error: unknown): Error {
  const message = (error as { message?: string }).message ?? String(error);
  const status = Number(/response: (\d{3})/.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 403) return new ApiError(status === 403 ? 'Forbidden' : 'Unauthorized', status, `forwarding a port to pod ${namespace}/${pod} is not allowed`, { cause: error });
  return new NotNow(`pod ${namespace}/${pod} cannot be reached: ${message}`, { cause: error });
}
