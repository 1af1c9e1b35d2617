import type { ConditionValue } from '../../kit/conditions.ts';

/** A person must have time to act: two weeks of them include one without a holiday. */
const WARN_BEFORE_MS = 14 * 24 * 3_600_000;

/** The earlier of the credential's own end and that of its refresh token; ISO 8601. */
export function credentialExpiry(...times: readonly (string | undefined)[]): string | undefined {
  return times
    .filter((time) => time !== undefined)
    .map((time) => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'))
    .sort()[0];
}

/** A valid credential that ends soon is still valid; its reason and message warn. Pure. */
export function withExpiry(credential: ConditionValue, expiresAt: string | undefined, now: Date): ConditionValue {
  if (credential.status !== 'True' || !expiresAt || Date.parse(expiresAt) - now.getTime() > WARN_BEFORE_MS)
    return credential;
  return {
    status: 'True',
    reason: 'ExpiresSoon',
    message: `the credential expires at ${expiresAt}: renew it at the platform and put the new one into the Secret`,
  };
}
