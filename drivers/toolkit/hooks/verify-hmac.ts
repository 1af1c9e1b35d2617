import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundHook } from '../../contract/index.ts';
import type { Verdict } from '../../hooks/standard-webhooks.ts';

export interface HmacRule {
  /** Lower case: `x-shopify-hmac-sha256`. */
  readonly header: string;
  readonly encoding: 'hex' | 'base64';
  readonly algorithm: 'sha256' | 'sha512' | 'sha1';
  /** Before the signature in the header (`sha256=`). */
  readonly prefix?: string;
}

/**
 * Checks a webhook whose header has an HMAC over the raw body, and no time: it cannot be too old, a repeat is only a
 * hint that comes twice. Pure.
 */
export function verifyHmac(
  { header, encoding, algorithm, prefix = '' }: HmacRule,
  secret: string,
  hook: InboundHook,
): Verdict {
  const text = hook.headers[header];
  if (text === undefined || !text.startsWith(prefix)) return invalid(`it lacks ${header}, or it is of another kind`);
  const given = Buffer.from(text.slice(prefix.length), encoding);
  const expected = createHmac(algorithm, secret).update(hook.body).digest();
  return given.length === expected.length && timingSafeEqual(given, expected)
    ? { valid: true }
    : invalid('its signature is not by the secret of this connection');
}

const invalid = (message: string): Verdict => ({ valid: false, reason: 'SignatureInvalid', message });
