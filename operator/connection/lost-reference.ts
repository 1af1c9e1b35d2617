import { findCondition, type Condition, type ConditionValue } from '../../kit/conditions.ts';
import type { ConnectionSnapshot } from './gather.ts';
import type { Refusal } from './policies.ts';

/** What a connection needs and was deleted while its pod ran, by the reason for which a new one would wait. */
const GONE: Readonly<Record<string, { readonly reason: string; readonly effect: string }>> = {
  StoreNotFound: {
    reason: 'StoreGone',
    effect: "the sync pod goes on as it was; the back office's key no longer opens the Store",
  },
  CredentialNotFound: { reason: 'CredentialGone', effect: 'the sync pod goes on with the Secret that it has' },
  DriverNotFound: { reason: 'DriverGone', effect: 'the sync pod goes on as it was' },
};

/**
 * What the API server took, an operator with newer rules would refuse: it keeps what is stored, and so do we. So too
 * where the Driver is another: one edit of it would stop every shop that it connects.
 */
const NO_LONGER_VALID = 'NoLongerValid';

/**
 * The refusal of a connection that ran until a resource it names was deleted (somebody's mistake, or a tool that prunes
 * and applies again), or until an upgrade or its Driver brought rules that its spec does not keep. Its last good pod is
 * left alone, for the length of the spec that it was made for (decision 0021). Undefined: it is refused for another
 * reason too (where its keys may not go any more stands behind a setting that is missing), for none, or nothing runs.
 * Pure.
 */
export function lostReference(snapshot: ConnectionSnapshot, refusals: readonly Refusal[]): Refusal | undefined {
  const [refusal] = refusals;
  if (!refusal || snapshot.outlivesReferences === false || !ranBefore(snapshot)) return undefined;
  if (!refusals.every((one) => one.byRules || goneOf(one))) return undefined;
  if (refusal.byRules)
    return {
      reason: NO_LONGER_VALID,
      message: `${refusal.message}. It was valid before an upgrade or a change of its Driver: the sync pod goes on as it was, until the spec changes`,
    };
  const gone = goneOf(refusal);
  if (!gone) return undefined;
  return { reason: gone.reason, message: `${refusal.message}. It was deleted while in use: ${gone.effect}` };
}

const goneOf = ({ waits, reason }: Refusal) => (waits ? GONE[reason] : undefined);

/** Whether the pod that runs was made for the spec as it is, when all that it names was there. */
function ranBefore({ connection, deployment }: ConnectionSnapshot): boolean {
  const accepted = findCondition(connection.status?.conditions, 'Accepted');
  if (!accepted || accepted.observedGeneration !== connection.metadata.generation) return false;
  return deployment?.spec.replicas === 1 && (accepted.status === 'True' || isGone(accepted));
}

const isGone = ({ reason }: Condition): boolean =>
  reason === NO_LONGER_VALID || Object.values(GONE).some((gone) => gone.reason === reason);

/**
 * A licence's seat is a Store's: while the Store is gone, the seat that it had stays. A connection without one has its
 * grace period, or needs none: that is judged anew.
 */
export function licenseBefore(
  { connection }: ConnectionSnapshot,
  lost: Refusal | undefined,
  license: ConditionValue,
): ConditionValue {
  const before = findCondition(connection.status?.conditions, 'Licensed');
  const hadSeat = before?.status === 'True' && connection.status?.licenseGraceUntil === undefined;
  if (lost?.reason !== 'StoreGone' || !hadSeat) return license;
  return { status: before.status, reason: before.reason, message: before.message };
}
