/** Time as a dependency: everything that waits or stamps takes a Clock, so that tests move it by hand. */
export interface Clock {
  now(): Date;
  /** Milliseconds by a clock that nobody sets, from whatever beginning. Absent where `now` is never set either. */
  monotonic?(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects: callers look at the signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      // Longer than a timer of Node.js can be it would end at once.
      const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS));
      signal?.addEventListener('abort', done, { once: true });
    }),
};
