import { describe, expect, it } from '@jest/globals';
import { amount } from './amount.ts';

describe('an amount', () => {
  it.each<[string | number, string, number]>([
    ['12.34', 'EUR', 1234],
    ['12.345', 'EUR', 1235],
    [34.116425, 'USD', 3412],
    [1.005, 'EUR', 101],
    [100, 'JPY', 100],
    ['-0.5', 'KWD', -500],
    [0, 'EUR', 0],
  ])('%s %s is %d', (value, currency, units) => {
    expect(amount(value, currency)).toBe(units);
  });

  it.each(['', ' ', 'free', '12,34', '1e3', 1e21, Number.NaN, Number.POSITIVE_INFINITY, '9'.repeat(20)])(
    '%p is none, and never 0',
    (value) => {
      expect(() => amount(value, 'EUR')).toThrow(RangeError);
    },
  );
});
