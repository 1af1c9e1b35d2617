import { describe, expect, it } from '@jest/globals';
import { formatDuration } from './duration.ts';
import { defaultScheduleOf, FEED_TYPES } from './feeds.ts';
import { FreshnessRule, freshnessOf, nextRun, Schedule, scheduleFault, scheduleOf } from './feed-rules.ts';

const asText = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : formatDuration(ms));

describe('how old the data of a feed may be', () => {
  it.each([
    ['every minute: at least five minutes', '* * * * *', '5m'],
    ['every ten minutes: three intervals', '*/10 * * * *', '30m'],
    ['daily: three days', '0 4 * * *', '3d'],
    ['hourly by nickname', '@hourly', '3h'],
    ['weekly by nickname', '@weekly', '21d'],
    ['hourly in working hours: Friday 18:00 to Monday 10:00', '0 8-18 * * 1-5', '2d16h'],
    ['every five minutes in working hours: Friday 18:55 to Monday 8:10', '*/5 8-18 * * 1-5', '2d13h15m'],
    ['twice a day on Mondays: a week, a run and a week again', '0 6,18 * * 1', '13d12h'],
    ['twice a month', '30 2 1,15 * *', '48d'],
    ['with names of days and ranges over them', '15 7,12 * * mon-wed', '5d19h'],
  ])('is, %s', (_what, schedule, expected) => {
    expect(asText(freshnessOf(schedule))).toBe(expected);
  });

  it('is right in working hours: never stale between runs, and stale on Monday after the third missed run', () => {
    const schedule = '0 9-17 * * 1-5';
    const limit = freshnessOf(schedule)!;
    let last = new Date('2026-03-02T09:00:00Z');
    for (let run = 0; run < 200; run++) {
      const next = nextRun(schedule, 'UTC', last)!;
      expect(next.getTime() - last.getTime()).toBeLessThan(limit);
      last = next;
    }
    expect(Date.parse('2026-05-04T11:00:01Z') - Date.parse('2026-05-01T17:00:00Z')).toBeGreaterThan(limit);
  });

  it('is what the Feed asks for, where it asks', () => {
    const rule = new FreshnessRule();
    expect(rule.of({ type: 'OrderImport', freshness: '90m' }, '* * * * *')).toBe(5_400_000);
    expect(rule.of({ type: 'OrderImport' }, '* * * * *')).toBe(300_000);
    // Else it would be Stale for ever.
    expect(rule.of({ type: 'OrderImport', freshness: '0s' }, '* * * * *')).toBe(300_000);
    expect(rule.of({ type: 'StockImport' }, undefined)).toBeUndefined();
  });
});

describe('the schedule in force', () => {
  it("is the Feed's own, else the driver's, else the type's", () => {
    expect(scheduleOf({ type: 'OrderImport', schedule: '0 1 * * *' }, '*/2 * * * *')).toBe('0 1 * * *');
    expect(scheduleOf({ type: 'OrderImport' }, '*/2 * * * *')).toBe('*/2 * * * *');
    expect(scheduleOf({ type: 'OrderImport' }, undefined)).toBe(defaultScheduleOf('OrderImport'));
    expect(scheduleOf({ type: 'StockImport' }, undefined)).toBeUndefined();
  });
});

describe('a schedule that cannot be used', () => {
  it.each<[string, string, string | undefined, RegExp]>([
    ['nonsense', 'every day', undefined, /"every day"/],
    ['a minute that is none', '61 * * * *', undefined, /"61 \* \* \* \*" cannot be used/],
    [
      'a time zone that is none',
      '0 4 * * *',
      'Europe/Bonn',
      /"0 4 \* \* \*" in time zone "Europe\/Bonn" cannot be used/,
    ],
    ['a day that never comes', '0 0 30 2 *', undefined, /"0 0 30 2 \*" never fires: correct it/],
  ])('is named: %s', (_what, schedule, zone, message) => {
    expect(scheduleFault(schedule, zone)).toMatch(message);
  });

  it.each(FEED_TYPES.flatMap((type) => defaultScheduleOf(type) ?? []))('is not the usual "%s"', (schedule) => {
    expect(scheduleFault(schedule, undefined)).toBeUndefined();
    expect(scheduleFault(schedule, 'Europe/Berlin')).toBeUndefined();
  });
});

describe('the place of a schedule in its minute', () => {
  const times = (schedule: string, place: number, count: number) => {
    const spread = new Schedule(schedule, undefined, place);
    let at = new Date('2026-03-01T10:00:00Z');
    return Array.from({ length: count }, () => (at = spread.next(at)!).toISOString().slice(11, 19));
  };

  it('moves each of its times by the same, less than a minute and less than its own interval', () => {
    expect(times('* * * * *', 0.25, 3)).toEqual(['10:00:15', '10:01:15', '10:02:15']);
    expect(times('0 6 * * *', 0.5, 2)).toEqual(['06:00:30', '06:00:30']);
    expect(times('*/2 * * * * *', 0.5, 2)).toEqual(['10:00:01', '10:00:03']);
    expect(times('* * * * *', 0, 1)).toEqual(['10:01:00']);
  });

  it('is as many runs as without', () => {
    const spread = new Schedule('*/5 * * * *', 'Europe/Berlin', 0.999);
    const until = new Date('2026-03-30T00:00:00Z');
    let runs = 0;
    for (let at: Date | undefined = new Date('2026-03-28T00:00:00Z'); at && at <= until; at = spread.next(at)) runs++;
    expect(runs - 1).toBe((48 * 60) / 5);
  });
});
