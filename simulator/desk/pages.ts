import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import { touch } from '../shop/life.ts';
import type { Shop } from '../shop/shop.ts';

/** How the shop pages where the platform leaves it the choice. */
export type Paging = 'keyset' | 'offset';

interface Timed {
  readonly id: string;
  readonly updatedAt: string;
}

/** A part of a list. */
export interface Slice<T> {
  readonly rows: readonly T[];
  /** How many there are in all, as the shop announces it. */
  readonly total: number;
  /** How many it gives at most. */
  readonly limit: number;
}

export interface PagesOptions {
  readonly shop: Shop;
  readonly random: Random;
  readonly faults: Faults;
  readonly paging: Paging;
  /** Rows in an answer at most, whatever is asked for. */
  readonly cap: number;
}

/** Lists in parts: sorted, with moving rows, wrong totals and pages past the end. */
export class Pages {
  readonly paging: Paging;
  readonly #options: PagesOptions;

  constructor(options: PagesOptions) {
    this.paging = options.paging;
    this.#options = options;
  }

  /** Rows after a key; `next` is the key to go on with, undefined at the end. */
  byKey<T>(
    rows: readonly T[],
    keyOf: (row: T) => string,
    asked: { readonly limit?: number; readonly after?: string },
  ): Slice<T> & { readonly next: string | undefined } {
    const { faults } = this.#options;
    const limit = this.#limit(asked.limit);
    const sorted = sortedBy(rows, keyOf);
    const rest = asked.after === undefined ? sorted : sorted.filter((row) => compare(keyOf(row), asked.after!) > 0);
    const part = rest.slice(0, limit);
    const ended = part.length === rest.length;
    const next = ended
      ? asked.after !== undefined && faults.strikes('repeat-last-page')
        ? asked.after
        : undefined
      : keyOf(part.at(-1)!);
    return { rows: part, total: this.#total(sorted.length), limit, next };
  }

  /** Rows from an offset on. Some shops give the last page again to who asks for what is behind it. */
  byOffset<T>(
    rows: readonly T[],
    keyOf: (row: T) => string,
    asked: { readonly limit?: number; readonly offset?: number; readonly descending?: boolean },
  ): Slice<T> {
    const limit = this.#limit(asked.limit);
    const sorted = sortedBy(rows, keyOf);
    if (asked.descending) sorted.reverse();
    const from = asked.offset ?? 0;
    const offset =
      from >= sorted.length && from > 0 && this.#options.faults.strikes('repeat-last-page')
        ? Math.max(0, sorted.length - limit)
        : from;
    return { rows: sorted.slice(offset, offset + limit), total: this.#total(sorted.length), limit };
  }

  /** Whoever goes on with a list may find that rows have moved. */
  goesOn(): void {
    const { faults, shop, random } = this.#options;
    if (faults.strikes('moving-rows')) touch(shop, random);
  }

  #limit(asked: number | undefined): number {
    return Math.max(1, Math.min(this.#options.cap, asked ?? this.#options.cap));
  }

  #total(count: number): number {
    const { faults, random } = this.#options;
    return faults.strikes('wrong-total') ? Math.max(0, count + random.int(-3, 3)) : count;
  }
}

/** In order of (time of change, id). */
export const timedKey = ({ updatedAt, id }: Timed): string => `${updatedAt}\n${id}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sortedBy<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  return [...rows].sort((a, b) => compare(keyOf(a), keyOf(b)));
}
