import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from './log.ts';

export interface WaitOptions {
  /** Longest time to wait, in milliseconds. */
  timeout: number;
  /** Pause between two looks, in milliseconds. */
  interval?: number;
  /** False ends the wait at once: what is waited for has died. */
  alive?: () => boolean;
  /** Log of the component, quoted when the wait fails. */
  logFile?: string;
}

/**
 * Waits until `look` returns something truthy and returns it. An error of
 * `look` counts as "not yet", and the last one is part of the final message:
 * no wait here is endless, and none fails without saying why.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const end = Date.now() + options.timeout;
  let lastError = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error);
    }
    const died = options.alive !== undefined && !options.alive();
    if (died || Date.now() >= end) {
      const reason = died ? 'its process has ended' : `not within ${Math.round(options.timeout / 1000)} s`;
      const details = [
        lastError && `last error: ${lastError}`,
        options.logFile && `end of ${options.logFile}:\n${lastLines(options.logFile)}`,
      ];
      throw new Error([`${what}: ${reason}`, ...details].filter(Boolean).join('\n'));
    }
    await sleep(options.interval ?? 100);
  }
}
