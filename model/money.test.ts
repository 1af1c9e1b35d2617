import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencyExponent, decimalString, minorUnits } from './money.ts';

const currency = fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF');

describe('minorUnits', () => {
  it.each<[string, string, number]>([
    ['12.34', 'EUR', 1234],
    ['12', 'EUR', 1200],
    ['12.3', 'EUR', 1230],
    ['0.05', 'EUR', 5],
    [' 7.00 ', 'USD', 700],
    ['500', 'JPY', 500],
    ['500.00', 'JPY', 500],
    ['1.234', 'KWD', 1234],
    ['1.2', 'KWD', 1200],
    ['1.2345', 'CLF', 12345],
    ['007.5', 'EUR', 750],
  ])('reads %s %s as %d', (decimal, of, units) => {
    expect(minorUnits(decimal, of)).toBe(units);
  });

  it.each<[string, string, number]>([
    ['1.005', 'EUR', 101],
    ['1.0049999', 'EUR', 100],
    ['-1.005', 'EUR', -101],
    ['-1.004', 'EUR', -100],
    ['0.5', 'JPY', 1],
    ['-0.5', 'JPY', -1],
    ['0.4', 'JPY', 0],
    ['9.995', 'EUR', 1000],
    ['0.0005', 'KWD', 1],
  ])('rounds %s %s half away from zero, to %d', (decimal, of, units) => {
    expect(minorUnits(decimal, of)).toBe(units);
  });

  it('never gives minus zero', () => {
    expect(Object.is(minorUnits('-0.001', 'EUR'), 0)).toBe(true);
  });

  it.each([
    '',
    '.',
    '1.',
    '.5',
    '1,50',
    '1e3',
    '+1',
    '--1',
    '1.2.3',
    '0x10',
    'NaN',
    'Infinity',
    '12 EUR',
    '1 000',
    '٣',
  ])('refuses %j, which is no decimal', (text) => {
    expect(minorUnits(text, 'EUR')).toBeUndefined();
  });

  it('refuses what an integer cannot hold exactly', () => {
    expect(minorUnits('90071992547409.91', 'EUR')).toBe(Number.MAX_SAFE_INTEGER);
    expect(minorUnits('90071992547409.92', 'EUR')).toBeUndefined();
  });

  it('gives back every amount that decimalString wrote', () => {
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        currency,
        (units, of) => minorUnits(decimalString(units, of), of) === (units === 0 ? 0 : units),
      ),
    );
  });

  it('is off by at most half a minor unit, whatever digits follow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 0, max: 999_999 }),
        currency,
        (whole, millionths, of) => {
          const units = minorUnits(`${whole}.${String(millionths).padStart(6, '0')}`, of)!;
          const scale = 10 ** (6 - currencyExponent(of));
          const exact = whole * 1e6 + millionths;
          const off = units * scale - exact;
          expect(off * 2).toBeLessThanOrEqual(scale); // up: at most half
          expect(-off * 2).toBeLessThan(scale); // down: less than half
        },
      ),
    );
  });
});

describe('decimalString', () => {
  it.each<[number, string, string]>([
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [123456, 'EUR', '1234.56'],
    [0, 'EUR', '0.00'],
    [500, 'JPY', '500'],
    [-1, 'JPY', '-1'],
    [1, 'KWD', '0.001'],
    [-12345, 'CLF', '-1.2345'],
  ])('writes %d %s as %s', (units, of, text) => {
    expect(decimalString(units, of)).toBe(text);
  });
});

describe('currencyExponent', () => {
  it.each([
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['EUR', 2],
    ['USD', 2],
    ['XYZ', 2],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
  ])('of %s is %d', (of, exponent) => {
    expect(currencyExponent(of)).toBe(exponent);
  });
});
