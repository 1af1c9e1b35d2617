import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Environment of a process of which there are many, each with little to keep: a young generation of 4 MiB instead of 16
 * (twice that is resident), one arena of glibc's malloc instead of one a thread. Has to be there when the process
 * starts.
 */
export const SMALL_HEAP_ENV: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--max-semi-space-size=4',
  MALLOC_ARENA_MAX: '1',
};

/**
 * Of a process of which there are many. To be called before anything else is loaded: parts of V8 take their flags when
 * they begin, and NODE_OPTIONS does not take these (Node.js documents v8.setFlagsFromString for it).
 *
 * V8 lets the old generation grow to a multiple of what survived before it collects again: for a process that streams
 * pages, that is garbage. 100,000 orders took 300 MiB so, and a quarter more of CPU in the process keeps them at 120.
 *
 * The HTTP parser of undici is WebAssembly: translated by the simple compiler alone it takes 8 MiB less.
 */
export function keepSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
  setFlagsFromString('--liftoff-only');
  setFlagsFromString('--no-wasm-tier-up');
}

/**
 * Of a process that hands other processes' bytes on. V8 counts them as growth, beside a heap that hardly grows, and may
 * then collect the whole heap for every ten megabytes that pass: 24 times in 20 seconds, a third of the hub's CPU. So
 * it may grow to three times what is alive, as V8 itself lets it where much is allocated.
 */
export function letGrow(): void {
  setFlagsFromString('--heap-growing-percent=200');
}

/**
 * One whole collection, once everything is loaded. Until its first V8 has nothing to measure by and lets the old
 * generation grow freely: of 100,000 orders the first 12,000 took the process from 110 to 153 MiB, which glibc kept;
 * later it needed 39 MiB of heap, not 61. About 20 ms.
 */
export function collectOnce(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
