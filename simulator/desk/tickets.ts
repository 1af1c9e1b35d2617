import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';

/** Requests of anybody that go by at most before a ticket is carried out. */
const LONGEST = 3;

export type TicketState<R> = { readonly state: 'working' | 'lost' } | { readonly state: 'done'; readonly result: R };

interface Waiting {
  readonly id: string;
  readonly work: () => unknown;
  left: number;
}

/**
 * What is taken now and carried out later, in the order in which it came, whether anybody asks or not. Time goes by
 * with the requests that the shop gets.
 */
export class Tickets {
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #waiting: Waiting[] = [];
  readonly #ended = new Map<string, TicketState<unknown>>();
  #ids = 0;

  constructor(random: Random, faults: Faults) {
    this.#random = random;
    this.#faults = faults;
  }

  /** The number to ask by. */
  take(work: () => unknown): string {
    const id = `t${++this.#ids}`;
    if (this.#faults.strikes('lost-ticket')) this.#ended.set(id, { state: 'lost' });
    else this.#waiting.push({ id, work, left: this.#random.int(1, LONGEST) });
    return id;
  }

  /** undefined: there is no such ticket. */
  look(id: string): TicketState<unknown> | undefined {
    return this.#waiting.some((each) => each.id === id) ? { state: 'working' } : this.#ended.get(id);
  }

  /** A request was taken: somewhat later, that is. */
  tick(): void {
    for (const each of this.#waiting) each.left--;
    while (this.#waiting[0] && this.#waiting[0].left <= 0) {
      const { id, work } = this.#waiting.shift()!;
      this.#ended.set(id, { state: 'done', result: work() });
    }
  }
}
