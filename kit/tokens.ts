/** How often something may happen: `burst` at once, `perSecond` from then on. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket of tokens for each of many subjects; of those that were not seen for longest it forgets some. */
export class Tokens {
  readonly #rate: Rate;
  readonly #most: number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(rate: Rate, most = 10_000) {
    this.#rate = rate;
    this.#most = most;
  }

  /** Takes one. 0: it was there; else the milliseconds after which one will be. */
  take(subject: string, now: number): number {
    const { perSecond, burst } = this.#rate;
    const known = this.#buckets.get(subject);
    const left = known ? Math.min(burst, known.left + (Math.max(0, now - known.at) * perSecond) / 1000) : burst;
    this.#buckets.delete(subject);
    const taken = left >= 1;
    this.#buckets.set(subject, { left: taken ? left - 1 : left, at: now });
    if (this.#buckets.size > this.#most) this.#buckets.delete(this.#buckets.keys().next().value!);
    return taken ? 0 : Math.ceil(((1 - left) * 1000) / perSecond - 1e-6);
  }

  /** Puts one back that was taken for nothing. */
  giveBack(subject: string): void {
    const known = this.#buckets.get(subject);
    if (known) known.left = Math.min(this.#rate.burst, known.left + 1);
  }
}
