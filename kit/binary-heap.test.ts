import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Heap } from './binary-heap.ts';

describe('a heap', () => {
  it('is empty at first', () => {
    const heap = new Heap<number>((a, b) => a < b);
    expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined]);
  });

  it('gives out what comes first by its own order, whatever is pushed and popped in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: -20, max: 20 })), { maxLength: 200 }),
        fc.boolean(),
        (steps, largestFirst) => {
          const before = (a: number, b: number) => (largestFirst ? a > b : a < b);
          const heap = new Heap(before);
          const model: number[] = [];
          for (const step of steps) {
            model.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
            expect(heap.peek()).toBe(model[0]);
            if (step === null) expect(heap.pop()).toBe(model.shift());
            else {
              heap.push(step);
              model.push(step);
            }
            expect(heap.size).toBe(model.length);
          }
        },
      ),
    );
  });

  it('compares as seldom as a heap, not as often as a list', () => {
    let compared = 0;
    const heap = new Heap<number>((a, b) => {
      compared += 1;
      return a < b;
    });
    for (let index = 0; index < 20_000; index++) heap.push((index * 7919) % 20_011);
    for (let last = -1; heap.size > 0;) {
      const next = heap.pop()!;
      if (next <= last) throw new Error(`${next} came after ${last}`);
      last = next;
    }
    expect(compared).toBeLessThan(20_000 * 3 * Math.log2(20_000));
  });
});
