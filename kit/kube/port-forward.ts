import { PortForward, type KubeConfig } from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';
import { ApiError } from './errors.ts';
import type { Connect } from './pod-port.ts';
import { NotNow } from './tunnel.ts';

/**
 * What client-node gives where it is asked for no retries of its own; the types of its WebSocket are a package we do
 * not have.
 */
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
    const opened: unknown = await forward
      .portForward(namespace, pod, [port], stream, refusals, stream)
      .catch((error: unknown) => {
        throw connectError(namespace, pod, error);
      });
    const socket = opened as OpenSocket;
    const closed = new Promise<void>((resolve) => {
      socket.onclose = () => resolve();
    });
    const close = () => socket.close();
    refusals.once('data', close);
    return { closed, close };
  };
}

/** The WebSocket library says a refusal in words: "Unexpected server response: 403". */
function connectError(namespace: string, pod: string, error: unknown): Error {
  const message = (error as { message?: string }).message ?? String(error);
  const status = Number(/response: (\d{3})/.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 403)
    return new ApiError(
      status === 403 ? 'Forbidden' : 'Unauthorized',
      status,
      `forwarding a port to pod ${namespace}/${pod} is not allowed`,
      { cause: error },
    );
  return new NotNow(`pod ${namespace}/${pod} cannot be reached: ${message}`, { cause: error });
}
