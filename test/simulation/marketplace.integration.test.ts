import { simulate } from './suite.ts';
import { casesOf, play } from './simulation.ts';

const platform = 'marketplace';
const STORMS_A_SEED = 40;
/** What is read from a queue or a document that is made first, and written on a ticket. */
const ITS_OWN = ['orders', 'catalogue', 'writes'];

simulate(
  'lose nothing and double nothing at a platform with queue, tickets and documents, wherever something breaks',
  async function* (hub, scenario, seeds) {
    for (let seed = 1; seed <= seeds; seed++)
      yield* casesOf({ platform, scenario, seed }, await play(hub, { platform, scenario, seed }));
    for (let seed = 1; seed <= seeds * STORMS_A_SEED; seed++) yield { platform, scenario, seed, mode: 'storm' };
  },
  ITS_OWN,
);
