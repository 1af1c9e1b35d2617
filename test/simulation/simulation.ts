import { FAULTS, type FaultName } from '../../simulator/faults.ts';
import { Random } from '../../simulator/random.ts';
import { Violation } from './checks.ts';
import { breakOften, breakOnce, nothingBreaks, MODES, type Mode, type Plan, type Point } from './effects.ts';
import type { HubWorld } from './hub-world.ts';
import { SCENARIOS } from './scenarios.ts';
import { SeedWorld, type SeedOptions } from './seed-world.ts';

/** A run that can be repeated alone: `orders/7/12/die-after`, `orders/7/storm`, or `marketplace:orders/7/storm`. */
export interface Case {
  /** See platforms.ts. */
  readonly platform?: string;
  readonly scenario: string;
  readonly seed: number;
  readonly at?: number;
  readonly mode?: Mode | 'storm';
}

export const nameOf = ({ platform, scenario, seed, at, mode }: Case): string =>
  (platform === undefined ? '' : `${platform}:`) +
  [scenario, seed, ...(at === undefined ? [] : [at]), ...(mode === undefined ? [] : [mode])].join('/');

export function parseCase(text: string): Case {
  const [, platform, rest = text] = /^(\w+):(.*)$/.exec(text) ?? [];
  return { ...(platform === undefined ? {} : { platform }), ...parsePlace(rest) };
}

function parsePlace(text: string): Case {
  const [scenario = '', seed = '1', at, mode] = text.split('/');
  if (at === undefined) return { scenario, seed: Number(seed) };
  return mode === undefined
    ? { scenario, seed: Number(seed), mode: at as 'storm' }
    : { scenario, seed: Number(seed), at: Number(at), mode: mode as Mode };
}

/**
 * Plays a case to its end and looks whether all agrees; returns the effects that there were. Throws where it does not.
 */
export async function play(hub: HubWorld, each: Case): Promise<readonly Point[]> {
  const scenario = SCENARIOS[each.scenario];
  if (!scenario) throw new Error(`there is no scenario ${each.scenario}`);
  const world = await SeedWorld.create(hub, {
    ...optionsOf(each),
    ...scenario.options,
    ...faultsOf(each, scenario.options?.faults),
    seed: each.seed,
    platform: each.platform,
  });
  try {
    const { faults } = world.store;
    const { life = 0 } = faultsOf(each);
    const kept = [...FAULTS].filter((name) => faults.has(name) && !SHAPING.has(name) && !BELONGS.has(name));
    faults.off(...kept);
    await scenario.prepare(world);
    world.effects.arm(planOf(each));
    for (const name of kept) faults.on(name, STORM_RATE);
    world.wires.life = life;
    await scenario.story(world);
    const points = world.effects.calm();
    // What happens after the last look at the orders could be seen by the next only.
    world.wires.life = 0;
    faults.off(...kept);
    await scenario.verify(world);
    if (world.wires.seen.length > 0) throw new Violation(world.wires.seen.join('; '));
    return points;
  } finally {
    await world.close();
  }
}

/** Faults of what the rows are, not of a request: they hold from the beginning to the end. */
const SHAPING = new Set<FaultName>(['ties', 'skew', 'poisoned']);
/** A person must act: the feed waits for it, and so would the story. */
const ENDS = new Set<FaultName>(['redirect']);
const BELONGS = new Set<FaultName>(['token-rotation']);
const STORM_RATE = 0.15;

function planOf({ at, mode, seed }: Case): Plan {
  if (mode === undefined) return nothingBreaks;
  return mode === 'storm' ? breakOften(seed, 0.08) : breakOnce(at!, mode);
}

/** The seed chooses how the store pages, and how large its pages are. */
function optionsOf({ seed }: Case): Partial<SeedOptions> {
  const random = new Random(seed);
  return { paging: random.chance(0.5) ? 'keyset' : 'offset', pageSize: random.int(1, 3) };
}

/** A storm is several faults of the store at once; else it does nothing wrong. */
function faultsOf({ seed, mode }: Case, always: readonly FaultName[] = []): Partial<SeedOptions> {
  if (mode !== 'storm') return { faults: always };
  const random = new Random(seed * 7919);
  return {
    faults: [...new Set([...always, ...FAULTS.filter((name) => random.chance(0.25) && !ENDS.has(name))])],
    life: 0.1,
  };
}

/** Every way in which each effect of a run can break. */
export function casesOf(of: Pick<Case, 'platform' | 'scenario' | 'seed'>, points: readonly Point[]): Case[] {
  return points.flatMap(({ kind }, index) => MODES[kind].map((mode) => ({ ...of, at: index + 1, mode })));
}

/**
 * For each commit: calls that change the shop, where drivers differ most, break in every way; of all else one in
 * `oneIn`, in one way, of which the next effect of its kind takes the next. Other seeds take others.
 */
export function someCasesOf(
  of: Pick<Case, 'platform' | 'scenario' | 'seed'>,
  points: readonly Point[],
  oneIn = 1,
): Case[] {
  const count = { hub: of.seed, store: of.seed, worker: of.seed };
  return points.flatMap(({ kind, writes }, index) => {
    const ways = MODES[kind];
    if (!writes && index % oneIn !== of.seed % oneIn) return [];
    const chosen = writes ? ways : [ways[count[kind]++ % ways.length]!];
    return chosen.map((mode) => ({ ...of, at: index + 1, mode }));
  });
}
