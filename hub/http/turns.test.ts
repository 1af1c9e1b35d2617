import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.ts';

const forever = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('come one at a time for each owner, three at a time in all, and the first of the line goes first', async () => {
    const turns = new Turns();
    const began: string[] = [];
    const ends: Record<string, () => void> = {};
    const ask = (owner: string, name: string) =>
      void turns.take(owner, forever).then((end) => {
        began.push(name);
        ends[name] = end!;
      });
    for (const [owner, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
      ['c', 'c1'],
      ['d', 'd1'],
    ] as const)
      ask(owner, name);
    await settled();
    expect(began).toEqual(['a1', 'b1', 'c1']);
    ends['b1']!();
    await settled();
    expect(began.at(-1)).toBe('d1');
    ends['a1']!();
    ends['a1']!();
    await settled();
    expect(began.at(-1)).toBe('a2');
  });

  it('are not waited for by more than four of one owner', async () => {
    const turns = new Turns();
    for (let index = 0; index < 5; index++) void turns.take('a', forever);
    expect(await turns.take('a', forever)).toBeUndefined();
    expect(await turns.take('b', forever)).toBeInstanceOf(Function);
  });

  it('of who has gone are no turns: the next has it', async () => {
    const turns = new Turns();
    const end = (await turns.take('a', forever))!;
    const gone = new AbortController();
    const left = turns.take('a', gone.signal);
    let began = false;
    const next = turns.take('a', forever).then(() => (began = true));
    gone.abort();
    (await left)!();
    await settled();
    expect(began).toBe(false);
    end();
    await next;
    expect(began).toBe(true);
  });
});
