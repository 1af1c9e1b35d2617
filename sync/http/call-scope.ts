import { AsyncLocalStorage } from 'node:async_hooks';
import type { FeedClass } from '../../model/feeds.ts';

export interface Scope {
  /** Class of the budget. */
  readonly feedClass: FeedClass;
  /** Throws when a write must not be sent any more. */
  readonly assertMayWrite: () => void;
}

/** Outside a run it is a check that someone waits for, or a subscription: both may be done twice. */
const OUTSIDE: Scope = { feedClass: 'orders', assertMayWrite: () => undefined };

/**
 * Which run calls to the store are made for, carried along its awaits: a driver need not know of budgets and leases.
 */
export class CallScope {
  readonly #storage = new AsyncLocalStorage<Scope>();

  run<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    return this.#storage.run(scope, work);
  }

  get current(): Scope {
    return this.#storage.getStore() ?? OUTSIDE;
  }
}
