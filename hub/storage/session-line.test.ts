import { describe, expect, it } from '@jest/globals';
import { HubBusy, SessionLine } from './session-line.ts';

describe('sessions of the database', () => {
  it('are taken in the order of coming, so many at a time, and given back by work that fails', async () => {
    const line = new SessionLine(2);
    const began: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((index) =>
      line
        .take(async () => {
          began.push(index);
          await new Promise<void>((resolve) => ends.push(resolve));
          if (index === 0) throw new Error('no');
        })
        .catch(() => undefined),
    );
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect([began, line.waiting]).toEqual([[0, 1], 2]);
    ends.shift()!();
    await settle();
    expect([began, line.waiting]).toEqual([[0, 1, 2], 1]);
    while (ends.length > 0) {
      ends.shift()!();
      await settle();
    }
    await Promise.all(all);
    expect([began, line.waiting]).toEqual([[0, 1, 2, 3], 0]);
  });

  it('that do not come free in time are no reason to wait for ever: nothing is done, and it may be repeated', async () => {
    const line = new SessionLine(1, 20);
    let end: () => void = () => undefined;
    const first = line.take(() => new Promise<void>((resolve) => (end = resolve)));
    let ran = false;
    await expect(line.take(async () => void (ran = true))).rejects.toThrow(HubBusy);
    end();
    await first;
    expect([ran, line.waiting]).toEqual([false, 0]);
    expect(await line.take(async () => 'free again')).toBe('free again');
  });
});
