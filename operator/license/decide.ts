import { licenseKind, validateResource, type LicenseResource } from '../../crds/index.ts';
import { timestamp, type Settlement } from '../../kit/conditions.ts';
import { graceEnd, nextChange, validityOf, type Seat } from '../seating/seats.ts';

const DAY_MS = 86_400_000;

/** What is said about a License. */
export interface LicenseDecision {
  readonly settlement: Settlement;
  readonly fields: object;
  /** A Warning of this day of the grace period. */
  readonly warning: { readonly day: number; readonly message: string } | undefined;
  /** When it will say something else by itself. */
  readonly changesInMs: number | undefined;
}

/** Pure. */
export function decideLicense(license: LicenseResource, seats: readonly Seat[], now: Date): LicenseDecision {
  const end = graceEnd(license);
  const next = nextChange(license, now);
  const warning = graceWarning(license, end, now);
  return {
    settlement: settle(license, seats, now),
    fields: {
      seatsUsed: seats.filter(({ seated }) => seated).length,
      seatsTotal: license.spec.seats,
      ...(end ? { expiresAt: timestamp(end) } : {}),
      stores: seats,
    },
    warning,
    changesInMs: Math.min(next ? next.getTime() - now.getTime() : Infinity, warning ? DAY_MS : Infinity),
  };
}

function settle(license: LicenseResource, seats: readonly Seat[], now: Date): Settlement {
  const [violation] = validateResource(licenseKind, license);
  if (violation)
    return {
      state: 'Stalled',
      finding: { reason: 'InvalidSpec', message: `${violation.field}: ${violation.message}` },
    };
  const validity = validityOf(license, now);
  switch (validity.state) {
    case 'NotYetValid':
      return { state: 'Ready', finding: { reason: 'NotYetValid', message: `valid from ${validity.from} on` } };
    case 'Expired':
      return {
        state: 'Stalled',
        finding: {
          reason: 'Expired',
          message: `it ended on ${validity.at} and the grace period is over: set spec.notAfter to the end of the new term`,
        },
      };
    case 'GracePeriod':
      return {
        state: 'Ready',
        finding: {
          reason: 'GracePeriod',
          message: `it ended on ${license.spec.notAfter}; everything runs on until ${validity.until}`,
        },
      };
    case 'Valid':
      return { state: 'Ready', finding: { reason: 'Valid', message: seatsMessage(license, seats) } };
  }
}

function seatsMessage({ spec }: LicenseResource, seats: readonly Seat[]): string {
  const used = seats.filter(({ seated }) => seated).length;
  const waiting = seats.filter(({ reason }) => reason === 'SeatsExhausted').length;
  return `${used} of ${spec.seats} seats are taken${waiting > 0 ? `; ${waiting} ${waiting === 1 ? 'store waits' : 'stores wait'} for one` : ''}`;
}

function graceWarning(license: LicenseResource, end: Date | undefined, now: Date): LicenseDecision['warning'] {
  if (!end || validityOf(license, now).state !== 'GracePeriod') return undefined;
  const days = Math.ceil((end.getTime() - now.getTime()) / DAY_MS);
  return {
    day: Math.floor(now.getTime() / DAY_MS),
    message: `the license ended on ${license.spec.notAfter}: all connections stop in ${days} ${days === 1 ? 'day' : 'days'} unless it is renewed`,
  };
}
