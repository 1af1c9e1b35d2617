import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffDelay, type Backoff } from './backoff.ts';

const steady: Backoff = { initialMs: 200, maxMs: 5000, factor: 2, jitter: 0 };

describe('a backoff', () => {
  it('grows from its first wait to its ceiling', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((failures) => backoffDelay(steady, failures, () => 0))).toEqual([
      200, 400, 800, 1600, 3200, 5000, 5000,
    ]);
  });

  it('takes away up to its share of jitter, never adds', () => {
    const jittery = { ...steady, jitter: 0.3 };
    expect([0, 0.5, 1].map((random) => backoffDelay(jittery, 0, () => random))).toEqual([200, 170, 140]);
  });

  it('always is a whole number between its share and its ceiling, however often it failed', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, jitter, random) => {
          const delay = backoffDelay({ ...steady, jitter }, failures, () => random);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeLessThanOrEqual(5000);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(200 * (1 - jitter)));
        },
      ),
    );
  });

  it('does not overflow after very many failures', () => {
    expect(backoffDelay({ ...steady, factor: 1e10 }, 1e9, () => 0)).toBe(5000);
  });
});
