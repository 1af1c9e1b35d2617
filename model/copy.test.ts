import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyBuffer, type CopyValue } from './copy.ts';

const UNESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** PostgreSQL's text format as its manual describes it: rows by newline, columns by tab, `\N` is NULL, then escapes. */
function decode(text: string): (string | null)[][] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((row) =>
      row.split('\t').map((field) => {
        if (field === '\\N') return null;
        return field.replace(/\\(.)/gs, (_all, char: string) => UNESCAPED[char] ?? char);
      }),
    );
}

function copyRows(...rows: readonly (readonly CopyValue[])[]): string {
  const buffer = new CopyBuffer();
  for (const row of rows) buffer.row(row);
  return buffer.view().toString();
}

function meant(value: CopyValue): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return String(value).replaceAll('\0', '');
}

const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom('\\', '\t', '\n', '\r', '\0', 'N', 't', 'n', '.', 'é', '😀') }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\\N', '\\.', '', '\\\\N', 'NULL'),
);
const value: fc.Arbitrary<CopyValue> = fc.oneof(
  hostile,
  hostile,
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
);

describe('a row', () => {
  it.each<[string, CopyValue, string]>([
    ['a tab', 'a\tb', 'a\\tb'],
    ['a newline', 'a\nb', 'a\\nb'],
    ['a carriage return', 'a\rb', 'a\\rb'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['the text \\N, which is not NULL', '\\N', '\\\\N'],
    ['the end-of-data mark', '\\.', '\\\\.'],
    ['NUL, which text cannot hold', 'a\0b', 'ab'],
    ['an empty text, which is not NULL', '', ''],
    ['undefined', undefined, '\\N'],
    ['null', null, '\\N'],
    ['true', true, 't'],
    ['false', false, 'f'],
    ['zero', 0, '0'],
  ])('writes %s', (_what, given, written) => {
    expect(copyRows([given])).toBe(`${written}\n`);
  });

  it('puts tabs between columns and a newline after the row', () => {
    expect(copyRows(['a', 1, undefined, 'd'])).toBe('a\t1\t\\N\td\n');
  });

  it('is read back by PostgreSQL as it was given, rows and columns kept apart', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), (rows) => {
        expect(decode(copyRows(...rows))).toEqual(rows.map((row) => row.map(meant)));
      }),
      { numRuns: 500 },
    );
  });
});
