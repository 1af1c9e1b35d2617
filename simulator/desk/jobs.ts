import type { Clock } from '../../kit/clock.ts';
import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';

/** A document is kept for an hour. */
const KEPT_MS = 3_600_000;
/** Looks at a job at most until it is ready. */
const MOST_LOOKS = 2;

export type JobState =
  { readonly state: 'working' | 'failed' | 'expired' } | { readonly state: 'done'; readonly document: string };

interface Job {
  readonly document: string;
  readonly expires: number;
  readonly fails: boolean;
  looks: number;
}

/** Documents that are made on request: asked for, waited for, fetched, gone after a while. */
export class Jobs {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #jobs = new Map<string, Job>();

  constructor(clock: Clock, random: Random, faults: Faults) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
  }

  /** The document is of the moment in which it was asked for. */
  start(document: string): string {
    const id = `j${this.#jobs.size + 1}`;
    this.#jobs.set(id, {
      document,
      expires: this.#clock.now().getTime() + KEPT_MS,
      fails: this.#faults.strikes('failed-job'),
      looks: this.#random.int(0, MOST_LOOKS),
    });
    return id;
  }

  /** undefined: there is no such job. */
  look(id: string): JobState | undefined {
    const job = this.#jobs.get(id);
    if (!job) return undefined;
    if (job.looks > 0) {
      job.looks--;
      return { state: 'working' };
    }
    if (job.fails) return { state: 'failed' };
    if (job.expires <= this.#clock.now().getTime()) return { state: 'expired' };
    return { state: 'done', document: job.document };
  }
}
