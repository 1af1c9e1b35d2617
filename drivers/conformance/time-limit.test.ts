import { describe, expect, it, jest } from '@jest/globals';
import { withinTime } from './time-limit.ts';

/** Work that never ends, beside a process that works this much of each second. */
function neverEnding(share: number): { readonly late: () => boolean } {
  let ended = false;
  const start = Date.now();
  void withinTime(new Promise<void>(() => {}), 10_000, () => (Date.now() - start) * share).catch(() => (ended = true));
  return { late: () => ended };
}

describe('the time that a case may take', () => {
  it.each([
    ['only waits', 0.01, 10_000],
    ['works all the time', 1, 10_000],
    ['is kept from working half of the time', 0.5, 20_000],
    ['is kept from working nine tenths of the time', 0.1, 100_000],
  ])('of one that %s', async (_what, share, ms) => {
    jest.useFakeTimers({ now: 0 });
    try {
      const { late } = neverEnding(share);
      await jest.advanceTimersByTimeAsync(ms - 1000);
      expect(late()).toBe(false);
      await jest.advanceTimersByTimeAsync(2000);
      expect(late()).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  it('of one that ends is none', async () => {
    await expect(withinTime(Promise.resolve(), 10)).resolves.toBeUndefined();
  });

  it('of one that fails is what it failed with', async () => {
    await expect(withinTime(Promise.reject(new Error('of its own')), 10)).rejects.toThrow('of its own');
  });
});
