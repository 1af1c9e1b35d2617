import { describe, expect, it } from '@jest/globals';
import { maskedUrl } from './held.ts';

describe('the URL of a held request', () => {
  it.each([
    'hmac',
    'sig',
    'code',
    'pass',
    'pwd',
    'k',
    'api_key',
    'access_token',
    'X-Amz-Signature',
    'jwt',
    'sessionid',
    'credentials',
  ])('shows nothing of %s', (name) =>
    expect(maskedUrl(`https://shop.example/a?page=2&${name}=CANARY&sku=A`)).toBe(
      `https://shop.example/a?page=2&${name}=masked&sku=A`,
    ),
  );

  it.each(['page', 'sku', 'skip', 'country', 'postcode', 'passive', 'kind', 'signed_by', 'barcode'])(
    'shows %s',
    (name) => expect(maskedUrl(`https://shop.example/a?${name}=1`)).toBe(`https://shop.example/a?${name}=1`),
  );
});
