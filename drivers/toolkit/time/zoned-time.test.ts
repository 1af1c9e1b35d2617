import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { zonedTime } from './zoned-time.ts';

describe('the local time of a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15 12:00:00', '2026-01-15T11:00:00.000Z'],
    ['Europe/Berlin', '2026-07-15T12:00', '2026-07-15T10:00:00.000Z'],
    ['America/New_York', '2026-07-15 12:00:00.250', '2026-07-15T16:00:00.250Z'],
    ['Asia/Kolkata', '2026-07-15 00:15:00', '2026-07-14T18:45:00.000Z'],
    ['UTC', '2026-07-15 00:15:00', '2026-07-15T00:15:00.000Z'],
  ])('in %s %s is one instant', (zone, local, instant) => {
    expect(zonedTime(zone).instants(local)).toEqual({ first: instant, last: instant });
  });

  it.each([
    ['Europe/Berlin', '2026-10-25 02:30:00', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'],
    ['America/New_York', '2026-11-01 01:00:00', '2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05 01:45:00', '2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z'],
  ])('in %s %s is two', (zone, local, first, last) => {
    expect(zonedTime(zone).instants(local)).toEqual({ first, last });
  });

  it('that there is not counts from before the clocks were moved', () => {
    const { first } = zonedTime('Europe/Berlin').instants('2026-03-29 02:30:00');
    expect(first).toBe('2026-03-29T01:30:00.000Z');
    expect(zonedTime('Europe/Berlin').local(first)).toBe('2026-03-29T03:30:00');
  });

  it('is what the clocks there show, also on the days on which they are moved', () => {
    const zones = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca'];
    for (const zone of zones) {
      const time = zonedTime(zone);
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
      const hours = fc.integer({ min: 946_684_800 / 3600, max: 2_208_988_800 / 3600 });
      fc.assert(
        fc.property(hours, fc.integer({ min: 0, max: 48 * 60 }), (hour, minutes) => {
          const at = hour * 3_600_000 + minutes * 60_000;
          expect(time.local(new Date(at).toISOString()).replace('T', ' ')).toBe(shown.format(at));
        }),
        { numRuns: 300 },
      );
      for (const moved of ['2025-03-30', '2025-10-26', '2026-04-05', '2011-12-30', '2010-11-07'])
        for (let minutes = -1440; minutes < 2880; minutes += 10) {
          const at = Date.parse(`${moved}T00:00:00Z`) + minutes * 60_000;
          expect(time.local(new Date(at).toISOString()).replace('T', ' ')).toBe(shown.format(at));
        }
    }
  });

  it('comes back from any instant', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 946_684_800, max: 2_208_988_800 }), (zone, seconds) => {
        const instant = new Date(seconds * 1000).toISOString();
        const time = zonedTime(zone);
        const { first, last } = time.instants(time.local(instant));
        expect([first, last]).toContain(instant);
      }),
    );
  });

  it.each(['', 'yesterday', '2026-13-01 00:00:00', '2026-07-15 12:00:00Z', '2026-07-15T12:00:00+02:00'])(
    '%p is none',
    (local) => {
      expect(() => zonedTime('Europe/Berlin').instants(local)).toThrow(RangeError);
    },
  );

  it('is refused for a zone that there is not', () => {
    expect(() => zonedTime('Europe/Bielefeld')).toThrow(RangeError);
  });
});
