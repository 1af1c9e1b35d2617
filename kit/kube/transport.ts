import { Counter, Histogram, type Registry } from 'prom-client';
import { request, type Dispatcher } from 'undici';
import { systemClock, type Clock } from '../clock.ts';
import type { ApiAccess } from './access.ts';
import { ApiError, errorFromResponse } from './errors.ts';

/** One HTTP request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** Tokens are re-read this often: the kubelet renews them long before they expire, client-go waits as long. */
const CREDENTIALS_TTL_MS = 30_000;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * HTTP to the API server. How it is spoken to is the access's; connections are ours, because client-node 2.0.1
 * makes a new undici Agent, so a new TLS connection, for every single request (docs/decisions/0003-control-loop.md).
 */
export class Transport {
  readonly server: URL;
  readonly #access: ApiAccess;
  readonly #clock: Clock;
  readonly #metrics: RequestMetrics | undefined;
  readonly #userAgent: string;
  #dispatcher: Dispatcher | undefined;
  #headers: Readonly<Record<string, string>> = {};
  #authenticatedAt = 0;

  constructor(access: ApiAccess, options: { registry?: Registry; clock?: Clock; userAgent?: string } = {}) {
    this.server = access.server;
    this.#access = access;
    this.#clock = options.clock ?? systemClock;
    this.#userAgent = options.userAgent ?? 'supercargo';
    this.#metrics = options.registry && requestMetrics(options.registry);
  }

  /** The answer's JSON. */
  async json<T>(what: ApiRequest): Promise<T> {
    const answer = await this.#send(what, REQUEST_TIMEOUT_MS);
    return (await answer.body.json()) as T;
  }

  /** The answer's body as it comes, for watches; it has no timeout of its own. */
  async stream(what: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#send(what, 0);
    return answer.body;
  }

  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
  }

  async #send(what: ApiRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    await this.#authenticate();
    const url = new URL(this.server.pathname.replace(/\/$/, '') + what.path, this.server);
    for (const [key, value] of Object.entries(what.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const started = this.#clock.now().getTime();
    const answer = await this.#attempt(url, what, bodyTimeout);
    this.#metrics?.observe(
      what.method,
      String(answer.statusCode),
      this.server.host,
      this.#clock.now().getTime() - started,
    );
    if (answer.statusCode < 400) return answer;
    if (answer.statusCode === 401) this.#authenticatedAt = 0;
    const retryAfter = answer.headers['retry-after'];
    throw errorFromResponse(
      answer.statusCode,
      await answer.body.text(),
      `${what.method} ${what.path}`,
      typeof retryAfter === 'string' ? retryAfter : undefined,
    );
  }

  async #attempt(url: URL, what: ApiRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    try {
      return await request(url, {
        method: what.method,
        headers: this.#requestHeaders(what),
        body: what.body === undefined ? null : JSON.stringify(what.body),
        headersTimeout: REQUEST_TIMEOUT_MS,
        bodyTimeout,
        signal: what.signal ?? null,
        ...(this.#dispatcher ? { dispatcher: this.#dispatcher } : {}),
      });
    } catch (cause) {
      if (what.signal?.aborted) throw cause;
      this.#metrics?.observe(what.method, '<error>', this.server.host, 0);
      this.#forgetConnections();
      throw new ApiError(
        'Unavailable',
        0,
        `${what.method} ${what.path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  #requestHeaders(what: ApiRequest): Record<string, string> {
    return {
      ...this.#headers,
      accept: what.accept ?? 'application/json',
      'user-agent': this.#userAgent,
      ...(what.body === undefined ? {} : { 'content-type': what.contentType ?? 'application/json' }),
    };
  }

  async #authenticate(): Promise<void> {
    const now = this.#clock.now().getTime();
    if (this.#authenticatedAt > 0 && now - this.#authenticatedAt < CREDENTIALS_TTL_MS) return;
    const { headers, dispatcher } = await this.#access.credentials(!this.#dispatcher);
    this.#headers = headers;
    this.#dispatcher ??= dispatcher;
    this.#authenticatedAt = now;
  }

  /** After a failed connection the next request reads CA and client certificate anew: they may have been rotated. */
  #forgetConnections(): void {
    const stale = this.#dispatcher;
    this.#dispatcher = undefined;
    this.#authenticatedAt = 0;
    // One that was destroyed meanwhile refuses to be closed.
    stale?.close().catch(() => undefined);
  }
}

/** Counts of requests to the API server. */
export interface RequestMetrics {
  observe(method: string, code: string, host: string, ms: number): void;
}

/** client-go's own names, so that existing dashboards work. */
export function requestMetrics(registry: Registry): RequestMetrics {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by status code, method and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time to the first byte of an answer.',
    labelNames: ['verb', 'host'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
    registers: [registry],
  });
  return {
    observe(method, code, host, ms) {
      requests.inc({ code, method, host });
      duration.observe({ verb: method, host }, ms / 1000);
    },
  };
}
