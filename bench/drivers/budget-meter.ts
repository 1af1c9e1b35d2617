export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/** What the shop would have left of an allowance, call by call as they reach it. Below nothing: it was overdrawn. */
export class BudgetMeter {
  readonly #allowance: Allowance;
  #left: number;
  #at: number;
  #lowest: number;

  constructor(allowance: Allowance, atMs: number) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#lowest = allowance.burst;
    this.#at = atMs;
  }

  left(atMs: number): number {
    const { burst, perSecond } = this.#allowance;
    return Math.min(burst, this.#left + ((atMs - this.#at) / 1000) * perSecond);
  }

  /** Takes the cost of a call; answers what is left after it. */
  take(cost: number, atMs: number): number {
    this.#left = this.left(atMs) - cost;
    this.#at = atMs;
    this.#lowest = Math.min(this.#lowest, this.#left);
    return this.#left;
  }

  get lowest(): number {
    return this.#lowest;
  }
}
