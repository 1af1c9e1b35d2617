import { expect, it } from '@jest/globals';
import { simulate } from './suite.ts';
import { play, type Case } from './simulation.ts';

const STORMS_A_SEED = 120;

const hub = simulate(
  'come to the same end through storms of faults and crashes',
  async function* (_hub, scenario, seeds) {
    for (let seed = 1; seed <= seeds * STORMS_A_SEED; seed++) yield { scenario, seed, mode: 'storm' } satisfies Case;
  },
);

it('repeats a case exactly', async () => {
  const each: Case = { scenario: 'orders', seed: 3, mode: 'storm' };
  const [first, second] = [await play(hub(), each), await play(hub(), each)];
  expect(second).toEqual(first);
});
