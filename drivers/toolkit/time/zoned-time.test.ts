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
