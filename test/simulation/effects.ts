import { Random } from '../../simulator/random.ts';

/** Where something can break: a call to the hub, a call to the store, a step of the hub's webhook worker. */
export type PointKind = 'hub' | 'store' | 'worker';

/**
 * How it breaks.
 * - die-before, die-after: the process that makes the call is gone before it is made, or after it took effect.
 * - rolled-back: the hub dies before it commits; all-die: and the pod with it, as when a machine goes.
 * - lost: the call never arrives; answer-lost: it took effect, nobody hears of it.
 * - stop-before, stop-after: the process is stopped (SIGSTOP, a suspended node, a long collection of garbage) until
 *   another
 *   has taken over and done the work; then it goes on as if nothing had been. With overlap-… the other is in the middle
 *   of it, waits until the first has ended, and goes on itself.
 */
export type Mode = 'die-before' | 'die-after' | 'lost' | 'rolled-back' | 'all-die' | 'answer-lost' | Stop;
export type Stop = 'stop-before' | 'stop-after' | 'overlap-before' | 'overlap-after';

export const MODES: Readonly<Record<PointKind, readonly Mode[]>> = {
  hub: [
    'die-before',
    'die-after',
    'lost',
    'rolled-back',
    'all-die',
    'answer-lost',
    'stop-before',
    'stop-after',
    'overlap-before',
    'overlap-after',
  ],
  store: ['die-before', 'die-after', 'answer-lost', 'stop-before', 'stop-after', 'overlap-before', 'overlap-after'],
  worker: ['die-before', 'die-after', 'stop-before', 'stop-after'],
};

export interface Point {
  readonly kind: PointKind;
  readonly what: string;
  /** A call that changes the shop. */
  readonly writes: boolean;
}

/** Which effects break, by their number in the run. */
export interface Plan {
  modeAt(number: number, point: Point): Mode | undefined;
}

export const nothingBreaks: Plan = { modeAt: () => undefined };

export const breakOnce = (number: number, mode: Mode): Plan => ({ modeAt: (at) => (at === number ? mode : undefined) });

/** Each effect breaks with this probability, in any of its ways. */
export function breakOften(seed: number, probability: number): Plan {
  const random = new Random(seed);
  return { modeAt: (_number, { kind }) => (random.chance(probability) ? random.pick(MODES[kind]) : undefined) };
}

/** Numbers the effects of a run, and says which of them break. */
export class Effects {
  #points: Point[] = [];
  #plan: Plan = nothingBreaks;

  next(kind: PointKind, what: string, writes = false): Mode | undefined {
    this.#points.push({ kind, what, writes });
    return this.#plan.modeAt(this.#points.length, this.#points.at(-1)!);
  }

  /** How many there have been since it was armed. */
  get count(): number {
    return this.#points.length;
  }

  /** From here on effects count, and break as planned. */
  arm(plan: Plan): void {
    this.#points = [];
    this.#plan = plan;
  }

  /** Nothing breaks any more. Returns what happened since it was armed. */
  calm(): readonly Point[] {
    this.#plan = nothingBreaks;
    return [...this.#points];
  }
}
