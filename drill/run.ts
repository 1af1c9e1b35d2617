import type { Clock } from '../kit/clock.ts';
import type { Random } from '../simulator/random.ts';
import { CannotRun } from './cannot-run.ts';
import type { Control, Observation } from './control.ts';
import { count, type Count } from './count.ts';
import type { Kills } from './kills.ts';
import type { DrillSettings, Part } from './settings.ts';
import { Settling, type Settled } from './settle.ts';

export interface RunOptions {
  readonly settings: DrillSettings;
  readonly control: Control;
  readonly kills: Kills;
  /** Asks the feed that brings orders to run now. */
  readonly runOrders: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Outcome {
  readonly count: Count;
  readonly settled: Exclude<Settled, 'Waiting'>;
  readonly kills: Readonly<Record<Part, number>>;
  readonly seconds: number;
}

/** The longest that parts work between two kills: a page takes about a second. */
const WORKS_FOR_MS = 3000;
const SETTLE_WITHIN_MS = 600_000;
const LOOK_EVERY_MS = 1000;
/** Lines in all, however many kills. */
const LINES = 20;

/**
 * Customers order and a warehouse ships, parts are killed in the middle of it; then peace, then everything is counted.
 */
export async function runDrill(options: RunOptions): Promise<Outcome> {
  const { clock, control } = options;
  const began = clock.now().getTime();
  const { instance } = await control.progress();
  await control.trouble();
  await killing(options, instance);
  options.say('peace: no more orders, kills and faults; waiting until all is through');
  await control.peace();
  // Peace includes the run that a kill broke off: it is not left to the next minute.
  await options.runOrders();
  const { settled, observation } = await settle(options, instance);
  return {
    count: count(observation.observed),
    settled,
    kills: options.kills.done,
    seconds: Math.round((clock.now().getTime() - began) / 1000),
  };
}

async function killing(
  { settings, control, kills, runOrders, clock, random, say, signal }: RunOptions,
  instance: string,
): Promise<void> {
  const next = evenly(settings.parts, random);
  const every = Math.max(1, Math.ceil(settings.kills / LINES));
  while (kills.total < settings.kills) {
    await kills.whenReady(settings.parts, signal);
    await control.place(settings.ordersPerBurst);
    await runOrders();
    await clock.sleep(random.next() * WORKS_FOR_MS, signal);
    signal.throwIfAborted();
    const now = await control.progress();
    check(now.instance, instance, now.trouble);
    // All is through already: a kill now would hit nobody at work.
    if (now.shipped >= now.placed && now.told >= now.placed) continue;
    const part = next();
    if ((await kills.strike(part)) && (kills.total % every === 0 || kills.total === settings.kills)) {
      say(
        `kill ${kills.total} of ${settings.kills}: ${part}; ${now.placed} orders placed, ${now.told} told, ${now.shipped} shipped`,
      );
    }
  }
}

async function settle(
  { control, clock, say, signal }: RunOptions,
  instance: string,
): Promise<{ settled: Outcome['settled']; observation: Observation }> {
  const settling = new Settling(clock.now(), SETTLE_WITHIN_MS);
  for (let looks = 1; ; looks++) {
    const observation = await control.observe();
    const { trouble } = await control.progress();
    check(observation.instance, instance, trouble);
    const settled = settling.look(clock.now(), observation);
    if (settled !== 'Waiting') return { settled, observation };
    if (looks % 15 === 0) say(`  ${stillToCome(observation)}`);
    await clock.sleep(LOOK_EVERY_MS, signal);
    signal.throwIfAborted();
  }
}

/** What peace waits for. */
export function stillToCome({ observed, open }: Observation): string {
  const { orders, parcels, webhooks, stock } = count(observed);
  const parts = [
    [orders.lost.length, 'orders'],
    [parcels.lost.length, 'parcels'],
    [open.parcels, 'confirmations of parcels'],
    [webhooks.lost.length, 'orders to be told of'],
    [open.webhooks, 'webhooks to be sent'],
  ] as const;
  const waiting = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return `still to come: ${[...waiting, ...(stock.set === stock.atShop ? [] : ['the last stock level'])].join(', ')}`;
}

function check(instance: string, first: string, trouble: string | null): void {
  if (instance !== first)
    throw new CannotRun(
      'the counterpart was restarted and has lost what was placed: its pod was moved or killed by somebody else; run the drill again',
    );
  if (trouble !== null) throw new CannotRun(`the counterpart's warehouse gave up: ${trouble}`);
}

/** Each part as often as any other, in an order of chance: with few kills a die would leave one out. */
export function evenly(parts: readonly Part[], random: Random): () => Part {
  let left: Part[] = [];
  return () => {
    if (left.length === 0) left = [...parts];
    return left.splice(random.int(0, left.length - 1), 1)[0]!;
  };
}
