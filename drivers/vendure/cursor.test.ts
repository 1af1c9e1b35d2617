import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { advance, decode, encode, position, startAt, type Position } from './cursor.ts';

interface Row {
  readonly id: number;
  /** Microseconds, as PostgreSQL keeps them. */
  readonly at: number;
}

/** What Vendure does: strictly after, by time and id, times cut to milliseconds. */
function storeWindow(rows: readonly Row[], from: Position, take: number): { id: number; time: string }[] {
  const after = Date.parse(from.after) * 1000;
  return rows
    .filter(({ at }) => at > after)
    .toSorted((a, b) => a.at - b.at || a.id - b.id)
    .slice(from.skip, from.skip + take)
    .map(({ id, at }) => ({ id, time: new Date(Math.floor(at / 1000)).toISOString() }));
}

function readAll(rows: readonly Row[], take: number, since?: string): { ids: number[]; windows: number } {
  const ids: number[] = [];
  let windows = 0;
  for (let at = startAt(since); ;) {
    const window = storeWindow(rows, at, take);
    if (window.length === 0) return { ids, windows };
    ids.push(...window.map(({ id }) => id));
    at = advance(
      at,
      window.map(({ time }) => time),
    );
    windows += 1;
    if (windows > 10 * rows.length + 10) throw new Error('it goes round and round');
  }
}

const BASE = Date.parse('2026-11-24T10:00:00.000Z') * 1000;
const rowsWithin = (span: number, step = 1): fc.Arbitrary<Row[]> =>
  fc
    .array(fc.integer({ min: 0, max: span }), { maxLength: 60 })
    .map((times) => times.map((time, id) => ({ id, at: BASE + Math.floor(time / step) * step })));

describe('the cursor', () => {
  it('reads every row at least once and comes to an end, whatever the times and the page', () => {
    fc.assert(
      fc.property(rowsWithin(5000), fc.integer({ min: 1, max: 7 }), (rows, take) => {
        const { ids, windows } = readAll(rows, take);
        expect(new Set(ids).size).toBe(rows.length);
        expect(windows).toBeLessThanOrEqual(2 * rows.length + 1);
      }),
    );
  });

  it('reads every row exactly once where times have whole milliseconds', () => {
    fc.assert(
      fc.property(rowsWithin(20_000, 1000), fc.integer({ min: 1, max: 7 }), (rows, take) => {
        expect(readAll(rows, take).ids.toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
      }),
    );
  });

  it('includes rows of the very moment it begins at', () => {
    const rows = [
      { id: 1, at: BASE - 1000 },
      { id: 2, at: BASE },
      { id: 3, at: BASE + 1 },
    ];
    expect(readAll(rows, 10, new Date(BASE / 1000).toISOString()).ids).toEqual([2, 3]);
  });

  it('counts on among thousands of rows of one moment, as a bulk import leaves them', () => {
    const rows = Array.from({ length: 2500 }, (_, id) => ({ id, at: BASE }));
    expect(readAll(rows, 1000).ids).toHaveLength(2500);
  });

  it('starts anew from a token that it cannot understand', () => {
    expect(decode(position, encode({ after: '2026-01-01T00:00:00.000Z', skip: 2, read: 9 }))).toEqual({
      after: '2026-01-01T00:00:00.000Z',
      skip: 2,
      read: 9,
    });
    for (const token of [undefined, '', 'page 4', '{"after":4}', '[]']) expect(decode(position, token)).toBeUndefined();
    expect(decode(z.object({}), 'null')).toBeUndefined();
  });

  it('names a time that is none', () => {
    expect(() => advance(startAt(undefined), ['yesterday'])).toThrow('"yesterday"');
  });
});
