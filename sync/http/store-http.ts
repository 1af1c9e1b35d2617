import { Agent, request as undiciRequest, type Dispatcher } from 'undici';
import type { Clock } from '../../kit/clock.ts';
import { DriverError, HeldWrite, retry, waiting, type StoreHttp, type StoreRequest, type StoreResponse } from '../../drivers/contract/index.ts';
import { networkError } from './network-errors.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Waiting longer inside a call would hold a run's lane: the run ends as waiting and comes again. */
const LONGEST_WAIT_MS = 20_000;
const REPEATED_STATUS = new Set([429, 502, 503, 504]);

export interface StoreHttpOptions {
  readonly clock: Clock;
  /** Read at each write: going live needs no new client. */
  readonly testMode: () => boolean;
  readonly random: () => number;
  /** Told of every answer: the store's clock, and how often and how it answered. */
  readonly onResponse: (facts: { readonly status: number; readonly intent: 'read' | 'write'; readonly skewMs?: number }) => void;
  /** Told how long a call waited for the store's rate limit. */
  readonly onThrottle: (ms: number) => void;
}

export interface OwnedStoreHttp extends StoreHttp {
  close(): Promise<void>;
}

/** The engine's side of the driver contract's http.ts: time-outs, repeats, the store's clock, Test mode. */
export function createStoreHttp(options: StoreHttpOptions): OwnedStoreHttp {
  const agent = new Agent({ connections: 4, connectTimeout: 10_000, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, keepAliveTimeout: 30_000 });

  async function call(request: StoreRequest, intent: 'read' | 'write'): Promise<StoreResponse> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(agent, request, intent, options).catch((error: unknown) => networkError(error));
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
      if (options.testMode()) throw new HeldWrite(request);
      return call(request, 'write');
    },
    observe: () => undefined,
    close: () => agent.close(),
  };
}

async function once(agent: Dispatcher, request: StoreRequest, intent: 'read' | 'write', options: StoreHttpOptions): Promise<StoreResponse> {
  const sentAt = options.clock.now().getTime();
  const answer = await undiciRequest(request.url, {
    dispatcher: agent,
    method: request.method,
    headers: { 'user-agent': 'supercargo', accept: 'application/json', ...request.headers },
    body: request.body,
    signal: request.signal,
  });
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value ?? '')]));
  // The body is read at once: a call is over when it resolves, and a broken body is repeated like a broken connection.
  const text = await boundedText(answer.body, request.url);
  const receivedAt = options.clock.now().getTime();
  options.onResponse({ status: answer.statusCode, intent, skewMs: clockSkew(headers['date'], (sentAt + receivedAt) / 2) });
  return {
    status: answer.statusCode,
    headers,
    text: async () => text,
    json: async () => parseJson(text, answer.statusCode, headers['content-type']),
  };
}

async function boundedText(body: Dispatcher.ResponseData['body'], url: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw retry('AnswerTooLarge', `${new URL(url).host} sent more than ${MAX_BODY_BYTES} bytes in one answer: lower spec.batchSize of the feed`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string, status: number, contentType: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw retry('UnexpectedPayload', `the store answered ${status} with ${contentType?.split(';')[0] || 'no content type'} that is not JSON: check settings.url, it may point to a web page`);
  }
}

/** Store's clock less ours; the Date header has whole seconds, so half a second is its middle. */
function clockSkew(date: string | undefined, middle: number): number | undefined {
  const at = date ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? undefined : at + 500 - middle;
}

function shouldRepeat(outcome: StoreResponse | DriverError, intent: 'read' | 'write', request: StoreRequest, attempt: number): boolean {
  if (attempt >= ATTEMPTS || request.signal?.aborted) return false;
  if (outcome instanceof DriverError) return intent === 'read' && outcome.details.behaviour === 'retry' && outcome.details.reason !== 'CertificateInvalid' && outcome.details.reason !== 'AnswerTooLarge';
  if (outcome.status === 429) return true;
  return intent === 'read' && REPEATED_STATUS.has(outcome.status);
}

async function pause(outcome: StoreResponse | DriverError, attempt: number, signal: AbortSignal | undefined, options: StoreHttpOptions): Promise<void> {
  const backoff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + options.random());
  const asked = outcome instanceof DriverError ? undefined : retryAfterMs(outcome.headers['retry-after'], options.clock.now());
  const wait = Math.max(asked ?? 0, backoff);
  if (!(outcome instanceof DriverError) && outcome.status === 429) options.onThrottle(wait);
  if (wait > LONGEST_WAIT_MS) throw waiting('RateLimited', `the store asks to wait ${Math.ceil(wait / 1000)} s`, wait);
  await options.clock.sleep(wait, signal);
}

/** RFC 9110 §10.2.3: seconds or a date. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
