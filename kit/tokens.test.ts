import { describe, expect, it } from '@jest/globals';
import { Tokens } from './tokens.ts';

describe('tokens', () => {
  it('are there at once up to the burst, then as they come back, and say after how long', () => {
    const tokens = new Tokens({ perSecond: 2, burst: 3 });
    expect([0, 0, 0, 0].map((now) => tokens.take('a', now))).toEqual([0, 0, 0, 500]);
    expect(tokens.take('a', 499)).toBe(1);
    expect(tokens.take('a', 500)).toBe(0);
    expect(tokens.take('b', 500)).toBe(0);
  });

  it('never become more than the burst, nor less by a clock that is set back', () => {
    const tokens = new Tokens({ perSecond: 10, burst: 2 });
    tokens.take('a', 1_000_000);
    expect([2_000_000, 2_000_000, 2_000_000].map((now) => tokens.take('a', now))).toEqual([0, 0, 100]);
    expect(tokens.take('a', 0)).toBe(100);
  });

  it('of those that were not seen for longest are forgotten', () => {
    const tokens = new Tokens({ perSecond: 1, burst: 1 }, 2);
    for (const subject of ['a', 'b', 'a', 'c']) tokens.take(subject, 0);
    expect(['b', 'a'].map((subject) => tokens.take(subject, 0))).toEqual([0, 0]);
    expect(tokens.take('a', 0)).toBe(1000);
  });
});
