import type { Clock } from '../../kit/clock.ts';
import type { ClaimLimits } from './claim.ts';

/** Deliveries under way at once, over all endpoints. */
const SENDERS = 64;
/** To one endpoint; and to one whose last answer took longer than `SLOW_MS`. */
const PER_ENDPOINT = 8;
const PER_SLOW_ENDPOINT = 2;
const SLOW_MS = 2000;

interface Endpoint {
  readonly storeId: number;
  readonly endpoint: string;
  count: number;
  slow: boolean;
}

/**
 * What is under way, by endpoint. A slow endpoint holds two senders at most, and one that fails a single one
 * (claim.ts): it takes dozens of them to fill the house.
 */
export class Senders {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #running = new Set<Promise<void>>();

  /** `wake` is called when an endpoint has room again. */
  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** What may be claimed now. To the claim a slow endpoint looks as if more were under way than is. */
  limits(): ClaimLimits {
    return {
      most: SENDERS - this.#running.size,
      perEndpoint: PER_ENDPOINT,
      busy: [...this.#endpoints.values()].map(({ storeId, endpoint, count, slow }) => ({
        storeId,
        endpoint,
        count: count + (slow ? PER_ENDPOINT - PER_SLOW_ENDPOINT : 0),
      })),
    };
  }

  /** `work` never rejects. */
  send(to: { readonly storeId: number; readonly endpoint: string }, work: () => Promise<void>): void {
    const key = `${to.storeId}/${to.endpoint}`;
    const known = this.#endpoints.get(key) ?? { ...to, count: 0, slow: false };
    this.#endpoints.set(key, known);
    known.count++;
    const began = this.#clock.now().getTime();
    const running: Promise<void> = work().then(() => {
      this.#running.delete(running);
      known.count--;
      known.slow = this.#clock.now().getTime() - began > SLOW_MS;
      if (known.count === 0 && !known.slow) this.#endpoints.delete(key);
      if (known.count <= PER_ENDPOINT / 2) this.#wake();
    });
    this.#running.add(running);
  }

  /** Until nothing is under way. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }
}
