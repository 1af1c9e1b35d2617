import { request as undiciRequest, type Dispatcher } from 'undici';
import { terminal } from '../../drivers/contract/index.ts';
import { isInClear } from '../../kit/net/plain-http.ts';
import { guardedLookup, literalForbidden, type Reach } from '../../kit/net/addresses.ts';
import { dispatcherFor, type ProxySettings } from '../../kit/net/proxy.ts';
import { proxyProblem } from './proxy.ts';

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const REMEDY = "its network must be in the installation's sync.privateNetworks";

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Hand the body of a good answer on as it comes. */
  readonly stream?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called at the last moment, when a connection is there and nothing has gone out: where it throws, nothing does. */
  readonly beforeSend?: () => void;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or as it comes. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * Carries one call to a store and its whole answer: sockets in production, a store in the same process in simulations.
 */
export interface ShopTransport {
  send(request: TransportRequest): Promise<TransportResponse>;
  close(): Promise<void>;
}

/** What the installation says about calls to shops, beside their addresses. */
export interface TransportOptions {
  /** Whether a credential may go out over http://, beyond machine and cluster. Absent: it may not. */
  readonly plainHttp?: boolean;
  /** Absent: shops are called directly. */
  readonly proxy?: ProxySettings;
}

/**
 * Goes to public addresses and to what `reach` allows. A name is resolved and judged in one step, at each connection:
 * a NetworkPolicy needs a network that keeps it, this does not.
 */
export function socketTransport(reach: Reach, { plainHttp = false, proxy }: TransportOptions = {}): ShopTransport {
  const options = {
    connect: { lookup: guardedLookup([reach], REMEDY) },
    connections: 4,
    connectTimeout: 10_000,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    keepAliveTimeout: 30_000,
  };
  const agent = dispatcherFor(options, proxy);
  return {
    async send({ url, method, headers, body, signal, stream, timeoutMs = TIMEOUT_MS, beforeSend }) {
      if (!plainHttp && isInClear(url)) throw inClear(url);
      const forbidden = literalForbidden(new URL(url), [reach], REMEDY);
      if (forbidden) throw forbidden;
      const dispatcher = beforeSend
        ? agent.compose((dispatch) => (options, handler) => dispatch(options, atLastMoment(handler, beforeSend)))
        : agent;
      const answer = await undiciRequest(url, {
        dispatcher,
        method,
        headers,
        body,
        signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      }).catch((error: unknown) => {
        throw proxyProblem(error, proxy) ?? error;
      });
      const good = answer.statusCode >= 200 && answer.statusCode < 300;
      return {
        status: answer.statusCode,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [
            name.toLowerCase(),
            Array.isArray(value) ? value.join(', ') : String(value ?? ''),
          ]),
        ),
        // Else the body is read at once: a call is over when it resolves, and a broken body is repeated like a broken
        // connection.
        body: stream && good ? answer.body : await bounded(answer.body, url),
      };
    },
    close: () => agent.close(),
  };
}

/** Said before anything is sent: a request carries the credential. */
function inClear(url: string): Error {
  return terminal(
    'PlainHttp',
    `nothing was sent to ${new URL(url).host}: over http:// the credential would go in clear. Write https:// in the settings of the Connection, or have the installation allow it (sync.allowPlainHttp of the chart, --allow-plain-http of supercargo up)`,
  );
}

/**
 * A connection may have to be made first, which takes its time: what is asked for just before the bytes go is asked
 * here.
 */
function atLastMoment(handler: Dispatcher.DispatchHandler, beforeSend: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context);
      beforeSend();
    },
    onRequestUpgrade: (...upgraded) => handler.onRequestUpgrade?.(...upgraded),
    onResponseStart: (...started) => handler.onResponseStart?.(...started),
    onResponseData: (...data) => handler.onResponseData?.(...data),
    onResponseEnd: (...ended) => handler.onResponseEnd?.(...ended),
    onResponseError: (...failed) => handler.onResponseError?.(...failed),
  };
}

async function bounded(body: Dispatcher.ResponseData['body'], url: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw terminal(
        'AnswerTooLarge',
        `${new URL(url).host} sent more than ${MAX_BODY_BYTES} bytes in one answer: lower spec.batchSize of the feed`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
