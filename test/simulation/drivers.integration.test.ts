import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { wires } from '../../simulator/wires/index.ts';
import { HubWorld } from './hub-world.ts';
import { play, someCasesOf } from './simulation.ts';
import { SEEDS, violationsOf } from './suite.ts';

/** `DRIVER=magento2` plays that one alone; in every way: simulation.integration.test.ts. */
const { DRIVER } = process.env;
const STORIES = ['orders', 'writes'];
/** Of the effects that change nothing at a shop: all of them for one driver, some for seven. */
const ONE_IN = DRIVER === undefined ? 3 : 1;

jest.setTimeout(6 * 3_600_000);
let hub: HubWorld;
beforeAll(async () => {
  hub = await HubWorld.start();
});
afterAll(async () => hub?.stop());

describe.each([...wires().keys()].filter((name) => name === (DRIVER ?? name)))('%s', (platform) => {
  describe.each(STORIES)('%s', (scenario) => {
    it('lose nothing and double nothing at its own shop, wherever something breaks', async () => {
      expect(await violationsOf(hub, cases(platform, scenario))).toEqual([]);
    });
  });
});

async function* cases(platform: string, scenario: string) {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const of = { platform, scenario, seed };
    yield* someCasesOf(of, await play(hub, of), ONE_IN);
  }
}
