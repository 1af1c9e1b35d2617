import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyBuffer } from './copy.ts';
import { copyColumn, copyColumnWhereEmpty, eachCopyRow, wholeNumberAt } from './copy-reader.ts';

const copied = (rows: readonly (readonly string[])[]): Buffer => {
  const buffer = new CopyBuffer();
  for (const row of rows) buffer.row(row);
  return buffer.view();
};

describe('a column of COPY text', () => {
  it.each([
    [0, ['a', 'é']],
    [1, ['b', 'f']],
    [2, ['c', 'g']],
  ])('number %i is found', (column, values) => {
    expect(
      copyColumn(
        copied([
          ['a', 'b', 'c'],
          ['é', 'f', 'g'],
        ]),
        column,
      ),
    ).toEqual(values);
  });

  it('that repeats itself comes once', () => {
    expect(
      copyColumn(
        copied([
          ['1', 'x'],
          ['1', 'y'],
          ['2', 'z'],
          ['1', 'w'],
        ]),
        0,
      ),
    ).toEqual(['1', '2', '1']);
  });

  it.each([
    ['NULL', Buffer.from('a\t\\N\n')],
    ['an escape', Buffer.from('a\tb\\tc\n')],
    // It was looked for behind the end of the data, without an end.
    ['no such column in the last row', Buffer.from('a\tb\na\n')],
    ['no such column in a row between', Buffer.from('a\na\tb\n')],
    ['no such column and no end of the row', Buffer.from('a')],
  ])('with %s is not read', (_what, data) => {
    expect(copyColumn(data, 1)).toBeUndefined();
  });

  it('is not disturbed by escapes in other columns', () => {
    expect(
      copyColumn(
        copied([
          ['a\tb', 'x', '\\'],
          ['\n', 'y', '\\N'],
        ]),
        1,
      ),
    ).toEqual(['x', 'y']);
  });

  it('holds what was written', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '0', 'ü', '😀', ' ') });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), plain, fc.string()), { minLength: 1, maxLength: 20 }), (rows) => {
        const distinct = rows
          .map(([, value]) => value)
          .filter((value, index, all) => index === 0 || all[index - 1] !== value);
        expect(copyColumn(copied(rows), 1)).toEqual(distinct);
      }),
    );
  });
});

describe('several columns of COPY text', () => {
  const read = (rows: readonly (readonly string[])[], columns: readonly number[]) => {
    const data = copied(rows);
    const seen: string[][] = [];
    const all = eachCopyRow(data, columns, (bounds) =>
      seen.push(columns.map((_, index) => data.toString('utf8', bounds[2 * index], bounds[2 * index + 1]))),
    );
    return { all, seen };
  };

  it('are read in one pass, whatever stands between and behind them', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '0', 'ü', '😀', ' ') });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(plain, fc.string(), plain, plain, fc.string()), { maxLength: 20 }),
        fc.subarray([0, 2, 3], { minLength: 1 }),
        (rows, columns) => {
          expect(read(rows, columns)).toEqual({
            all: true,
            seen: rows.map((row) => columns.map((column) => row[column]!)),
          });
        },
      ),
    );
  });

  it('end at the first value that is escaped', () => {
    expect(
      read(
        [
          ['a', 'b'],
          ['c', 'd\n'],
          ['e', 'f'],
        ],
        [0, 1],
      ),
    ).toEqual({ all: false, seen: [['a', 'b']] });
  });

  it('tell one where another is empty', () => {
    const rows = [
      ['1', 'A', ''],
      ['1', 'B', 'Fee'],
      ['1', 'B', ''],
      ['2', 'B', ''],
    ];
    expect(copyColumnWhereEmpty(copied(rows), 1, 2)).toEqual(['A', 'B']);
    expect(copyColumnWhereEmpty(copied([...rows, ['2', '\\', 'Fee']]), 1, 2)).toBeUndefined();
  });
});

describe('a whole number in COPY text', () => {
  it.each([
    ['0', 0],
    ['-12', -12],
    ['999999999999999', 999_999_999_999_999],
    ['9999999999999999', undefined],
    ['1.5', undefined],
    ['NaN', undefined],
    ['-', undefined],
    ['', undefined],
    ['1e3', undefined],
    ['+1', undefined],
  ])('%s', (text, value) => {
    expect(wholeNumberAt(Buffer.from(`x${text}\t`), 1, 1 + text.length)).toBe(value);
  });
});
