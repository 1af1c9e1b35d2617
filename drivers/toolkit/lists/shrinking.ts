/** More broken rows than this, with no whole page between them, mean that the store is broken, not a row. */
const MOST_LOST = 5;

/** How much is asked for next, while a broken row is looked for by halves. */
export class Shrinking {
  /** So many rows from here hold a broken one. */
  #suspect: number | undefined;
  #lost = 0;

  size(take: number): number {
    return this.#suspect === undefined ? take : Math.max(1, Math.min(take, Math.floor(this.#suspect / 2)));
  }

  worked(rows: number): void {
    if (this.#suspect === undefined) this.#lost = 0;
    else this.#suspect = this.#suspect > rows ? this.#suspect - rows : undefined;
  }

  failed(size: number): void {
    this.#suspect = size;
  }

  /** The broken row was found. False: there are too many. */
  found(): boolean {
    this.#suspect = undefined;
    return ++this.#lost <= MOST_LOST;
  }
}
