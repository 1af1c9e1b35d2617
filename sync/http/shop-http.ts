import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../kit/clock.ts';
import type { Reach } from '../../kit/net/addresses.ts';
import type { FeedClass } from '../../model/feeds.ts';
import { WaitTooLong, type Budget } from '../budget/budget.ts';
import { budgetReading, retryAfterMs } from '../budget/headers.ts';
import { isAllowed, type AllowedHost } from '../../model/hosts.ts';
import {
  boundedWait,
  DriverError,
  errorDetails,
  HeldWrite,
  terminal,
  waiting,
  type DriverManifest,
  type ShopHttp,
  type ShopRequest,
  type ShopResponse,
} from '../../drivers/contract/index.ts';
import type { Scope } from './call-scope.ts';
import { networkError } from './network-errors.ts';
import { receive } from './streamed.ts';
import type { ProxySettings } from '../../kit/net/proxy.ts';
import { socketTransport, type ShopTransport } from './transport.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
/** Waiting longer inside a call would hold a run's lane: the run ends as waiting and comes again. */
const LONGEST_WAIT_MS = 20_000;
const REPEATED_STATUS = new Set([502, 503, 504]);

type Headers = Readonly<Record<string, string>>;

export interface ShopHttpOptions {
  readonly clock: Clock;
  /** Read at each write: going live needs no new client. */
  readonly testMode: () => boolean;
  readonly random: () => number;
  readonly budget: Budget;
  /** How the platform wants reads repeated; absent: soon, and a few times. */
  readonly repeat?: DriverManifest['repeat'];
  /** Where requests may go; absent: anywhere (a test). */
  readonly hosts?: readonly AllowedHost[];
  /** Where the credential may go; absent: wherever requests may. */
  readonly keyHosts?: readonly AllowedHost[];
  /** Of the run that the call is made for. */
  readonly scope: () => Scope;
  /** Told of every answer: the store's clock, and how often and how it answered. */
  readonly onResponse: (facts: {
    readonly status: number;
    readonly intent: 'read' | 'write';
    /** Until the head of the answer was there, without the wait for the budget; 0 where the clock was set back. */
    readonly tookMs: number;
    readonly skewMs?: number;
  }) => void;
  /** Told of every call that had no answer, by the reason. */
  readonly onNoAnswer?: (facts: { readonly reason: string; readonly intent: 'read' | 'write' }) => void;
  /** Told how long a call waited for the store's budget, and whose call it was. */
  readonly onThrottle: (ms: number, feedClass: FeedClass) => void;
  /** Which addresses sockets may go to. */
  readonly reach: Reach;
  /** Whether a credential may go out over http://, beyond machine and cluster. Absent: it may not. */
  readonly plainHttp?: boolean;
  /** Absent: stores are called directly. */
  readonly proxy?: ProxySettings;
  /** Sockets if absent. */
  readonly transport?: ShopTransport;
}

export interface OwnedShopHttp extends ShopHttp {
  close(): Promise<void>;
}

/** What one call is made of. */
interface Call {
  readonly request: ShopRequest;
  readonly intent: 'read' | 'write';
  readonly options: ShopHttpOptions;
  readonly transport: ShopTransport;
  readonly places: Places;
}

/** An answer, and for how long it asks to be left alone where it says so in its own way. */
interface Answer {
  readonly response: ShopResponse;
  readonly throttledMs?: number;
  /** Settles when its body is read or given up; absent: it is all there. */
  readonly over?: Promise<void>;
}

/**
 * The engine's side of the driver contract's http.ts: time-outs, repeats, the store's clock, Test mode, the lease at
 * each write.
 */
export function createShopHttp(options: ShopHttpOptions): OwnedShopHttp {
  const transport = options.transport ?? socketTransport(options.reach, options);
  const places = new Places(options);

  async function call(request: ShopRequest, intent: 'read' | 'write'): Promise<ShopResponse> {
    holdToHosts(request.url, options);
    const send = authorized({ request, intent, options, transport, places });
    for (let attempt = 1; ; attempt++) {
      const outcome = await send().catch((error: unknown) => networkError(error));
      if (!shouldRepeat(outcome, intent, request, attempt, options)) return finalOf(outcome);
      await pause(outcome, attempt, request, options);
    }
  }

  return {
    read: (request) => call(request, 'read'),
    async write(request) {
      holdToHosts(request.url, options);
      if (options.testMode()) throw new HeldWrite(request);
      return call(request, 'write');
    },
    observe: (reading) => options.budget.observe(reading),
    close: () => transport.close(),
  };
}

function finalOf(outcome: Answer | DriverError): ShopResponse {
  if (outcome instanceof DriverError) throw outcome;
  if (outcome.throttledMs !== undefined) throw rateLimited(outcome.throttledMs);
  return outcome.response;
}

/**
 * One attempt, as often as it is called: waits for the budget, then asks who calls. A 401 did nothing at the store, so
 * it is asked again for reads and writes alike: once in a call, and only with something newer.
 */
function authorized(call: Call): () => Promise<Answer> {
  const { request, places } = call;
  const { auth, signal = new AbortController().signal } = request;
  let askedAgain = false;
  return async () => {
    const first = await places.take(
      request,
      async () => {
        const given = lowerCase(await auth?.headers(request, signal));
        const answer = await once(call, given);
        if (answer.response.status !== 401 || !auth || askedAgain) return { answer };
        askedAgain = true;
        const newer = lowerCase(await auth.headers(request, signal, given));
        return { answer, newer: JSON.stringify(newer) === JSON.stringify(given) ? undefined : newer };
      },
      ({ answer }) => answer.over,
    );
    const { newer } = first;
    return newer
      ? places.take(
          request,
          () => once(call, newer),
          ({ over }) => over,
        )
      : first.answer;
  };
}

/**
 * What a call takes of the budget. A call for a token is made while the call that needs it holds its place: where calls
 * go one after the other it would wait for itself, so it goes in that place.
 */
class Places {
  readonly #options: ShopHttpOptions;
  readonly #held = new AsyncLocalStorage<ReadonlySet<string>>();

  constructor(options: ShopHttpOptions) {
    this.#options = options;
  }

  /** `over`: until when what came of the work holds the place; absent: no longer. */
  async take<T>(
    { cost, bucket, signal }: ShopRequest,
    work: () => Promise<T>,
    over: (result: T) => Promise<void> | undefined,
  ): Promise<T> {
    const { budget, scope, onThrottle } = this.#options;
    const { feedClass } = scope();
    const held = this.#held.getStore() ?? new Set();
    const name = bucket ?? '';
    const nested = held.has(name);
    const waited = await budget
      .acquire(feedClass, { cost, bucket, signal, nested, longestMs: LONGEST_WAIT_MS })
      .catch((error: unknown) => {
        throw error instanceof WaitTooLong ? rateLimited(error.waitMs) : error;
      });
    if (waited > 0) onThrottle(waited, feedClass);
    const leave = () => {
      if (!nested) budget.release(bucket);
    };
    try {
      const result = await this.#held.run(new Set([...held, name]), work);
      void (over(result) ?? Promise.resolve()).then(leave);
      return result;
    } catch (error) {
      leave();
      throw error;
    }
  }
}

async function once({ transport, request, intent, options }: Call, authorization: Headers): Promise<Answer> {
  const sentAt = options.clock.now().getTime();
  const { method, url, body, signal, stream, timeoutMs } = request;
  const beforeSend = intent === 'write' ? options.scope().assertMayWrite : undefined;
  const sent = transport.send({
    beforeSend,
    method,
    url,
    body,
    signal,
    stream,
    timeoutMs,
    headers: {
      'user-agent': 'supercargo',
      accept: 'application/json',
      ...lowerCase(request.headers),
      ...authorization,
    },
  });
  const answer = await sent.catch((error: unknown) => {
    options.onNoAnswer?.({ reason: networkError(error).details.reason, intent });
    throw error;
  });
  const { status, headers } = answer;
  const receivedAt = options.clock.now().getTime();
  const reading = budgetReading(status, headers, new Date(receivedAt));
  if (reading) options.budget.observe({ ...reading, bucket: request.bucket });
  const skewMs = clockSkew(headers['date'], (sentAt + receivedAt) / 2);
  options.onResponse({ status, intent, tookMs: Math.max(0, receivedAt - sentAt), skewMs });
  const received = await receive(answer, signal);
  return { ...received, throttledMs: stream ? undefined : await request.throttled?.(received.response) };
}

/**
 * A request carries the credential: it goes nowhere but to the hosts of the driver's manifest. Redirects are never
 * followed.
 */
function holdToHosts(url: string, { hosts, keyHosts }: ShopHttpOptions): void {
  const host = URL.parse(url)?.host ?? 'an address that is none';
  if (hosts && !isAllowed(url, hosts))
    throw terminal(
      'HostNotAllowed',
      `nothing was sent to ${host}: the driver names these hosts: ${namesOf(hosts)}. Check the settings of the Connection, or add the host to the driver's manifest`,
    );
  if (keyHosts && !isAllowed(url, keyHosts))
    throw terminal(
      'HostNotAllowed',
      `nothing was sent to ${host}: the Credential lets its keys go to these hosts: ${namesOf(keyHosts)}. Check the settings of the Connection, or add the host to spec.hosts of the Credential`,
    );
}

const namesOf = (hosts: readonly AllowedHost[]): string =>
  hosts.length === 0
    ? 'none'
    : hosts.map(({ host, ports }) => (ports.length === 1 ? `${host}:${ports[0]}` : host)).join(', ');

/** So that a driver's own takes the place of ours, and none is sent twice. */
function lowerCase(headers: Headers = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Store's clock less ours; the Date header has whole seconds, so half a second is its middle. */
function clockSkew(date: string | undefined, middle: number): number | undefined {
  const at = date ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? undefined : at + 500 - middle;
}

function shouldRepeat(
  outcome: Answer | DriverError,
  intent: 'read' | 'write',
  request: ShopRequest,
  attempt: number,
  { repeat }: ShopHttpOptions,
): boolean {
  if (request.signal?.aborted) return false;
  // Too much was asked: nothing was done, and the platform says itself when to come again.
  if (isThrottled(outcome)) return attempt < ATTEMPTS;
  if (intent === 'write' || attempt >= (repeat ? repeat.attempts + 1 : ATTEMPTS)) return false;
  return outcome instanceof DriverError
    ? outcome.details.behaviour === 'retry'
    : REPEATED_STATUS.has(outcome.response.status);
}

const isThrottled = (outcome: Answer | DriverError): boolean =>
  !(outcome instanceof DriverError) && (outcome.response.status === 429 || outcome.throttledMs !== undefined);

async function pause(
  outcome: Answer | DriverError,
  attempt: number,
  { bucket, signal }: ShopRequest,
  options: ShopHttpOptions,
): Promise<void> {
  const backoff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + options.random());
  const asked = outcome instanceof DriverError ? 0 : askedToWait(outcome, options.clock);
  if (isThrottled(outcome)) {
    const wait = Math.max(asked, backoff);
    // It is about the shop, not about this call: everyone waits, the most urgent goes first when it is over.
    options.budget.observe({ pauseMs: wait, bucket });
    if (wait > LONGEST_WAIT_MS) throw rateLimited(wait);
    return;
  }
  const wait = Math.max(asked, options.repeat?.afterMs ?? backoff);
  if (wait > LONGEST_WAIT_MS)
    throw outcome instanceof DriverError || asked === 0 ? later(outcome, wait) : rateLimited(wait);
  await options.clock.sleep(wait, signal);
}

function askedToWait({ response, throttledMs }: Answer, clock: Clock): number {
  return throttledMs ?? retryAfterMs(response.headers['retry-after'], clock.now()) ?? 0;
}

/** A failure that the platform does not want to see again so soon: the run comes again then. */
function later(outcome: Answer | DriverError, retryAfterMs: number): DriverError {
  const { reason, message } =
    outcome instanceof DriverError
      ? errorDetails(outcome)
      : {
          reason: 'StoreUnavailable',
          message: `the store cannot answer at the moment (HTTP ${outcome.response.status})`,
        };
  return new DriverError({ behaviour: 'retry', reason, message, retryAfterMs });
}

function rateLimited(ms: number): DriverError {
  const wait = boundedWait(ms);
  return waiting('RateLimited', `the store asks to wait ${Math.ceil(wait / 1000)} s`, wait);
}
