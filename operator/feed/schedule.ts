import { Cron } from 'croner';
import type { FeedStatus, DriverResource, FeedResource } from '../../crds/index.ts';
import { FEED_TRAITS } from '../../model/feeds.ts';

const DEFAULT_BATCH = 250;
/** Freshness that nobody gave: data may miss two runs. */
const DEFAULT_INTERVALS = 3;
const MAX_REMEMBERED = 5000;
/** Intervals are looked for from here on, so that the answer is the same at any time. */
const REFERENCE = new Date('2026-01-01T00:00:00Z');

/** Schedules and the longest pause in each. A cluster has few different ones, and finding the pause walks sixty runs. */
export class Schedules {
  readonly #longest = new Map<string, number | undefined>();

  /** Values in force, defaults applied. Throws where the schedule or time zone is none. */
  effectiveValues({ spec }: FeedResource, driver: DriverResource): NonNullable<FeedStatus['effective']> {
    const offered = driver.spec.feeds.find(({ type }) => type === spec.type)?.defaultSchedule;
    const schedule = spec.schedule ?? offered ?? FEED_TRAITS[spec.type].defaultSchedule;
    const timeZone = spec.timeZone ?? 'UTC';
    const longest = schedule === undefined ? undefined : this.#longestInterval(schedule, timeZone);
    const freshness = spec.freshness ?? (longest === undefined ? undefined : duration(longest * DEFAULT_INTERVALS));
    return { ...(schedule === undefined ? {} : { schedule, timeZone }), batchSize: spec.batchSize ?? DEFAULT_BATCH, ...(freshness === undefined ? {} : { freshness }) };
  }

  #longestInterval(schedule: string, timeZone: string): number | undefined {
    const key = `${schedule} ${timeZone}`;
    if (!this.#longest.has(key)) {
      if (this.#longest.size >= MAX_REMEMBERED) this.#longest.clear();
      this.#longest.set(key, longestInterval(schedule, timeZone));
    }
    return this.#longest.get(key);
  }
}

/** A schedule of working hours has its longest pause at the weekend: that is the one that must not look stale. */
export function longestInterval(schedule: string, timeZone: string): number | undefined {
  const runs = new Cron(schedule, { timezone: timeZone, paused: true }).nextRuns(60, REFERENCE).map((date) => date.getTime());
  const gaps = runs.slice(1).map((time, index) => time - (runs[index] as number));
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/** Milliseconds as the API writes durations, in the largest units. */
export function duration(ms: number): string {
  let seconds = Math.round(ms / 1000);
  const parts: string[] = [];
  for (const [unit, size] of [['d', 86_400], ['h', 3600], ['m', 60], ['s', 1]] as const) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size)}${unit}`);
    seconds %= size;
  }
  return parts.join('') || '0s';
}
