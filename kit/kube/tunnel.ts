import { createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Connect, PodPort } from './pod-port.ts';

/** A port on this machine behind which a pod answers. */
export interface Tunnel {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  close(): Promise<void>;
}

/** There is no pod to talk to now; another one may be there in a moment. */
export class NotNow extends Error {}

export interface TunnelOptions {
  /** The pod to talk to now; throws NotNow where none is ready, and anything else where waiting is of no use. */
  readonly pick: () => Promise<PodPort>;
  readonly connect: Connect;
  readonly clock: Clock;
  /** How long a connection waits for a pod that is ready. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 250;

/**
 * Listens on loopback, a port that was free, and gives each connection a way of its own to a pod that is ready then:
 * when a pod dies its connections break, and the next one reaches its successor. Opening makes one connection for
 * trial, so that a missing right or pod is told here and not by a broken connection.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const closing = new AbortController();
  const trial = await reach(options, new PassThrough(), closing.signal);
  trial.close();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    carry(options, socket, closing.signal).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      closing.abort();
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function carry(options: TunnelOptions, socket: Socket, signal: AbortSignal): Promise<void> {
  const way = await reach(options, socket, signal);
  socket.once('close', () => way.close());
  if (socket.destroyed) way.close();
  await way.closed;
  socket.destroy();
}

/** A connection that is refused by a pod just dying is tried again with the pod that is ready then. */
async function reach(
  { pick, connect, clock, patienceMs }: TunnelOptions,
  stream: Parameters<Connect>[1],
  signal: AbortSignal,
): ReturnType<Connect> {
  for (const deadline = clock.now().getTime() + patienceMs; ;) {
    try {
      return await connect(await pick(), stream);
    } catch (error) {
      if (!(error instanceof NotNow) || signal.aborted || clock.now().getTime() >= deadline) throw error;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
