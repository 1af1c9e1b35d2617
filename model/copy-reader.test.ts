import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyBuffer } from './copy.ts';
import { copyColumn } from './copy-reader.ts';

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
