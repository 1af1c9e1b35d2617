import { count, verdict } from './count.ts';
import type { Observation } from './control.ts';

export type Settled = 'Waiting' | 'Settled' | 'AtRest' | 'TimedOut';

/**
 * Feeds run every minute, and the fault "late-commit" shows an order 90 s late: what has not come by then will not
 * come.
 */
const REST_MS = 220_000;

/**
 * When peace is over. Settled: nothing is missing and nothing is open, so a doubled one is there by now too. AtRest:
 * something is missing, and though nothing is open nothing moved for so long: it is lost. TimedOut: things still moved,
 * or were still open, and nothing can be said.
 */
export class Settling {
  readonly #boundMs: number;
  readonly #began: number;
  #seen = '';
  #since: number;

  constructor(began: Date, boundMs: number) {
    this.#boundMs = boundMs;
    this.#began = began.getTime();
    this.#since = this.#began;
  }

  look(now: Date, observation: Observation): Settled {
    const { observed, open } = observation;
    const nothingOpen = open.parcels === 0 && open.webhooks === 0;
    if (nothingOpen && verdict(count(observed)).lost === 0) return 'Settled';
    const seen = JSON.stringify([observed, open]);
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#since = now.getTime();
    }
    if (nothingOpen && now.getTime() - this.#since >= REST_MS) return 'AtRest';
    return now.getTime() - this.#began >= this.#boundMs ? 'TimedOut' : 'Waiting';
  }
}
