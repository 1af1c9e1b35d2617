import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HubWorld } from './hub-world.ts';
import { SCENARIOS } from './scenarios.ts';
import { nameOf, play, type Case } from './simulation.ts';

const MOST_SHOWN = 10;

/**
 * `SEEDS=50` plays so many seeds of each scenario with every effect broken in every way, and as many times the storms.
 */
export const SEEDS = Number(process.env['SEEDS'] ?? 1);

/** The cases of every scenario as tests of the file that calls this. Returns the hub on which they are played. */
export function simulate(
  promise: string,
  cases: (hub: HubWorld, scenario: string, seeds: number) => AsyncIterable<Case>,
  scenarios: readonly string[] = Object.keys(SCENARIOS),
): () => HubWorld {
  jest.setTimeout(6 * 3_600_000);
  let hub: HubWorld;
  beforeAll(async () => {
    hub = await HubWorld.start();
  });
  afterAll(async () => hub?.stop());

  describe.each(scenarios)('%s', (scenario) => {
    it(promise, async () => {
      expect(await violationsOf(hub, cases(hub, scenario, SEEDS))).toEqual([]);
    });
  });
  return () => hub;
}

/** Plays the cases; the first violations, each with the command that plays it again. */
export async function violationsOf(hub: HubWorld, cases: AsyncIterable<Case>): Promise<string[]> {
  const found: string[] = [];
  for await (const each of cases) {
    const violation = await violationOf(hub, each);
    if (violation !== undefined && found.push(violation) >= MOST_SHOWN) break;
  }
  return found;
}

/** What a person needs to see of a violation, and to see it again. */
async function violationOf(hub: HubWorld, each: Case): Promise<string | undefined> {
  try {
    await play(hub, each);
    return undefined;
  } catch (error) {
    return `${nameOf(each)}: ${error instanceof Error ? error.message : String(error)}\n    again: node test/simulation/replay.ts ${nameOf(each)}`;
  }
}
