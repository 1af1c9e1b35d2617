import { expect, it } from '@jest/globals';
import { DriverError, LONGEST_WAIT_MS, waiting } from './errors.ts';

it.each<[asked: number, kept: number]>([
  [0, 0],
  [7000, 7000],
  [-5, 0],
  [Number.NaN, 60_000],
  [Number.POSITIVE_INFINITY, LONGEST_WAIT_MS],
  [1e300, LONGEST_WAIT_MS],
])(
  'a shop that asks to wait %d ms is left alone for %d: what a date cannot hold would break its run',
  (asked, kept) => {
    expect(waiting('RateLimited', 'the shop asks to wait', asked).details.retryAfterMs).toBe(kept);
    const own = new DriverError({ behaviour: 'retry', reason: 'StoreUnavailable', message: 'x', retryAfterMs: asked });
    expect(new Date(Date.parse('2026-01-01T00:00:00Z') + own.details.retryAfterMs!).toISOString()).toMatch(/^2026-/);
  },
);

it('one that says nothing keeps nothing', () => {
  const { details } = new DriverError({ behaviour: 'retry', reason: 'StoreUnavailable', message: 'x' });
  expect('retryAfterMs' in details && details.retryAfterMs !== undefined).toBe(false);
});
