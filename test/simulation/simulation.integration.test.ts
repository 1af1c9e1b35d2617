import { simulate } from './suite.ts';
import { casesOf, play } from './simulation.ts';

simulate(
  'lose nothing and double nothing, wherever pod, hub, worker or a call breaks',
  async function* (hub, scenario, seeds) {
    for (let seed = 1; seed <= seeds; seed++) {
      yield* casesOf({ scenario, seed }, await play(hub, { scenario, seed }));
    }
  },
);
