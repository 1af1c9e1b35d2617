import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HubWorld } from './hub-world.ts';
import { SCENARIOS } from './scenarios.ts';
import { casesOf, nameOf, play, type Case } from './simulation.ts';

/** `SEEDS=50` plays so many seeds of each scenario with every effect broken in every way, and fifty storms for each. */
const SEEDS = Number(process.env['SEEDS'] ?? 1);
const STORMS = SEEDS * 40;
const MOST_SHOWN = 10;

jest.setTimeout(6 * 3_600_000);

let hub: HubWorld;
beforeAll(async () => { hub = await HubWorld.start(); });
afterAll(async () => hub?.stop());

/** What a person needs to see of a violation, and to see it again. */
async function violationOf(each: Case): Promise<string | undefined> {
  try {
    await play(hub, each);
    return undefined;
  } catch (error) {
    return `${nameOf(each)}: ${error instanceof Error ? error.message : String(error)}\n    again: node test/simulation/replay.ts ${nameOf(each)}`;
  }
}

async function violations(cases: Iterable<Case>): Promise<string[]> {
  const found: string[] = [];
  for (const each of cases) {
    const violation = await violationOf(each);
    if (violation !== undefined) found.push(violation);
    if (found.length >= MOST_SHOWN) break;
  }
  return found;
}

describe.each(Object.keys(SCENARIOS))('%s', (scenario) => {
  it('lose nothing and double nothing, wherever pod, hub, worker or a call breaks', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const points = await play(hub, { scenario, seed });
      expect(await violations(casesOf(scenario, seed, points))).toEqual([]);
    }
  });

  it('come to the same end through storms of faults and crashes', async () => {
    expect(await violations(Array.from({ length: STORMS }, (_, index): Case => ({ scenario, seed: index + 1, mode: 'storm' })))).toEqual([]);
  });
});

it('repeats a case exactly', async () => {
  const each: Case = { scenario: 'orders', seed: 3, mode: 'storm' };
  const [first, second] = [await play(hub, each), await play(hub, each)];
  expect(second).toEqual(first);
});
