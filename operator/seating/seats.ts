import { parseDuration, type LicenseResource } from '../../crds/index.ts';
import type { ConditionValue } from '../../kit/conditions.ts';
import { objectKey } from '../../kit/kube/objects.ts';

const DEFAULT_GRACE_MS = 14 * 86_400_000;

/** One assigned store and what became of it. */
export interface Seat {
  readonly namespace: string;
  readonly name: string;
  /** Assignment counted from; kept in status, so that a restart does not reorder the line. */
  readonly since: string;
  readonly seated: boolean;
  readonly reason?: string;
}

/** When a License is in force. */
export type Validity =
  | { readonly state: 'NotYetValid'; readonly from: string }
  | { readonly state: 'Valid' }
  | { readonly state: 'GracePeriod'; readonly until: string }
  | { readonly state: 'Expired'; readonly at: string };

/**
 * Who sits. Oldest assignment first, of two of the same second the name that comes first: every replica gives the same
 * answer at any time. A store that does not exist takes no seat but keeps its place in the line.
 */
export function seatsOf(license: LicenseResource, exists: (storeKey: string) => boolean, now: string): Seat[] {
  const known = new Map(
    (license.status?.stores ?? []).map((seat) => [objectKey(seat.namespace, seat.name), seat.since]),
  );
  const line = (license.spec.stores ?? []).map(({ namespace, name, assignedAt }) => {
    const key = objectKey(namespace, name);
    return { namespace, name, key, since: assignedAt ?? known.get(key) ?? now };
  });
  line.sort((a, b) => Date.parse(a.since) - Date.parse(b.since) || (a.key < b.key ? -1 : 1));
  let free = license.spec.seats;
  return line.map(({ namespace, name, key, since }) => {
    if (!exists(key)) return { namespace, name, since, seated: false, reason: 'StoreNotFound' };
    return free-- > 0
      ? { namespace, name, since, seated: true }
      : { namespace, name, since, seated: false, reason: 'SeatsExhausted' };
  });
}

/** Whether the License is in force, and until when. */
export function validityOf({ spec }: LicenseResource, now: Date): Validity {
  if (spec.notBefore !== undefined && now.getTime() < Date.parse(spec.notBefore))
    return { state: 'NotYetValid', from: spec.notBefore };
  const end = graceEnd({ spec });
  if (spec.notAfter === undefined || end === undefined || now.getTime() < Date.parse(spec.notAfter))
    return { state: 'Valid' };
  return now < end ? { state: 'GracePeriod', until: end.toISOString() } : { state: 'Expired', at: spec.notAfter };
}

/** notAfter plus the grace period. */
export function graceEnd({ spec }: Pick<LicenseResource, 'spec'>): Date | undefined {
  if (spec.notAfter === undefined) return undefined;
  return new Date(Date.parse(spec.notAfter) + (parseDuration(spec.gracePeriod ?? '') ?? DEFAULT_GRACE_MS));
}

/** The next moment at which validity changes by itself. */
export function nextChange(license: LicenseResource, now: Date): Date | undefined {
  const moments = [license.spec.notBefore, license.spec.notAfter, graceEnd(license)?.toISOString()].flatMap((text) =>
    text === undefined ? [] : new Date(text),
  );
  return moments.filter((moment) => moment > now).sort((a, b) => a.getTime() - b.getTime())[0];
}

/** What a connection asks of the licences. */
export interface LicenseContext {
  readonly storeKey: string;
  readonly driver: string;
  readonly now: Date;
  readonly required: boolean;
  /** Is there any License in the cluster? */
  readonly any: boolean;
  /** Licences the store is assigned to, with their seats. */
  readonly assigned: readonly { readonly license: LicenseResource; readonly seats: ReadonlyMap<string, Seat> }[];
}

/** Milliseconds until one of the connection's licences begins, ends or runs out of grace. */
export function licenseChangesIn({ assigned, now }: LicenseContext): number | undefined {
  const moments = assigned
    .flatMap(({ license }) => nextChange(license, now) ?? [])
    .map((moment) => moment.getTime() - now.getTime());
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** How near a refusal is to a seat: of several licences the one that says most is told. */
const REFUSAL_RANK = ['NotYetValid', 'Expired', 'DriverNotLicensed', 'StoreNotFound', 'SeatsExhausted'];

/** The connection's condition Licensed. */
export function licensed(question: LicenseContext): ConditionValue {
  if (!question.any) {
    return question.required
      ? {
          status: 'False',
          reason: 'NotAssigned',
          message: 'this installation requires a License and there is none: apply a License that names the store',
        }
      : { status: 'True', reason: 'LicensingNotRequired', message: 'no License is required here' };
  }
  if (question.assigned.length === 0) {
    return {
      status: 'False',
      reason: 'NotAssigned',
      message: `no License names the store ${question.storeKey}: add it to spec.stores of one`,
    };
  }
  const findings = question.assigned.map(({ license, seats }) =>
    seatFinding(license, seats.get(question.storeKey), question),
  );
  const granted = findings.find(({ status }) => status === 'True');
  return (
    granted ??
    (findings.sort((a, b) => REFUSAL_RANK.indexOf(b.reason) - REFUSAL_RANK.indexOf(a.reason))[0] as ConditionValue)
  );
}

function seatFinding(
  license: LicenseResource,
  seat: Seat | undefined,
  { driver, now, storeKey }: LicenseContext,
): ConditionValue {
  const name = `License ${license.metadata.name}`;
  const validity = validityOf(license, now);
  if (validity.state === 'NotYetValid') return refused('NotYetValid', `${name} is valid from ${validity.from} on`);
  if (validity.state === 'Expired')
    return refused('Expired', `${name} ended on ${validity.at} and its grace period is over: renew it (spec.notAfter)`);
  if (license.spec.drivers && !license.spec.drivers.includes(driver)) {
    return refused(
      'DriverNotLicensed',
      `${name} does not cover the driver "${driver}": it covers ${license.spec.drivers.join(', ')}`,
    );
  }
  if (!seat?.seated) {
    return refused(
      seat?.reason ?? 'SeatsExhausted',
      `all ${license.spec.seats} seats of ${name} are taken by stores assigned before ${storeKey}: raise spec.seats or take a store off spec.stores`,
    );
  }
  if (validity.state === 'GracePeriod') {
    return {
      status: 'True',
      reason: 'GracePeriod',
      message: `${name} ended on ${license.spec.notAfter}; the store runs on until ${validity.until}: renew it`,
    };
  }
  return { status: 'True', reason: 'Seated', message: `the store has a seat of ${name}` };
}

function refused(reason: string, message: string): ConditionValue {
  return { status: 'False', reason, message };
}
