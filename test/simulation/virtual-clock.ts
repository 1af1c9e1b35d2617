import type { Clock } from '../../kit/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time of a simulation. Who must wait to go on (`foreground`: backoff, rate limits) moves time by waiting; who only
 * watches (`background`: the renewal of a lease) wakes when time has come to it, and moves nothing.
 */
export class VirtualClock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  readonly foreground: Clock = { now: () => this.now(), sleep: async (ms) => this.advance(ms) };
  readonly background: Clock = { now: () => this.now(), sleep: (ms, signal) => this.#watch(ms, signal) };

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }

  #watch(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  #next(until: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}
