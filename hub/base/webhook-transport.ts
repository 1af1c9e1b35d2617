import type { LookupFunction } from 'node:net';
import { request } from 'undici';
import { dispatcherFor, proxyFailure, type ProxyFailure, type ProxySettings } from '../../kit/net/proxy.ts';

/** A webhook on its way out. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Resolves its host, and refuses what may not be called. */
  readonly lookup: LookupFunction;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Carries a webhook to its receiver and gives the status of the answer: sockets in production, a list in simulations.
 */
export type CarryWebhook = (request: WebhookRequest) => Promise<number>;

/** What kept a webhook from its endpoint is the installation's proxy. */
export class ProxyFailed extends Error {
  readonly failure: ProxyFailure;

  constructor(failure: ProxyFailure) {
    super(`the proxy: ${failure.by}`);
    this.failure = failure;
  }
}

/**
 * By way of the proxy where there is one: whom it calls is for it to judge then, since it resolves the names. Throws
 * ProxyFailed where the fault is the proxy's.
 */
export function carryBySocket(proxy?: ProxySettings): CarryWebhook {
  return async (webhook) => {
    try {
      return await carry(webhook, proxy);
    } catch (error) {
      const failure = proxyFailure(error, proxy);
      throw failure ? new ProxyFailed(failure) : error;
    }
  };
}

async function carry(
  { url, headers, body, lookup, timeoutMs, signal }: WebhookRequest,
  proxy: ProxySettings | undefined,
): Promise<number> {
  const dispatcher = dispatcherFor({ connect: { lookup, timeout: timeoutMs } }, proxy);
  try {
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { ...headers },
      body,
    });
    // What it says is of no use; that it breaks off then is no failure.
    answer.on('error', () => undefined).destroy();
    return statusCode;
  } finally {
    await dispatcher.destroy().catch(() => undefined);
  }
}
