import type { Clock } from '../../kit/clock.ts';

/**
 * One process. When it dies, whatever it waited for never comes, and nothing that it would do afterwards happens. When
 * it is stopped, it does nothing until it goes on, and does not know of it.
 */
export class Process {
  readonly #died = Promise.withResolvers<'died'>();
  readonly #heldAt: number;
  readonly #held = Promise.withResolvers<void>();
  readonly #letGo = Promise.withResolvers<void>();
  #going: Promise<void> | undefined;
  #calls = 0;
  dead = false;

  /** `heldAt`: before this call of it the simulation lets others go first, until it lets it go. */
  constructor(heldAt = Number.POSITIVE_INFINITY) {
    this.#heldAt = heldAt;
  }

  die(): Promise<never> {
    this.dead = true;
    this.#died.resolve('died');
    return new Promise(() => undefined);
  }

  /** What `work` gives, or `died`. */
  run<T>(work: Promise<T>): Promise<T | 'died'> {
    return Promise.race([work, this.#died.promise]);
  }

  /** Stopped until `meanwhile` is over. */
  async stopped(meanwhile: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#going = promise;
    try {
      await meanwhile();
    } finally {
      this.#going = undefined;
      resolve();
    }
  }

  /** Passed by whatever it does: before a call is made, before its answer is seen, before a timer is. */
  async awake(): Promise<void> {
    while (this.#going) await this.#going;
  }

  /** Before each call. */
  async turn(): Promise<void> {
    await this.awake();
    if (++this.#calls < this.#heldAt) return;
    this.#held.resolve();
    await this.#letGo.promise;
  }

  /** Resolves when it has come to the call at which it is held. */
  get held(): Promise<void> {
    return this.#held.promise;
  }

  letGo(): void {
    this.#letGo.resolve();
  }

  /** Its timers. */
  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        await this.awake();
      },
    };
  }
}
