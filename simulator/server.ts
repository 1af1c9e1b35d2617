import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../kit/clock.ts';
import type { Delivery } from './desk/hooks.ts';
import type { SimulatedShop } from './simulated-shop.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const HOOK_TIMEOUT_MS = 5000;

export interface StoreServer {
  /** For settings.url of a connection. */
  readonly url: string;
  close(): Promise<void>;
}

/** Puts a simulated store behind HTTP: slow answers are late, broken ones never come. */
export async function serveStore(
  store: Pick<SimulatedShop, 'wire' | 'handle'>,
  options: { readonly host: string; readonly port: number; readonly clock: Clock },
): Promise<StoreServer> {
  const server = createServer((request, response) => {
    void answerStore(store, options.clock, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    url: `http://${options.host}:${(server.address() as AddressInfo).port}${store.wire.basePath}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One request to the store, as it comes over HTTP. */
export async function answerStore(
  store: Pick<SimulatedShop, 'wire' | 'handle'>,
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  const { basePath } = store.wire;
  const url = request.url ?? '/';
  if (!url.startsWith(basePath)) {
    response.writeHead(404, { 'content-type': 'text/html' }).end(`<html><body>The API is at ${basePath}</body></html>`);
    return;
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const given = store.handle({
    method: request.method ?? 'GET',
    path: url.slice(basePath.length) || '/',
    headers,
    body,
  });
  if (given.delayMs > 0) await clock.sleep(given.delayMs);
  if (given.broken) response.destroy();
  else response.writeHead(given.status, given.headers).end(given.status === 204 ? undefined : given.body);
}

/** The whole body; one that is too large is refused. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sends a webhook of the store; one that does not arrive is lost, as with many shops. */
export async function sendHook({ url, headers, body }: Delivery): Promise<void> {
  await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(HOOK_TIMEOUT_MS) }).then(
    (answered) => answered.body?.cancel(),
    () => undefined,
  );
}
