import { describe, expect, it } from '@jest/globals';
import { standingOf, type Standing } from './grace.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-06-01T00:00:00Z');
const UNTIL = '2026-06-15T00:00:00Z';
const no = { status: 'False', reason: 'NotAssigned', message: 'no License names the store n/b' } as const;
const standing = (over: Partial<Standing> = {}): Standing => ({
  ...{ required: true, runs: true, until: undefined, graceMs: 14 * DAY_MS, now: NOW },
  ...over,
});

describe('a connection without a seat', () => {
  it.each([true, false])('runs where no License is required, and is told what it lacks (runs already: %s)', (runs) => {
    expect(standingOf(no, standing({ required: false, runs }))).toEqual({
      mayRun: true,
      finding: { ...no, message: expect.stringMatching(/^no License names.*requires no License$/) },
    });
  });

  it('runs on for the grace period if it ran, and says until when', () => {
    const told = standingOf(no, standing());
    expect(told).toEqual({
      ...{ mayRun: true, until: UNTIL },
      finding: { status: 'True', reason: 'GracePeriod', message: expect.stringContaining(`until ${UNTIL}`) },
    });
    expect(standingOf(no, standing({ until: UNTIL, now: new Date('2026-06-14T23:59:59Z') }))).toEqual(told);
  });

  it('stops then, once for all: a pod that is still there begins no other', () => {
    const over = { mayRun: false, until: UNTIL, finding: no };
    expect(standingOf(no, standing({ until: UNTIL, now: new Date(UNTIL) }))).toEqual(over);
    expect(standingOf(no, standing({ until: UNTIL, runs: false, now: new Date('2027-01-01T00:00:00Z') }))).toEqual(
      over,
    );
  });

  it.each<[string, Partial<Standing>, string]>([
    ['it is new', { runs: false }, 'NotAssigned'],
    ['its License has ended, with the grace period that it had', {}, 'Expired'],
    ['the installation gives none', { graceMs: 0 }, 'NotAssigned'],
  ])('does not run where %s', (_why, over, reason) => {
    expect(standingOf({ ...no, reason }, standing(over))).toMatchObject({
      mayRun: false,
      finding: { status: 'False' },
    });
  });

  it('has its whole grace period again once it had a seat in between', () => {
    const seated = { status: 'True', reason: 'Seated', message: 'it has one' } as const;
    expect(standingOf(seated, standing({ until: UNTIL }))).toEqual({ mayRun: true, finding: seated });
  });
});
