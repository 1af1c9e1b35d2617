import { orderOf, productOf, type ShopOrder, type ShopProduct } from './data.ts';

/** What must be found in a database after a run: counted from the source itself. */
export interface SourceSums {
  readonly count: number;
  /** Of an order's total; of the first variant's price of a product. */
  readonly total: number;
  /** Pieces ordered; 0 for products. */
  readonly quantity: number;
}

const SECOND = 1000;

/**
 * Records of one kind in order of their time of change, as a shop's API lists them: the unchanged ones first, then
 * those that changed, each a second after the one before.
 */
export class Catalogue<T extends ShopOrder | ShopProduct> {
  readonly #make: (index: number, version: number, createdAt: string, updatedAt: string) => T;
  readonly #size: number;
  readonly #start: number;
  #rows: { index: number; version: number; at: number }[] = [];

  constructor(
    size: number,
    start: number,
    make: (index: number, version: number, createdAt: string, updatedAt: string) => T,
  ) {
    this.#size = size;
    this.#start = start;
    this.#make = make;
    this.reset();
  }

  reset(): void {
    this.#rows = Array.from({ length: this.#size }, (_, index) => ({
      index,
      version: 1,
      at: this.#start + index * SECOND,
    }));
  }

  get length(): number {
    return this.#rows.length;
  }

  /** Every `step`th record changes. */
  change(step: number): number {
    const changed = this.#rows.filter((row) => row.index % step === 0);
    const kept = this.#rows.filter((row) => row.index % step !== 0);
    const last = this.#rows.at(-1)!.at;
    this.#rows = [
      ...kept,
      ...changed.map((row, position) => ({ ...row, version: row.version + 1, at: last + (position + 1) * SECOND })),
    ];
    return changed.length;
  }

  /** A new record, changed `at`. Returns its id. */
  add(at: number): string {
    const row = { index: this.#rows.length, version: 1, at };
    this.#rows.push(row);
    return this.#record(row).id;
  }

  /** Records by id, newest first looked at: what a webhook names has just come. */
  byIds(ids: readonly string[]): T[] {
    const wanted = new Set(ids);
    const found: T[] = [];
    for (let position = this.#rows.length - 1; position >= 0 && found.length < wanted.size; position--) {
      const record = this.#record(this.#rows[position]!);
      if (wanted.has(record.id)) found.push(record);
    }
    return found;
  }

  /** Position of the first record changed at `since` or later. */
  first(since: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.at < since) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slice(from: number, to: number): T[] {
    return this.#rows.slice(from, to).map((row) => this.#record(row));
  }

  sums(): SourceSums {
    let total = 0;
    let quantity = 0;
    for (const row of this.#rows) {
      const record = this.#record(row);
      total += 'lines' in record ? record.total : record.variants[0]!.price;
      if ('lines' in record) quantity += record.lines.reduce((sum, line) => sum + line.quantity, 0);
    }
    return { count: this.#rows.length, total, quantity };
  }

  #record({ index, version, at }: { index: number; version: number; at: number }): T {
    return this.#make(index, version, new Date(this.#start + index * SECOND).toISOString(), new Date(at).toISOString());
  }
}

export const orders = (size: number, start: number, products: number): Catalogue<ShopOrder> =>
  new Catalogue(size, start, (index, version, createdAt, updatedAt) =>
    orderOf(index, version, createdAt, updatedAt, products),
  );
export const products = (size: number, start: number): Catalogue<ShopProduct> => new Catalogue(size, start, productOf);
