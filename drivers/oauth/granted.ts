/** What the platform gave for a refresh token. */
export interface GrantedTokens {
  readonly accessToken: string;
  /** Absent: the platform does not rotate it, or there is none (client credentials). */
  readonly refreshToken?: string;
  readonly accessExpiresAt?: string;
  readonly refreshExpiresAt?: string;
}

/** RFC 6749, appendix A.12 and A.17: visible ASCII. Anything else no header takes, and it would be kept for ever. */
const SENDABLE = /^[\x21-\x7e]{1,8000}$/;

/** Whether a token can be sent at all. */
export const isSendable = (token: string): boolean => SENDABLE.test(token);

/** Longer than any token lives; a date has an end, too. */
const LONGEST_MS = 10 * 365 * 86_400_000;

/**
 * When something ends that is good for so many seconds (`expires_in` of RFC 6749), as ISO time. Undefined where the
 * platform does not say: what is no number of seconds says nothing. Pure.
 */
export function expiresAt(now: Date, seconds: number | null | undefined): string | undefined {
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) return undefined;
  const ms = Math.min(Math.max(0, seconds * 1000), LONGEST_MS);
  return new Date(now.getTime() + ms).toISOString();
}
