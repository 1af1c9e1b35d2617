import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CursorSemantics } from '../../drivers/contract/index.ts';
import type { Checkpoint } from '../../model/batch.ts';
import { finalCheckpoint, newest, pageCheckpoint, planRun, type RunPlan } from './cursor.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
const SINCE = '2026-05-02T11:00:00.000Z';
const changes: CursorSemantics = { kind: 'changes' };

describe('a run', () => {
  it.each<[string, Checkpoint | undefined, CursorSemantics | undefined, RunPlan]>([
    ['reads everything at first', undefined, changes, { fullCompare: true }],
    ['reads everything where nothing was ever seen', {}, changes, { fullCompare: true }],
    [
      'reads everything where the platform cannot filter',
      { since: SINCE },
      { kind: 'full' },
      { fullCompare: true, high: SINCE },
    ],
    ['reads everything where the driver says nothing', { since: SINCE }, undefined, { fullCompare: true, high: SINCE }],
    [
      'reads from the last position less two minutes',
      { since: SINCE },
      changes,
      { since: '2026-05-02T10:58:00.000Z', high: SINCE, fullCompare: false },
    ],
    [
      "reads from the last position less the driver's overlap",
      { since: SINCE },
      { kind: 'changes', overlapSeconds: 600 },
      { since: '2026-05-02T10:50:00.000Z', high: SINCE, fullCompare: false },
    ],
    [
      'reads from the position itself where rows never come late',
      { since: SINCE },
      { kind: 'changes', overlapSeconds: 0 },
      { since: SINCE, high: SINCE, fullCompare: false },
    ],
    [
      'goes on after the last page where one was interrupted',
      { since: SINCE, run: { since: 'A', high: 'B', resume: 'page 9' } },
      changes,
      { since: 'A', resume: 'page 9', high: 'B', fullCompare: false },
    ],
    [
      'goes on with an interrupted reading of everything',
      { since: SINCE, run: { high: 'B', resume: 'page 9' } },
      changes,
      { resume: 'page 9', high: 'B', fullCompare: true },
    ],
  ])('%s', (_what, checkpoint, semantics, plan) => {
    expect(planRun(checkpoint, semantics, NOW)).toEqual(checkpoint?.run ? plan : { ...plan, began: NOW.toISOString() });
  });

  it.each<[string, CursorSemantics['fallback'], string | undefined, boolean]>([
    ['a day after the last', 'fullCompare', '2026-05-01T12:00:00Z', true],
    ['not a second earlier', 'fullCompare', '2026-05-01T12:00:01Z', false],
    ['when there never was one', 'fullCompare', undefined, true],
    ['not where the driver needs none', undefined, undefined, false],
    ['not where open records are looked at', 'rereadOpen', undefined, false],
  ])('compares everything %s', (_what, fallback, comparedAt, due) => {
    expect(planRun({ since: SINCE, comparedAt }, { kind: 'changes', fallback }, NOW).fullCompare).toBe(due);
  });

  it('keeps the highest position it knew through a full compare', () => {
    const plan = planRun({ since: SINCE }, { kind: 'changes', fallback: 'fullCompare' }, NOW);
    expect(plan).toEqual({ fullCompare: true, high: SINCE, began: NOW.toISOString() });
    expect(finalCheckpoint({ since: SINCE }, plan, newest(plan.high, '2020-01-01T00:00:00Z'), NOW).since).toBe(SINCE);
  });
});

describe('the checkpoint after a page', () => {
  it('tells a next run to go on from there, and to count from where this one counted', () => {
    const plan = planRun({ since: SINCE, comparedAt: 'C' }, changes, NOW);
    const saved = pageCheckpoint({ since: SINCE, comparedAt: 'C' }, plan, '2026-05-02T11:30:00.000Z', 'page 3');
    expect(saved).toEqual({
      since: SINCE,
      comparedAt: 'C',
      run: { since: plan.since, high: '2026-05-02T11:30:00.000Z', resume: 'page 3', began: NOW.toISOString() },
    });
    expect(planRun(saved, changes, NOW)).toEqual({
      since: plan.since,
      resume: 'page 3',
      high: '2026-05-02T11:30:00.000Z',
      began: NOW.toISOString(),
      fullCompare: false,
    });
  });

  it('survives being stored as JSON', () => {
    const saved = JSON.parse(
      JSON.stringify(pageCheckpoint(undefined, { fullCompare: true }, undefined, 'page 1')),
    ) as Checkpoint;
    expect(planRun(saved, changes, NOW)).toEqual({ resume: 'page 1', fullCompare: true });
  });
});

describe('the checkpoint at the end', () => {
  it.each<[string, Checkpoint | undefined, string | undefined, string | undefined]>([
    ['is the newest change', { since: SINCE }, '2026-05-02T11:59:59.000Z', '2026-05-02T11:59:59.000Z'],
    ['stays where nothing was seen', { since: SINCE }, undefined, SINCE],
    ['is none where nothing was ever seen', undefined, undefined, undefined],
    ['never goes past the clock of the store', { since: SINCE }, '2031-01-01T00:00:00.000Z', NOW.toISOString()],
  ])('%s', (_what, before, high, since) => {
    expect(finalCheckpoint(before, { fullCompare: false }, high, NOW).since).toBe(since);
  });

  it('never goes past the beginning of a reading that was interrupted: what was committed late behind it is within the overlap of that', () => {
    const hourLater = new Date(NOW.getTime() + 3_600_000);
    const first = planRun({ since: SINCE }, changes, NOW);
    const saved = pageCheckpoint({ since: SINCE }, first, SINCE, 'page 1');
    const resumed = planRun(saved, changes, hourLater);
    expect(finalCheckpoint(saved, resumed, hourLater.toISOString(), hourLater).since).toBe(NOW.toISOString());
  });

  it('forgets the interrupted run, so that the next begins anew', () => {
    expect(
      finalCheckpoint({ since: SINCE, run: { resume: 'x' } }, { fullCompare: false }, SINCE, NOW).run,
    ).toBeUndefined();
  });

  it('notes a full compare, and keeps the note of the last otherwise', () => {
    expect(finalCheckpoint({ comparedAt: 'C' }, { fullCompare: true }, SINCE, NOW).comparedAt).toBe(NOW.toISOString());
    expect(finalCheckpoint({ comparedAt: 'C' }, { fullCompare: false }, SINCE, NOW).comparedAt).toBe('C');
  });
});

describe('newest', () => {
  it.each<[string | undefined, string | undefined, string | undefined]>([
    [undefined, undefined, undefined],
    [SINCE, undefined, SINCE],
    [undefined, '2026-05-02T11:00:00Z', SINCE],
    [SINCE, '2026-05-02T12:30:00+02:00', SINCE],
    [SINCE, '2026-05-02T13:30:00+02:00', '2026-05-02T11:30:00.000Z'],
    [SINCE, 'yesterday', SINCE],
  ])('of %s and %s is %s', (high, updatedAt, result) => {
    expect(newest(high, updatedAt)).toBe(result);
  });
});

describe('a run that is short of what the store announced', () => {
  const before = { since: '2025-06-01T00:00:00.000Z' };
  const plan = planRun(before, { kind: 'changes' }, NOW);

  it('does not move the position: the next run reads the same again', () => {
    const after = finalCheckpoint(before, plan, '2025-07-01T00:00:00.000Z', NOW, 2);
    expect(after).toEqual({ ...before, shortBy: 2 });
    expect(planRun(after, { kind: 'changes' }, NOW)).toEqual(plan);
  });

  it('moves it when the next run is short by as many: the store counts wrongly', () => {
    expect(finalCheckpoint({ ...before, shortBy: 2 }, plan, '2025-07-01T00:00:00.000Z', NOW, 2)).toEqual({
      since: '2025-07-01T00:00:00.000Z',
      shortBy: 2,
    });
  });

  it('is forgotten by a run that ties out', () => {
    expect(finalCheckpoint({ ...before, shortBy: 2 }, plan, '2025-07-01T00:00:00.000Z', NOW)).toEqual({
      since: '2025-07-01T00:00:00.000Z',
    });
  });
});

describe('over many runs', () => {
  const minute = 60_000;
  const stamp = fc
    .integer({ min: -5000, max: 50_000 })
    .map((minutes) => new Date(NOW.getTime() + minutes * minute).toISOString());
  const run = fc.record({
    stamps: fc.array(stamp, { maxLength: 6 }), // changes in any order, old and in the future
    minutes: fc.integer({ min: 0, max: 3000 }),
    cutAfter: fc.option(fc.nat(5), { nil: undefined }), // killed after this page
    fallback: fc.constantFrom(undefined, 'fullCompare' as const),
  });

  it("the position never goes back, and never past the store's clock", () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
        let now = NOW.getTime();
        let checkpoint: Checkpoint | undefined;
        for (const { stamps, minutes, cutAfter, fallback } of runs) {
          now += minutes * minute;
          const before = checkpoint;
          const plan = planRun(checkpoint, { kind: 'changes', fallback }, new Date(now));
          let high = plan.high;
          for (const [page, at] of stamps.entries()) {
            high = newest(high, at);
            checkpoint = pageCheckpoint(before, plan, high, `page ${page}`);
            if (page === cutAfter) break;
          }
          const cut = cutAfter !== undefined && cutAfter < stamps.length;
          if (!cut) checkpoint = finalCheckpoint(before, plan, high, new Date(now));
          if (before?.since) expect((checkpoint?.since ?? '') >= before.since).toBe(true);
          if (checkpoint?.since) expect(Date.parse(checkpoint.since)).toBeLessThanOrEqual(now);
        }
      }),
    );
  });

  it('what changes after a run is in reach of the next', () => {
    fc.assert(
      fc.property(stamp, fc.integer({ min: 0, max: 3600 }), (high, overlapSeconds) => {
        const end = finalCheckpoint(undefined, { fullCompare: true }, high, NOW);
        const next = planRun(end, { kind: 'changes', overlapSeconds }, new Date(NOW.getTime() + minute));
        expect(Date.parse(next.since!)).toBe(Math.min(Date.parse(high), NOW.getTime()) - overlapSeconds * 1000);
      }),
    );
  });
});
