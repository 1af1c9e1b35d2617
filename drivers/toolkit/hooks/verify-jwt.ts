import { createPublicKey, verify } from 'node:crypto';
import type { Verdict } from '../../hooks/standard-webhooks.ts';

/** By the platform's public key alone: a token may not choose another kind, least of all none. */
const ALGORITHMS = {
  RS256: { hash: 'sha256', key: 'rsa' },
  RS512: { hash: 'sha512', key: 'rsa' },
  ES256: { hash: 'sha256', key: 'ec' },
} as const;

export interface JwtRule {
  readonly algorithm: keyof typeof ALGORITHMS;
  /** PEM. */
  readonly publicKey: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** When the hook came in: its age counts to then. */
  readonly receivedAt: Date;
}

export type JwtVerdict =
  | { readonly valid: true; readonly claims: Readonly<Record<string, unknown>> }
  | Exclude<Verdict, { readonly valid: true }>;

/** Clocks may be off by so much. */
const LEEWAY_SECONDS = 60;

/**
 * Checks a webhook whose body is a signed token (RFC 7519). By node:crypto, since reading a hook waits for nothing: the
 * libraries are asynchronous. Pure.
 */
export function verifyJwt(token: string, rule: JwtRule): JwtVerdict {
  const [header, payload, signature, ...more] = token.trim().split('.');
  const head = decoded(header);
  const claims = decoded(payload);
  if (!head || !claims || signature === undefined || more.length > 0) return invalid('it is no signed token');
  if (head['alg'] !== rule.algorithm) return invalid(`it is not signed by ${rule.algorithm}`);
  const { hash, key } = ALGORITHMS[rule.algorithm];
  const publicKey = createPublicKey(rule.publicKey);
  if (publicKey.asymmetricKeyType !== key) throw new Error(`the public key is not one of ${rule.algorithm}`);
  const signed = Buffer.from(`${header}.${payload}`);
  const given = Buffer.from(signature, 'base64url');
  if (!verify(hash, signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, given))
    return invalid('its signature is not by the key of the platform');
  return ofClaims(claims, rule);
}

function ofClaims(claims: Readonly<Record<string, unknown>>, { issuer, audience, receivedAt }: JwtRule): JwtVerdict {
  if (issuer !== undefined && claims['iss'] !== issuer) return invalid('it was issued by another');
  if (audience !== undefined && ![claims['aud']].flat().includes(audience)) return invalid('it is meant for another');
  const now = receivedAt.getTime() / 1000;
  const [expires, notBefore] = [claims['exp'], claims['nbf']];
  if (expires !== undefined && !(typeof expires === 'number' && now <= expires + LEEWAY_SECONDS))
    return { valid: false, reason: 'TooOld', message: 'it has expired: a repeated message, or a clock that is off' };
  if (notBefore !== undefined && !(typeof notBefore === 'number' && now >= notBefore - LEEWAY_SECONDS))
    return { valid: false, reason: 'TooOld', message: 'it is not valid yet: a clock is off' };
  return { valid: true, claims };
}

function decoded(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (message: string) => ({ valid: false, reason: 'SignatureInvalid', message }) as const;
