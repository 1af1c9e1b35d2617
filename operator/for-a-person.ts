import type { Condition } from '../kit/conditions.ts';

/** A shop behind these answers, and will answer the same until a person has changed something. */
export const SHOP_TO_MEND: ReadonlySet<string> = new Set([
  'WrongUrl',
  'CertificateInvalid',
  'UnsupportedSchema',
  'HostNotAllowed',
  'AddressForbidden',
  'PlainHttp',
]);
/** Data that is too old for this long does not become fresh by itself any more. */
const STALE_TO_MEND_MS = 24 * 3_600_000;

/** Whether the condition Fresh has been False for so long. */
export function isLongStale(condition: Condition | undefined, now: Date): boolean {
  return (
    condition?.type === 'Fresh' &&
    condition.status === 'False' &&
    now.getTime() - Date.parse(condition.lastTransitionTime) >= STALE_TO_MEND_MS
  );
}
