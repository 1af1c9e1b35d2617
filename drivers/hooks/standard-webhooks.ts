import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundHook } from '../contract/index.ts';

/** As the Standard Webhooks specification recommends. */
const REPLAY_WINDOW_SECONDS = 300;

export type Verdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly reason: 'SignatureInvalid' | 'TooOld'; readonly message: string };

/**
 * Checks a webhook by the Standard Webhooks specification (v1, HMAC-SHA256 over `id.timestamp.body`). Its age counts to
 * when it came in, not to now: a hook may have waited for its pod. Pure.
 */
export function verifyStandardWebhook(secret: string, hook: InboundHook): Verdict {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = hook.headers;
  if (!id || !timestamp || !signatures)
    return {
      valid: false,
      reason: 'SignatureInvalid',
      message: 'it lacks webhook-id, webhook-timestamp or webhook-signature',
    };
  const age = hook.receivedAt.getTime() / 1000 - Number(timestamp);
  if (!(Math.abs(age) <= REPLAY_WINDOW_SECONDS))
    return {
      valid: false,
      reason: 'TooOld',
      message: `its time-stamp is ${Math.round(age)} s old: a repeated message, or a clock that is off`,
    };
  const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(hook.body)
    .digest();
  const fits = signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return signature.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return fits
    ? { valid: true }
    : { valid: false, reason: 'SignatureInvalid', message: 'its signature is not by the secret of this connection' };
}

/** The secret of a connection's webhooks, derived from its credential: nothing more to keep. */
export function derivedSecret(key: string, purpose: string): string {
  return 'whsec_' + createHmac('sha256', key).update(`supercargo webhook ${purpose}`).digest('base64');
}
