import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from './clock.ts';
import type { Exposition } from './exposition.ts';
import type { Logger } from './log.ts';
import { followCertificate, mayEnter, tlsOptions, type CertificateSource } from './net/certificate.ts';

/** Says what is wrong, or undefined when all is well. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => string | undefined;
}

export interface HealthOptions {
  readonly port: number;
  /** A prom-client Registry, or one with families beside it. */
  readonly registry: Exposition;
  /** Failing restarts the pod: only what a restart can cure (a stalled watch, a stuck queue). */
  readonly live: readonly HealthCheck[];
  /** Failing takes the pod out of its Service. */
  readonly ready: readonly HealthCheck[];
  /** Present: https, with a certificate that is renewed in place; absent: http. */
  readonly tls?: HealthTls | undefined;
}

/** How the port of probes and metrics is encrypted. */
export interface HealthTls extends CertificateSource {
  /** Whose it is: "the operator". */
  readonly whose: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A running health server. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /healthz, /readyz and /metrics. Throws where a certificate is asked for that cannot be used. */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const { tls } = options;
  const certificate = await tls?.read();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    answer(path, options, mayEnter(request.socket, certificate)).then(
      (given) => send(response, given),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  };
  const server = certificate ? createTlsServer(tlsOptions(certificate), handle) : createPlainServer(handle);
  await listen(server, options.port);
  const ending = new AbortController();
  const renewals =
    tls && certificate ? followCertificate(server, { ...tls, current: certificate }, ending.signal) : undefined;
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      ending.abort();
      await renewals;
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** What who shows no certificate, though one is asked for, hears instead of figures. */
export const NO_CERTIFICATE =
  'figures are for those who show a certificate that the CA in the Secret of metrics.tls.secretName has signed';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | AsyncIterable<string>;
}

async function answer(path: string, { registry, live, ready }: HealthOptions, entered: boolean): Promise<Answer> {
  switch (path) {
    case '/healthz':
      return verdict(live);
    case '/readyz':
      return verdict(ready);
    case '/metrics':
      if (!entered) return { status: 403, type: 'text/plain', body: `${NO_CERTIFICATE}\n` };
      return { status: 200, type: registry.contentType, body: registry.parts?.() ?? (await registry.metrics()) };
    default:
      return { status: 404, type: 'text/plain', body: 'try /healthz, /readyz or /metrics\n' };
  }
}

/** Names what fails: `kubectl describe pod` shows the body of a failed probe. */
function verdict(checks: readonly HealthCheck[]): Answer {
  const lines = checks.map(({ name, check }) => {
    const problem = check();
    return { failed: problem !== undefined, text: problem === undefined ? `[+] ${name}` : `[-] ${name}: ${problem}` };
  });
  const failed = lines.some((line) => line.failed);
  return {
    status: failed ? 503 : 200,
    type: 'text/plain',
    body: [...lines.map((line) => line.text), failed ? 'failed' : 'ok', ''].join('\n'),
  };
}

/** What comes in pieces is made as fast as it is taken; who asked and went away is no fault of ours. */
async function send(response: ServerResponse, { status, type, body }: Answer): Promise<void> {
  response.writeHead(status, { 'content-type': type });
  if (typeof body === 'string') response.end(body);
  else await pipeline(Readable.from(body), response).catch(() => response.destroy());
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
