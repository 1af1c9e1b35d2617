import { createHmac } from 'node:crypto';
import type { RequestAuth } from '../../contract/index.ts';

export interface OAuth1Options {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
  readonly now: () => Date;
  /** A text that was never given before. */
  readonly nonce: () => string;
  /** HMAC-SHA256 if absent. */
  readonly algorithm?: 'HMAC-SHA1' | 'HMAC-SHA256';
}

/**
 * OAuth 1.0a with an HMAC (RFC 5849): each attempt is signed anew, for a server refuses a nonce that it has seen. The
 * query is signed as it stands in the address, brackets and all; a body is JSON and not part of it.
 */
export function oauth1(options: OAuth1Options): RequestAuth {
  const { consumerKey, consumerSecret, token, tokenSecret, now, nonce, algorithm = 'HMAC-SHA256' } = options;
  return {
    async headers({ method, url }) {
      const address = new URL(url);
      const protocol = {
        oauth_consumer_key: consumerKey,
        oauth_nonce: nonce(),
        oauth_signature_method: algorithm,
        oauth_timestamp: String(Math.floor(now().getTime() / 1000)),
        oauth_token: token,
        oauth_version: '1.0',
      };
      const parameters = [...address.searchParams, ...Object.entries(protocol)].map(
        ([name, value]) => [escaped(name), escaped(value)] as const,
      );
      const sorted = parameters
        .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
        .map((pair) => pair.join('='))
        .join('&');
      const base = [method, `${address.origin}${address.pathname}`, sorted].map(escaped).join('&');
      const hmac = createHmac(
        algorithm === 'HMAC-SHA1' ? 'sha1' : 'sha256',
        `${escaped(consumerSecret)}&${escaped(tokenSecret)}`,
      );
      const signed = { ...protocol, oauth_signature: hmac.update(base).digest('base64') };
      return {
        authorization: `OAuth ${Object.entries(signed)
          .map(([name, value]) => `${escaped(name)}="${escaped(value)}"`)
          .join(', ')}`,
      };
    },
  };
}

/** RFC 5849 §3.6: all but letters, digits and -._~ */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
