import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencyExponent } from '../../../model/money.ts';
import { exact, minus, plus, sum, total, units, type Amount, type Exact } from './exact.ts';

/** The same by digits and bigints alone. */
function byDigits(text: string): bigint {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  const size = BigInt(whole + fraction.slice(0, 8).padEnd(8, '0'));
  return sign ? -size : size;
}

function unitsByDigits(value: bigint, currency: string, part: number, whole: number): bigint {
  const divisor = 10n ** BigInt(8 - currencyExponent(currency)) * BigInt(whole);
  const size = ((value < 0n ? -value : value) * BigInt(part) + divisor / 2n) / divisor;
  return value < 0n ? -size : size;
}

/** Amounts as shops write them, and such as no shop does: long, tiny, enormous. */
const text = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.oneof(fc.nat(9999).map(String), fc.stringMatching(/^(0|[1-9]\d{0,19})$/)),
    fraction: fc.oneof(fc.stringMatching(/^\d{0,4}$/), fc.stringMatching(/^\d{0,20}$/)),
  })
  .map(({ sign, whole, fraction }) => `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`);
const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
const many = { numRuns: 5000 };

describe('an exact amount', () => {
  it('of a text is that of its digits', () => {
    fc.assert(
      fc.property(text, (given) => BigInt(exact(given)) === byDigits(given)),
      many,
    );
  });

  it('of a number is that of the digits that JSON had', () => {
    const four = fc.tuple(fc.integer({ min: -(10 ** 11), max: 10 ** 11 }), fc.integer({ min: 0, max: 8 }));
    fc.assert(
      fc.property(four, ([digits, behind]) => {
        const sign = digits < 0 ? '-' : '';
        const padded = String(Math.abs(digits)).padStart(behind + 1, '0');
        const at = padded.length - behind;
        const written = `${sign}${padded.slice(0, at)}${behind === 0 ? '' : `.${padded.slice(at)}`}`;
        expect(BigInt(exact(JSON.parse(written) as number))).toBe(byDigits(written));
      }),
      many,
    );
  });

  it.each([
    [0.1, 10_000_000n],
    [-0, 0n],
    [1e-7, 10n],
    [0.00000001, 1n],
    ['0.99999999999999999999', 99_999_999n],
    [' 12.5 ', 1_250_000_000n],
    [22_517_998.13685248, 2_251_799_813_685_248n],
    [1e20, 10n ** 28n],
  ])('of %p is %p', (given, expected) => {
    expect(BigInt(exact(given))).toBe(expected);
    expect(Object.is(exact(given), -0)).toBe(false);
  });

  it.each([
    '',
    ' ',
    '1e5',
    '1,50',
    'free',
    '--1',
    '.5',
    '5.',
    'NaN',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e21,
    '0x10',
  ])('%p is none', (given) => {
    expect(() => exact(given)).toThrow('is no amount');
  });

  it('is added and taken off as bigints are', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), text, (all, less) => {
        const added = all.reduce((value, each) => value + byDigits(each), 0n);
        expect(BigInt(total(...all, null, undefined))).toBe(added);
        expect(BigInt(minus(total(...all), exact(less)))).toBe(added - byDigits(less));
        expect(BigInt(plus(exact(less), total(...all)))).toBe(added + byDigits(less));
      }),
      many,
    );
  });

  it('is rounded half away from zero, whatever part of it is asked for', () => {
    const safe = BigInt(Number.MAX_SAFE_INTEGER);
    fc.assert(
      fc.property(text, currency, fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (given, of, part, whole) => {
        const expected = unitsByDigits(byDigits(given), of, part, whole);
        const found = () => units(exact(given), of, part, whole);
        if (expected > safe || expected < -safe) expect(found).toThrow('larger than any number');
        else expect(BigInt(found())).toBe(expected);
      }),
      many,
    );
  });

  it.each<[Exact, string, number, number, number]>([
    [exact('0.005'), 'EUR', 1, 1, 1],
    [exact('-0.005'), 'EUR', 1, 1, -1],
    [exact('0.00499999'), 'EUR', 1, 1, 0],
    [exact('1.0049'), 'KWD', 1, 1, 1005],
    [exact('10'), 'EUR', 1, 3, 333],
    [exact('20'), 'EUR', 1, 3, 667],
    [exact('-0.00499999'), 'EUR', 1, 1, 0],
  ])('%p in %s, %p of %p: %p', (value, of, part, whole, expected) => {
    expect(units(value, of, part, whole)).toBe(expected);
  });

  it.each<[number, number]>([
    [1, 0],
    [1.5, 2],
    [1, 2.5],
  ])('has no part %p of %p', (part, whole) => {
    expect(() => units(exact('1'), 'EUR', part, whole)).toThrow(RangeError);
  });

  it('makes net and tax one before it rounds', () => {
    const parts: Amount[] = ['8.3333', 1.6667];
    expect(sum('EUR', ...parts)).toBe(1000);
    expect(sum('EUR', '0.004', 0.004, null)).toBe(1);
  });
});
