import type { Clock } from '../../kit/clock.ts';
import type { FeedClass } from '../../model/feeds.ts';
import type { Budget } from '../budget/budget.ts';
import { budgetReading, retryAfterMs } from '../budget/headers.ts';
import { isAllowed, type AllowedHost } from '../../model/hosts.ts';
import {
  DriverError,
  HeldWrite,
  retry,
  terminal,
  waiting,
  type StoreHttp,
  type StoreRequest,
  type StoreResponse,
} from '../../drivers/contract/index.ts';
import type { Scope } from './call-scope.ts';
import { networkError } from './network-errors.ts';
import { socketTransport, type StoreTransport } from './transport.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
/** Waiting longer inside a call would hold a run's lane: the run ends as waiting and comes again. */
const LONGEST_WAIT_MS = 20_000;
const REPEATED_STATUS = new Set([429, 502, 503, 504]);

type Headers = Readonly<Record<string, string>>;

export interface StoreHttpOptions {
  readonly clock: Clock;
  /** Read at each write: going live needs no new client. */
  readonly testMode: () => boolean;
  readonly random: () => number;
  readonly budget: Budget;
  /** Where requests may go; absent: anywhere (a test). */
  readonly hosts?: readonly AllowedHost[];
  /** Of the run that the call is made for. */
  readonly scope: () => Scope;
  /** Told of every answer: the store's clock, and how often and how it answered. */
  readonly onResponse: (facts: {
    readonly status: number;
    readonly intent: 'read' | 'write';
    readonly skewMs?: number;
  }) => void;
  /** Told how long a call waited for the store's budget, and whose call it was. */
  readonly onThrottle: (ms: number, feedClass: FeedClass) => void;
  /** Sockets if absent. */
  readonly transport?: StoreTransport;
}

export interface OwnedStoreHttp extends StoreHttp {
  close(): Promise<void>;
}

/**
 * The engine's side of the driver contract's http.ts: time-outs, repeats, the store's clock, Test mode, the lease at
 * each write.
 */
export function createStoreHttp(options: StoreHttpOptions): OwnedStoreHttp {
  const transport = options.transport ?? socketTransport();

  async function call(request: StoreRequest, intent: 'read' | 'write'): Promise<StoreResponse> {
    holdToHosts(request.url, options.hosts);
    const send = authorized(request, options, (headers) => once(transport, request, headers, intent, options));
    for (let attempt = 1; ; attempt++) {
      const outcome = await send().catch((error: unknown) => networkError(error));
      if (!shouldRepeat(outcome, intent, request, attempt)) {
        if (outcome instanceof DriverError) throw outcome;
        return outcome;
      }
      await pause(outcome, attempt, request.signal, options);
    }
  }

  return {
    read: (request) => call(request, 'read'),
    async write(request) {
      holdToHosts(request.url, options.hosts);
      if (options.testMode()) throw new HeldWrite(request);
      return call(request, 'write');
    },
    observe: (reading) => options.budget.observe(reading),
    close: () => transport.close(),
  };
}

/**
 * One attempt, as often as it is called: waits for the budget, then asks who calls. A 401 did nothing at the store, so
 * it is asked again for reads and writes alike: once in a call, and only with something newer.
 */
function authorized(
  request: StoreRequest,
  options: StoreHttpOptions,
  send: (headers: Headers) => Promise<StoreResponse>,
): () => Promise<StoreResponse> {
  const { auth, signal = new AbortController().signal } = request;
  let askedAgain = false;
  return async () => {
    await takeFromBudget(request, options);
    const given = lowerCase(await auth?.headers(request, signal));
    const response = await send(given);
    if (response.status !== 401 || !auth || askedAgain) return response;
    askedAgain = true;
    const newer = lowerCase(await auth.headers(request, signal, given));
    if (JSON.stringify(newer) === JSON.stringify(given)) return response;
    await takeFromBudget(request, options);
    return send(newer);
  };
}

async function once(
  transport: StoreTransport,
  request: StoreRequest,
  authorization: Headers,
  intent: 'read' | 'write',
  options: StoreHttpOptions,
): Promise<StoreResponse> {
  const sentAt = options.clock.now().getTime();
  const { method, url, body, signal } = request;
  const beforeSend = intent === 'write' ? options.scope().assertMayWrite : undefined;
  const { status, headers, text } = await transport.send({
    beforeSend,
    method,
    url,
    body,
    signal,
    headers: {
      'user-agent': 'supercargo',
      accept: 'application/json',
      ...lowerCase(request.headers),
      ...authorization,
    },
  });
  const receivedAt = options.clock.now().getTime();
  const reading = budgetReading(status, headers, new Date(receivedAt));
  if (reading) options.budget.observe(reading);
  options.onResponse({ status, intent, skewMs: clockSkew(headers['date'], (sentAt + receivedAt) / 2) });
  return {
    status,
    headers,
    text: async () => text,
    json: async () => parseJson(text, status, headers['content-type']),
  };
}

/**
 * A request carries the credential: it goes nowhere but to the hosts of the driver's manifest. Redirects are never
 * followed.
 */
function holdToHosts(url: string, hosts: readonly AllowedHost[] | undefined): void {
  if (!hosts || isAllowed(url, hosts)) return;
  const named =
    hosts.length === 0
      ? 'none'
      : hosts.map(({ host, ports }) => (ports.length === 1 ? `${host}:${ports[0]}` : host)).join(', ');
  throw terminal(
    'HostNotAllowed',
    `nothing was sent to ${URL.parse(url)?.host ?? 'an address that is none'}: the driver names these hosts: ${named}. Check the settings of the Connection, or add the host to the driver's manifest`,
  );
}

/** So that a driver's own takes the place of ours, and none is sent twice. */
function lowerCase(headers: Headers = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parseJson(text: string, status: number, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw retry(
      'UnexpectedPayload',
      `the store answered ${status} with ${contentType?.split(';')[0] || 'no content type'} that is not JSON: check settings.url, it may point to a web page`,
    );
  }
}

/** Store's clock less ours; the Date header has whole seconds, so half a second is its middle. */
function clockSkew(date: string | undefined, middle: number): number | undefined {
  const at = date ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? undefined : at + 500 - middle;
}

function shouldRepeat(
  outcome: StoreResponse | DriverError,
  intent: 'read' | 'write',
  request: StoreRequest,
  attempt: number,
): boolean {
  if (attempt >= ATTEMPTS || request.signal?.aborted) return false;
  if (outcome instanceof DriverError) return intent === 'read' && outcome.details.behaviour === 'retry';
  if (outcome.status === 429) return true;
  return intent === 'read' && REPEATED_STATUS.has(outcome.status);
}

async function pause(
  outcome: StoreResponse | DriverError,
  attempt: number,
  signal: AbortSignal | undefined,
  options: StoreHttpOptions,
): Promise<void> {
  const backoff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + options.random());
  const asked =
    outcome instanceof DriverError ? undefined : retryAfterMs(outcome.headers['retry-after'], options.clock.now());
  const wait = Math.max(asked ?? 0, backoff);
  if (wait > LONGEST_WAIT_MS) throw rateLimited(wait);
  // A 429 is about the shop, not about this call: everyone waits, the most urgent goes first when it is over.
  if (!(outcome instanceof DriverError) && outcome.status === 429) options.budget.observe({ pauseMs: wait });
  else await options.clock.sleep(wait, signal);
}

async function takeFromBudget(request: StoreRequest, options: StoreHttpOptions): Promise<void> {
  const pause = (options.budget.view().pausedUntil?.getTime() ?? 0) - options.clock.now().getTime();
  if (pause > LONGEST_WAIT_MS) throw rateLimited(pause);
  const { feedClass } = options.scope();
  const waited = await options.budget.acquire(feedClass, request.cost, request.signal);
  if (waited > 0) options.onThrottle(waited, feedClass);
}

function rateLimited(ms: number): DriverError {
  return waiting('RateLimited', `the store asks to wait ${Math.ceil(ms / 1000)} s`, ms);
}
