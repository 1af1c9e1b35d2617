import type { Clock } from './clock.ts';

/**
 * Tells whether `ms` have gone by since now, by whichever of the clock's two times shows more: one that is set back
 * shows too little, and one that stands still while the machine sleeps as well.
 */
export function expiryTimer(clock: Clock, ms: number): () => boolean {
  const wall = clock.now().getTime();
  const monotonic = clock.monotonic?.();
  return () => clock.now().getTime() - wall >= ms || (monotonic !== undefined && clock.monotonic!() - monotonic >= ms);
}
