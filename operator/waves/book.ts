import type { Key } from '../../kit/kube/objects.ts';
import type { Grant } from './turn.ts';

interface Waiter {
  readonly revision: string;
  readonly grant?: Grant;
}

/**
 * Who waits for a turn and who has been given one that its Deployment does not show yet, by the Deployment's key. All
 * else is read from the Deployments: after a restart each connection says anew that it waits.
 */
export class RolloutBook {
  readonly #waiters = new Map<Key, Waiter>();
  #listener: () => void = () => {};

  /** Called when somebody waits who did not before. */
  onWaiting(listener: () => void): void {
    this.#listener = listener;
  }

  get size(): number {
    return this.#waiters.size;
  }

  wait(key: Key, revision: string): void {
    if (this.#waiters.get(key)?.revision === revision) return;
    this.#waiters.set(key, { revision });
    this.#listener();
  }

  grant(key: Key, grant: Grant): void {
    this.#waiters.set(key, { revision: grant.revision, grant });
  }

  /** It no longer waits, or could not be written: it says so anew. */
  leave(key: Key): void {
    if (this.#waiters.delete(key)) this.#listener();
  }

  waiter(key: Key): Waiter | undefined {
    return this.#waiters.get(key);
  }

  keys(): Key[] {
    return [...this.#waiters.keys()];
  }
}
