import type { Faults } from '../faults.ts';

/** A record as it was when it came into the queue. */
export interface Message<T> {
  /** Grows by one with every message. */
  readonly number: number;
  readonly row: T;
}

/**
 * A platform that does not list but hands out: each change of a row is a message, which is given until its reader
 * acknowledges it. Readers that do not acknowledge get it again; those that do may get it once more.
 */
export class Queue<T extends { readonly id: string }> {
  readonly #faults: Faults;
  readonly #numbers = new Map<T, number>();
  readonly #acknowledged = new Map<string, T>();
  #last = 0;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /** What waits, by number, after `after`. A row that changed again waits once, as it is now. */
  waiting(rows: readonly T[], after = 0): Message<T>[] {
    for (const row of rows) if (!this.#numbers.has(row)) this.#numbers.set(row, ++this.#last);
    return rows
      .filter((row) => this.#acknowledged.get(row.id) !== row || this.#faults.strikes('repeated-message'))
      .map((row) => ({ number: this.#numbers.get(row)!, row }))
      .filter(({ number }) => number > after)
      .sort((a, b) => a.number - b.number);
  }

  /** A number of an older self of its row takes nothing from the queue. */
  acknowledge(numbers: readonly number[]): void {
    const asked = new Set(numbers);
    for (const [row, number] of this.#numbers) if (asked.has(number)) this.#acknowledged.set(row.id, row);
  }
}
