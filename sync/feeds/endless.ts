import { retry, type Page } from '../../drivers/contract/index.ts';

/** Of what was announced; rows that move while paging come again, and some platforms count carts as nothing. */
const TIMES_ANNOUNCED = 3;
const SOME_MORE = 1000;

/**
 * Notices a reading that would go on for ever: one that comes to a place where it has been, or gives far more than it
 * announced. Remembers one place alone, taken anew at each power of two (Brent's algorithm), so that a circle of any
 * length is found and memory does not grow.
 */
export class EndlessGuard {
  #read = 0;
  #steps = 0;
  #power = 1;
  #place: string | undefined;

  /** Throws `PageRepeated`. `announced`: how many records there should be, where that is known. */
  pass({ records, unreadable, resume, end }: Page, announced: number | undefined): void {
    this.#read += records.length + (unreadable?.length ?? 0);
    if (end) return;
    if (resume === this.#place)
      throw retry(
        'PageRepeated',
        'the store came back to a page that was read before, so it would be read for ever: the run comes again by itself',
      );
    if (announced !== undefined && this.#read > TIMES_ANNOUNCED * announced + SOME_MORE) {
      throw retry(
        'PageRepeated',
        `the store announced ${announced} records and gave ${this.#read} without an end: the run comes again by itself`,
      );
    }
    if (++this.#steps < this.#power && this.#place !== undefined) return;
    this.#place = resume;
    this.#power *= 2;
    this.#steps = 0;
  }
}
