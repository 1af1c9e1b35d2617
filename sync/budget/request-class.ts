import { AsyncLocalStorage } from 'node:async_hooks';
import type { FeedClass } from '../../model/feeds.ts';

/** Which class the calls of a run belong to, carried along its awaits: a driver need not know of budgets. */
export class RequestClass {
  readonly #storage = new AsyncLocalStorage<FeedClass>();

  run<T>(feedClass: FeedClass, work: () => Promise<T>): Promise<T> {
    return this.#storage.run(feedClass, work);
  }

  /** Outside a run it is a check that someone waits for. */
  get current(): FeedClass {
    return this.#storage.getStore() ?? 'orders';
  }
}
