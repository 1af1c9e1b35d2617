import { expect, it } from '@jest/globals';
import { expiresAt } from './granted.ts';

const NOW = new Date('2026-01-01T12:00:00Z');

it.each<[string, number | null | undefined, string | undefined]>([
  ['an hour', 3600, '2026-01-01T13:00:00.000Z'],
  ['no time at all', 0, '2026-01-01T12:00:00.000Z'],
  ['less than none', -5, '2026-01-01T12:00:00.000Z'],
  ['longer than any clock goes', 1e300, '2035-12-30T12:00:00.000Z'],
  ['without end', Number.POSITIVE_INFINITY, '2035-12-30T12:00:00.000Z'],
  ['no number', Number.NaN, undefined],
  ['nothing', null, undefined],
  ['what is not said', undefined, undefined],
])('a token that is good for %s ends then', (_, seconds, end) => {
  expect(expiresAt(NOW, seconds)).toBe(end);
});
