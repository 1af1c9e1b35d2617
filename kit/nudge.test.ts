import { describe, expect, it } from '@jest/globals';
import { Nudge } from './nudge.ts';

describe('a nudge', () => {
  it('ends the sleep that was begun, and not the next', () => {
    const nudge = new Nudge();
    const first = nudge.next();
    expect(first.aborted).toBe(false);
    nudge.wake();
    expect(first.aborted).toBe(true);
    expect(nudge.next().aborted).toBe(false);
  });

  it('is not missed while the loop is at work', () => {
    const nudge = new Nudge();
    const taken = nudge.next();
    nudge.wake();
    nudge.wake();
    expect(taken.aborted).toBe(true);
  });
});
