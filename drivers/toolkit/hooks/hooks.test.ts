import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { InboundHook } from '../../contract/index.ts';
import { verifyHmac, type HmacRule } from './verify-hmac.ts';
import { verifyJwt, type JwtRule } from './verify-jwt.ts';

const AT = new Date('2026-05-02T12:00:00Z');

describe('an HMAC over the body', () => {
  const body = Buffer.from('{"id":1}');
  const hook = (headers: Record<string, string>): InboundHook => ({ headers, body, receivedAt: AT });
  const rule: HmacRule = { header: 'x-signature', encoding: 'base64', algorithm: 'sha256' };
  const good = createHmac('sha256', 's').update(body).digest('base64');

  it.each<[HmacRule, string]>([
    [rule, good],
    [{ ...rule, encoding: 'hex', prefix: 'sha256=' }, `sha256=${createHmac('sha256', 's').update(body).digest('hex')}`],
    [{ ...rule, algorithm: 'sha512' }, createHmac('sha512', 's').update(body).digest('base64')],
  ])('is taken as %p says', (given, signature) => {
    expect(verifyHmac(given, 's', hook({ 'x-signature': signature }))).toEqual({ valid: true });
  });

  it('is known by example: key "key", "The quick brown fox jumps over the lazy dog"', () => {
    const known = {
      ...hook({ 'x-signature': 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8' }),
      body: Buffer.from('The quick brown fox jumps over the lazy dog'),
    };
    expect(verifyHmac({ ...rule, encoding: 'hex' }, 'key', known)).toEqual({ valid: true });
  });

  it.each<[string, Record<string, string>, string, HmacRule?]>([
    ['by another secret', { 'x-signature': good }, 'other'],
    ['that is absent', {}, 's'],
    ['that is cut off', { 'x-signature': good.slice(0, 10) }, 's'],
    ['that is empty', { 'x-signature': '' }, 's'],
    ['without its prefix', { 'x-signature': good }, 's', { ...rule, prefix: 'v1=' }],
  ])('%s is refused', (_what, headers, secret, given = rule) => {
    expect(verifyHmac(given, secret, hook(headers))).toMatchObject({ valid: false, reason: 'SignatureInvalid' });
  });
});

describe('a signed token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();
  const rule: JwtRule = { algorithm: 'RS256', publicKey: pem(rsa.publicKey), receivedAt: AT };
  const seconds = AT.getTime() / 1000;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (claims: unknown, alg = 'RS256') => {
    const signed = `${part({ alg })}.${part(claims)}`;
    return `${signed}.${createSign('sha256').update(signed).sign(rsa.privateKey, 'base64url')}`;
  };

  it('gives its claims', () => {
    expect(verifyJwt(token({ data: 'x', exp: seconds + 60 }), rule)).toEqual({
      valid: true,
      claims: { data: 'x', exp: seconds + 60 },
    });
    const signed = `${part({ alg: 'ES256' })}.${part({ iss: 'shop', aud: ['a', 'b'] })}`;
    const given = sign('sha256', Buffer.from(signed), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
    const es: JwtRule = { ...rule, algorithm: 'ES256', publicKey: pem(ec.publicKey), issuer: 'shop', audience: 'b' };
    expect(verifyJwt(`${signed}.${given.toString('base64url')}`, es)).toMatchObject({ valid: true });
  });

  const [head, payload, signature] = token({ a: 1 }).split('.');
  const byPublicKey = `${part({ alg: 'HS256' })}.${payload}`;

  it.each<[string, string, Partial<JwtRule>?]>([
    ['that says it needs no signature', `${part({ alg: 'none' })}.${payload}.`],
    [
      'signed with the public key as a secret',
      `${byPublicKey}.${createHmac('sha256', rule.publicKey).update(byPublicKey).digest('base64url')}`,
    ],
    ['that was changed', `${head}.${part({ a: 2 })}.${signature}`],
    ['without a signature', `${head}.${payload}`],
    ['with more behind it', `${head}.${payload}.${signature}.x`],
    ['that is none', 'hello'],
    [
      'by another key',
      token({ a: 1 }),
      { publicKey: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey) },
    ],
    ['by another issuer', token({ iss: 'other' }), { issuer: 'shop' }],
    ['for another', token({ aud: 'other' }), { audience: 'us' }],
  ])('%s is refused', (_what, given, more = {}) => {
    expect(verifyJwt(given, { ...rule, ...more })).toMatchObject({ valid: false, reason: 'SignatureInvalid' });
  });

  it.each([
    ['has expired', { exp: seconds - 61 }],
    ['is not valid yet', { nbf: seconds + 61 }],
    ['has a time that is none', { exp: 'later' }],
  ])('that %s is too old', (_what, claims) => {
    expect(verifyJwt(token(claims), rule)).toMatchObject({ valid: false, reason: 'TooOld' });
  });
});
