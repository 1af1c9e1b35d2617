import { Cron } from 'croner';
import { parseDuration } from './duration.ts';
import { defaultScheduleOf, type FeedType } from './feeds.ts';

/** Records in a page where the Feed says nothing; a driver may give fewer. */
export const DEFAULT_BATCH_SIZE = 250;
/** How often a credential is tested against the shop where it says nothing. */
export const DEFAULT_RECHECK_MS = 3_600_000;

/** Without a freshness of its own a feed may miss two runs: it is stale when the third one is due. */
const RUNS_OF_GRACE = 3;
/** A run takes its time, and so does a restart. */
const LEAST_FRESHNESS_MS = 300_000;
/** Runs are looked for from here on, so that the answer is the same at any time. */
const REFERENCE = new Date('2026-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Enough days with runs to meet each weekend, and each month of a schedule of two days a month. */
const DAYS_LOOKED_AT = 40;
const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};

/** What a Feed says about when it runs. */
export interface FeedTiming {
  readonly type: FeedType;
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly freshness?: string;
}

/**
 * The schedule in force: the Feed's own, else the driver's for the type, else the type's. Undefined: the feed runs
 * once.
 */
export function scheduleOf(timing: FeedTiming, ofDriver: string | undefined): string | undefined {
  return timing.schedule ?? ofDriver ?? defaultScheduleOf(timing.type);
}

/** Runs of one schedule are spread over this long at most, whatever its connection. */
const SPREAD_MS = 60_000;

/**
 * A schedule in its time zone, parsed once; croner knows daylight saving. Throws where it cannot be understood. `place`
 * (0 to 1) is where in the minute (in its own interval, if that is shorter) it comes: a thousand feeds of every minute
 * must not all start in the same second.
 */
export class Schedule {
  readonly #cron: Cron;
  readonly #late: number;

  constructor(schedule: string, timeZone: string | undefined, place = 0) {
    this.#cron = new Cron(schedule, { timezone: timeZone ?? 'UTC', paused: true });
    const [one, two] = place === 0 ? [] : this.#cron.nextRuns(2, REFERENCE);
    const interval = one && two ? two.getTime() - one.getTime() : 0;
    this.#late = Math.floor(place * Math.min(SPREAD_MS, interval));
  }

  /** Its next time after `from`. */
  next(from: Date): Date | undefined {
    const time = this.#cron.nextRun(new Date(from.getTime() - this.#late));
    return time ? new Date(time.getTime() + this.#late) : undefined;
  }
}

/** Next time of a schedule after `from`, for who asks once. */
export function nextRun(schedule: string, timeZone: string | undefined, from: Date): Date | undefined {
  return new Schedule(schedule, timeZone).next(from);
}

/** Why a schedule or time zone cannot be used; undefined when it can. */
export function scheduleFault(schedule: string, timeZone: string | undefined): string | undefined {
  try {
    return nextRun(schedule, timeZone, REFERENCE) ? undefined : `schedule "${schedule}" never fires: correct it`;
  } catch (error) {
    return `schedule "${schedule}"${timeZone ? ` in time zone "${timeZone}"` : ''} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** So many different schedules are remembered. */
const MOST_KNOWN = 5000;

/**
 * What schedules come to: faults, and age limits of data. A cluster has few different ones, and finding the pauses of
 * one walks more than a hundred runs: so they are remembered.
 */
export class FreshnessRule {
  readonly #known = new Map<string, number | undefined>();
  readonly #faults = new Map<string, string | undefined>();

  /** As `scheduleFault`. */
  faultOf(schedule: string, timeZone: string | undefined): string | undefined {
    const key = `${schedule}\n${timeZone ?? ''}`;
    if (!this.#faults.has(key)) {
      if (this.#faults.size >= MOST_KNOWN) this.#faults.clear();
      this.#faults.set(key, scheduleFault(schedule, timeZone));
    }
    return this.#faults.get(key);
  }

  /**
   * The age limit asked for, else that of the schedule in force, which must be one without a fault. No data is of no
   * age: 0s asks for nothing.
   */
  of(timing: FeedTiming, schedule: string | undefined): number | undefined {
    const asked = parseDuration(timing.freshness ?? '');
    return asked || (schedule === undefined ? undefined : this.#bySchedule(schedule));
  }

  #bySchedule(schedule: string): number | undefined {
    if (!this.#known.has(schedule)) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(schedule, freshnessOf(schedule));
    }
    return this.#known.get(schedule);
  }
}

/**
 * The longest time that three runs one after the other can take to come, at least five minutes. A schedule of working
 * hours has it at the weekend: Friday 17:00 to Monday 11:00 for "0 9-17 * * 1-5".
 */
export function freshnessOf(schedule: string): number | undefined {
  const runs = runTimes(schedule);
  let longest: number | undefined;
  for (let index = RUNS_OF_GRACE; index < runs.length; index++) {
    const span = runs[index]! - runs[index - RUNS_OF_GRACE]!;
    if (longest === undefined || span > longest) longest = span;
  }
  return longest === undefined ? undefined : Math.max(LEAST_FRESHNESS_MS, longest);
}

/**
 * Times of many days in a row. The fields are looked at one by one: a schedule of every minute has 57,600 runs in forty
 * days.
 */
function runTimes(schedule: string): number[] {
  const fields = (NICKNAMES[schedule] ?? schedule).trim().split(/\s+/);
  const [minute, hour, ...days] = fields;
  const from = REFERENCE.getTime();
  const minutes = runsWithin(`${minute} * * * *`, from + HOUR_MS).map((time) => time - from);
  const hours = runsWithin(`0 ${hour} * * *`, from + DAY_MS).map((time) => time - from);
  const starts = new Cron(`0 0 ${days.join(' ')}`, { timezone: 'UTC', paused: true }).nextRuns(
    DAYS_LOOKED_AT,
    new Date(from - 1000),
  );
  return starts.flatMap((day) =>
    hours.flatMap((hourOffset) => minutes.map((minuteOffset) => day.getTime() + hourOffset + minuteOffset)),
  );
}

function runsWithin(schedule: string, end: number): number[] {
  const cron = new Cron(schedule, { timezone: 'UTC', paused: true });
  const times: number[] = [];
  let at = cron.nextRun(new Date(REFERENCE.getTime() - 1000));
  while (at && at.getTime() < end) {
    times.push(at.getTime());
    at = cron.nextRun(at);
  }
  return times;
}
