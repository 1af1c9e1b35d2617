import type { Random } from './random.ts';

/** Everything that stores do wrong, by name. */
export const FAULTS = [
  'ties',
  'late-commit',
  'skew',
  'moving-rows',
  'repeat-last-page',
  'wrong-total',
  '429-storm',
  'lost-ack',
  'truncated-json',
  'slow',
  'html-error',
  '5xx',
  'duplicate-webhook',
  'lost-webhook',
  'forged-webhook',
  'poisoned',
  'token-expiry',
  'token-rotation',
  'partial-batch',
  'lost-subscription',
  'redirect',
  'reset',
  'new-fields',
  'repeated-message',
  'lost-ticket',
  'failed-job',
] as const;
export type FaultName = (typeof FAULTS)[number];

export const isFault = (name: string): name is FaultName => (FAULTS as readonly string[]).includes(name);

/** Which faults are in force, and when they strike. */
export class Faults {
  readonly #random: Random;
  readonly #active: Map<FaultName, number>;
  readonly #forced = new Map<FaultName, number>();

  /** `rate`: how often a fault strikes where it can. */
  constructor(random: Random, names: readonly FaultName[] = [], rate = 0.2) {
    this.#random = random;
    this.#active = new Map(names.map((name) => [name, rate]));
  }

  on(name: FaultName, rate = 1): void {
    this.#active.set(name, rate);
  }

  off(...names: readonly FaultName[]): void {
    for (const name of names.length === 0 ? FAULTS : names) {
      this.#active.delete(name);
      this.#forced.delete(name);
    }
  }

  /** Strikes the next `times` times for certain. */
  force(name: FaultName, times = 1): void {
    this.#forced.set(name, times);
  }

  has(name: FaultName): boolean {
    return this.#active.has(name);
  }

  /** Whether it strikes now. */
  strikes(name: FaultName): boolean {
    const forced = this.#forced.get(name) ?? 0;
    if (forced > 0) {
      this.#forced.set(name, forced - 1);
      return true;
    }
    const rate = this.#active.get(name);
    return rate !== undefined && this.#random.chance(rate);
  }
}
