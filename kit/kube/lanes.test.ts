import { expect, it } from '@jest/globals';
import { Lanes } from './lanes.ts';

it('lets so many work at once, in the order in which they came, and a failure frees its lane', async () => {
  const lanes = new Lanes(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const jobs = [0, 1, 2, 3].map((number) =>
    lanes
      .run(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (number === 0) throw new Error('broken');
      })
      .catch((error: Error) => error.message),
  );
  const step = () => new Promise((resolve) => setImmediate(resolve));
  await step();
  expect(begun).toEqual([0, 1]);
  ends[0]!();
  await step();
  expect(begun).toEqual([0, 1, 2]);
  ends[1]!();
  ends[2]!();
  await step();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[3]!();
  expect(await Promise.all(jobs)).toEqual(['broken', undefined, undefined, undefined]);
});
