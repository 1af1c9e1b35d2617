import { Agent, fetch } from 'undici';
import { guardedLookup } from './addresses.ts';

/** A webhook on its way out. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Private networks that the Store allows. */
  readonly networks: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Carries a webhook to its receiver and gives the status of the answer: sockets in production, a list in simulations.
 */
export type CarryWebhook = (request: WebhookRequest) => Promise<number>;

export const carryBySocket: CarryWebhook = async ({ url, headers, body, networks, timeoutMs, signal }) => {
  const dispatcher = new Agent({ connect: { lookup: guardedLookup(networks), timeout: timeoutMs } });
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: { ...headers },
      body,
    });
    await response.body?.cancel();
    return response.status;
  } finally {
    await dispatcher.close().catch(() => undefined);
  }
};
