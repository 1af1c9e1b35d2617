import { Exec, type KubeConfig } from '@kubernetes/client-node';
import { PassThrough, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ApiError } from './errors.ts';

export interface ExecCall {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Sent to the command; it is not told of the end, which older API servers cannot: it must know by what it reads. */
  readonly stdin?: AsyncIterable<Buffer>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Runs a command in a pod's container. Rejects with ExecFailed when it does not end well. */
export type PodExec = (call: ExecCall) => Promise<void>;

/** The command ran and did not succeed, or the way to it broke; what it said is on its stderr. */
export class ExecFailed extends Error {}

/** Of client-node's WebSocket (the library `ws`): its types are a package that we do not have. */
interface OpenSocket {
  readonly bufferedAmount: number;
  onclose: (() => void) | null;
  pause(): void;
  resume(): void;
  close(): void;
}

/** More waits in memory on the way to a pod only as long as it takes to see it. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const LOOK_EVERY_MS = 10;

/** Through the API server, as `kubectl exec` does it; client-node speaks the protocol. `exec` is for tests. */
export function podExec(
  config: KubeConfig,
  sleep: (ms: number) => Promise<void>,
  exec: Pick<Exec, 'exec'> = new Exec(config),
): PodExec {
  return async ({ namespace, pod, container, command, stdin, stdout, stderr }) => {
    const input = stdin ? new PassThrough() : null;
    const output = new PassThrough();
    let status: { readonly status?: string; readonly message?: string } | undefined;
    const opened: unknown = await exec
      .exec(namespace, pod, container, [...command], output, stderr, input, false, (told) => {
        status = told;
      })
      .catch((error: unknown) => {
        throw refusal(namespace, pod, error);
      });
    const socket = opened as OpenSocket;
    let over = false;
    const closed = new Promise<void>((resolve) => {
      socket.onclose = () => {
        over = true;
        resolve();
      };
    });
    // Nothing asks the socket to wait for a slow disk: it would all be kept in memory.
    output.on('data', (chunk: Buffer) => {
      if (stdout.write(chunk)) return;
      socket.pause();
      stdout.once('drain', () => socket.resume());
    });
    const read = finished(output, { writable: false });
    stdout.once('error', () => socket.close());
    await Promise.all([
      closed,
      send(stdin, input, socket, () => over, sleep).catch((error: unknown) => {
        socket.close();
        throw error;
      }),
    ]);
    if (!output.writableEnded) output.end();
    await read;
    if (status?.status !== 'Success')
      throw new ExecFailed(
        status?.message ?? `the connection to pod ${namespace}/${pod} broke before the command had ended`,
      );
  };
}

async function send(
  stdin: AsyncIterable<Buffer> | undefined,
  input: PassThrough | null,
  socket: OpenSocket,
  isOver: () => boolean,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  if (!stdin || !input) return;
  for await (const chunk of stdin) {
    while (socket.bufferedAmount > MOST_WAITING_BYTES && !isOver()) await sleep(LOOK_EVERY_MS);
    if (isOver()) return;
    input.write(chunk);
  }
}

/** The WebSocket library says a refusal in words: "Unexpected server response: 403". */
function refusal(namespace: string, pod: string, error: unknown): Error {
  const message = (error as { message?: string }).message ?? String(error);
  const status = Number(/response: (\d{3})/.exec(message)?.[1] ?? 0);
  if (status === 401 || status === 403)
    return new ApiError(
      status === 403 ? 'Forbidden' : 'Unauthorized',
      status,
      `running a command in pod ${namespace}/${pod} is not allowed: ask for the right to create and get pods/exec there`,
      { cause: error },
    );
  return new ExecFailed(`pod ${namespace}/${pod} cannot be reached: ${message}`, { cause: error });
}
