import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SimRequest } from '../desk/messages.ts';

/** Where the shop of the suite stands; else the host that was called says it. */
const HOME = 'https://shop.example';

/** The four values of an integration, of the key by that name. */
export const integrationOf = (name: string) => ({
  consumerKey: `ck-${name}`,
  consumerSecret: `cs-${name}`,
  accessToken: `at-${name}`,
  accessTokenSecret: `as-${name}`,
});

/** The key of a request: an access token as bearer, or OAuth 1.0a with HMAC-SHA256 over address and query. */
export function keyOf({ method, path, headers }: SimRequest, basePath: string): string | undefined {
  const authorization = headers['authorization'] ?? '';
  const token = /^Bearer at-(.+)$/.exec(authorization)?.[1];
  if (token !== undefined) return token;
  if (!authorization.startsWith('OAuth ')) return undefined;
  const given = new Map(
    [...authorization.slice(6).matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      decodeURIComponent(value),
    ]),
  );
  const name = /^at-(.+)$/.exec(given.get('oauth_token') ?? '')?.[1];
  if (name === undefined || given.get('oauth_consumer_key') !== integrationOf(name).consumerKey) return undefined;
  if (given.get('oauth_signature_method') !== 'HMAC-SHA256' || !given.get('oauth_nonce')) return undefined;
  const { host } = headers;
  const bases = [HOME, ...(host === undefined ? [] : [`http://${host}`, `https://${host}`])];
  const [address = '', query = ''] = path.split('?');
  const signed = Buffer.from(given.get('oauth_signature') ?? '', 'base64');
  const isGood = bases.some((base) => {
    const wanted = signature(method, base + basePath + address, query, given, name);
    return wanted.length === signed.length && timingSafeEqual(wanted, signed);
  });
  return isGood ? name : undefined;
}

function signature(
  method: string,
  url: string,
  query: string,
  given: ReadonlyMap<string, string>,
  name: string,
): Buffer {
  const { consumerSecret, accessTokenSecret } = integrationOf(name);
  const parts = [
    ...new URLSearchParams(query),
    ...[...given].filter(([key]) => key !== 'oauth_signature' && key !== 'realm'),
  ]
    .map(([key, value]) => [quoted(key), quoted(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map((pair) => pair.join('='));
  const base = [method, url, parts.join('&')].map(quoted).join('&');
  return createHmac('sha256', `${quoted(consumerSecret)}&${quoted(accessTokenSecret)}`)
    .update(base)
    .digest();
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const quoted = (text: string): string =>
  encodeURIComponent(text).replace(/[!*'()]/g, (each) => `%${each.codePointAt(0)!.toString(16).toUpperCase()}`);
