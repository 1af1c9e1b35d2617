import { findCondition } from '../../kit/conditions.ts';
import { keyOf, type Key } from '../../kit/kube/objects.ts';
import type { AnyConnection } from '../resources.ts';

interface Seen {
  readonly uid: string | undefined;
  readonly at: Date;
}

/**
 * When deletions were first seen, by the operator's own clock. `deletionTimestamp` is of the API server's: with clocks
 * a minute apart a deadline counted from it would be over before anything was done, or twice as long.
 */
export class FirstSeen {
  readonly #seen = new Map<Key, Seen>();

  /** An operator that was started anew goes by what the one before it wrote, should that be earlier. */
  of(connection: AnyConnection, now: Date): Date {
    const key = keyOf(connection);
    const { uid } = connection.metadata;
    const known = this.#seen.get(key);
    const seen = known?.uid === uid && known ? known : { uid, at: now };
    this.#seen.set(key, seen);
    const told = findCondition(connection.status?.conditions, 'Deleting');
    const toldAt = told?.status === 'True' ? Date.parse(told.lastTransitionTime) : Number.NaN;
    return toldAt < seen.at.getTime() ? new Date(toldAt) : seen.at;
  }

  /** The connection is gone. */
  forget(key: Key): void {
    this.#seen.delete(key);
  }
}
