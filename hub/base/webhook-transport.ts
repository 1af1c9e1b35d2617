import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';

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

export const carryBySocket: CarryWebhook = async ({ url, headers, body, lookup, timeoutMs, signal }) => {
  const dispatcher = new Agent({ connect: { lookup, timeout: timeoutMs } });
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
};
