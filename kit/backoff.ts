/**
 * Exponential growth with a ceiling; `jitter` is the share that is random, so that what failed together does not retry
 * together.
 */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  readonly jitter: number;
}

/** The wait before attempt number `failures + 1`. `random` gives [0, 1). */
export function backoffDelay(
  { initialMs, maxMs, factor, jitter }: Backoff,
  failures: number,
  random: () => number,
): number {
  const full = Math.min(maxMs, initialMs * factor ** Math.min(failures, 64));
  return Math.round(full * (1 - jitter * random()));
}
