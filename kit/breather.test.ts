import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Breather } from './breather.ts';

const STEPS = 100;

/** Steps of a millisecond that workers did in each turn of the event loop; they wait for nothing but the breather. */
async function stepsEachTurn(workers: number, everyMs: number): Promise<number[]> {
  let ms = 0;
  let atWork = workers;
  const breather = new Breather(everyMs, () => ms);
  const turns: number[] = [];
  const work = async () => {
    for (let step = 0; step < STEPS; step++) {
      ms += 1;
      await breather.pause();
    }
    atWork -= 1;
  };
  const watch = async () => {
    for (let before = 0; atWork > 0; before = ms) {
      await setImmediate();
      turns.push(ms - before);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: workers }, work)]);
  return turns;
}

describe('the event loop turns', () => {
  it.each([1, 8, 16])('after a few milliseconds of work, however many work: %i', async (workers) => {
    const turns = await stepsEachTurn(workers, 5);
    // Each of them may end the step that it is at.
    expect(Math.max(...turns)).toBeLessThanOrEqual(5 + workers);
    expect(turns.reduce((sum, steps) => sum + steps, 0)).toBe(workers * STEPS);
  });
});
