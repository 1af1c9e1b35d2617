import { simulate } from './suite.ts';
import { casesOf, play } from './simulation.ts';

const platform = 'shopifyFiles';
const STORMS_A_SEED = 5;

simulate(
  'lose nothing and double nothing where the catalogue is a file that is made first, wherever something breaks',
  async function* (hub, scenario, seeds) {
    for (let seed = 1; seed <= seeds; seed++)
      yield* casesOf({ platform, scenario, seed }, await play(hub, { platform, scenario, seed }));
    for (let seed = 1; seed <= seeds * STORMS_A_SEED; seed++) yield { platform, scenario, seed, mode: 'storm' };
  },
  ['catalogue'],
);
