import { NotConformant } from './demand.ts';

/** Of a tick in which the process did less than this share of work it is said that it waits. */
const IDLE_SHARE = 0.05;
const LONGEST_TICK_MS = 1000;
const TICKS = 20;

/** What this process has worked since it began (ms of a core). */
const workedByProcess = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * Refuses work that takes longer than `limitMs`, of which its own work counts and the time in which it waits for
 * something. Time in which others on the machine kept it from working does not: a busy machine refuses no good driver.
 */
export async function withinTime(
  work: Promise<void>,
  limitMs: number,
  worked: () => number = workedByProcess,
): Promise<void> {
  const tickMs = Math.min(LONGEST_TICK_MS, limitMs / TICKS);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    let [counted, before] = [0, worked()];
    timer = setInterval(() => {
      const now = worked();
      const share = now - before;
      before = now;
      counted += share < tickMs * IDLE_SHARE ? tickMs : share;
      if (counted >= limitMs) reject(new NotConformant(`takes more than ${limitMs / 1000} s and does not end`));
    }, tickMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearInterval(timer);
  }
}
