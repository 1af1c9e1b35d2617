import { expect, it } from '@jest/globals';
import { systemClock } from './clock.ts';

it.each([2 ** 31, 1e300, Number.POSITIVE_INFINITY])('a sleep of %d ms does not end at once', async (ms) => {
  const ended = new AbortController();
  let over = false;
  const sleep = systemClock.sleep(ms, ended.signal).then(() => (over = true));
  await systemClock.sleep(30);
  expect(over).toBe(false);
  ended.abort();
  await sleep;
});
