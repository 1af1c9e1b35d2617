import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retry, terminal, type DriverError, type WriteResult } from '../../contract/index.ts';
import { halvedWrite } from '../writes/halved-write.ts';
import { halvedRead, type FragileList } from './halved-read.ts';
import { Shrinking } from './shrinking.ts';
import { pagesByTime, type NumberedList, type NumberedPage } from './pages-by-time.ts';

interface Row {
  readonly id: number;
  readonly at: number;
  /** What could be read of a row that the store cannot show. */
  readonly bare?: true;
}

const BASE = Date.parse('2026-11-24T10:00:00Z');
const timeOf = ({ at }: Row): string => new Date(BASE + at * 1000).toISOString();
const BROKEN = 'Cannot return null for non-nullable field';
const brokenRow = (error: unknown): DriverError | undefined =>
  error instanceof Error && error.message === BROKEN ? (error as DriverError) : undefined;

/** A shop with pages by number, whose rows move to the end while it is read: `moves` says which, before each call. */
class MovingShop {
  rows: Row[];
  calls = 0;
  readonly #moves: readonly (number | undefined)[];
  readonly #broken: ReadonlySet<number>;
  #clock = 1000;

  constructor(times: readonly number[], moves: readonly (number | undefined)[] = [], broken: readonly number[] = []) {
    this.rows = times.map((at, id) => ({ id, at }));
    this.#moves = moves;
    this.#broken = new Set(broken);
  }

  ordered(from?: string): Row[] {
    return this.rows
      .filter((row) => from === undefined || Date.parse(timeOf(row)) >= Date.parse(from))
      .sort((a, b) => a.at - b.at || a.id - b.id);
  }

  #move(): void {
    const move = this.#moves[this.calls++];
    if (move === undefined || move >= this.rows.length) return;
    this.rows = this.rows.map((row) => (row.id === move ? { ...row, at: this.#clock++ } : row));
  }

  page(
    from: string | undefined,
    page: number,
    size: number,
    options: { repeatsLast?: boolean } = {},
  ): NumberedPage<Row> {
    this.#move();
    const all = this.ordered(from);
    const last = Math.max(1, Math.ceil(all.length / size));
    const number = options.repeatsLast ? Math.min(page, last) : page;
    const rows = all.slice((number - 1) * size, number * size);
    if (rows.some(({ id }) => this.#broken.has(id))) throw retry('StoreError', BROKEN);
    return { rows, ...(options.repeatsLast ? {} : { total: all.length }) };
  }

  list(pageSize: number, options: { repeatsLast?: boolean; resume?: string } = {}): NumberedList<Row> {
    return {
      what: 'orders',
      page: async (from, page, size) => this.page(from, page, size, options),
      time: timeOf,
      key: ({ id }) => String(id),
      fragile: { brokenRow, alone: async (from, page) => ({ ...this.ordered(from)[page - 1]!, bare: true }) },
      resume: options.resume,
      pageSize,
    };
  }
}

async function idsOf(list: NumberedList<Row>): Promise<number[]> {
  const ids: number[] = [];
  let steps = 0;
  for await (const { rows } of pagesByTime(list)) {
    ids.push(...rows.map(({ id }) => id));
    if (++steps > 2000) throw new Error('it goes round and round');
  }
  return ids;
}

/** As a driver would do it that counts pages. */
function byNumberAlone(shop: MovingShop, size: number): number[] {
  const ids: number[] = [];
  for (let page = 1; ; page++) {
    const { rows } = shop.page(undefined, page, size);
    ids.push(...rows.map(({ id }) => id));
    if (rows.length < size) return ids;
  }
}

const times = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 40 });
const pageSize = fc.integer({ min: 1, max: 7 });
/** At most one row in two calls moves: what moves faster than it is read ends the run. */
const moves = fc
  .array(fc.option(fc.integer({ min: 0, max: 39 }), { nil: undefined }), { maxLength: 30 })
  .map((some) => some.flatMap((move) => [move, undefined, undefined]));

describe('pages by time', () => {
  it('gives each row, whichever rows move while it is read, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(times, moves, pageSize, async (at, moving, size) => {
        const ids = await idsOf(new MovingShop(at, moving).list(size));
        expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(at.map((_, id) => id));
      }),
      { numRuns: 500 },
    );
  });

  it('is tried against a shop in which counting pages loses rows', () => {
    const shop = new MovingShop([0, 1, 2, 3, 4, 5], [undefined, 0]);
    expect(byNumberAlone(shop, 2)).not.toContain(2);
  });

  it('gives each row once where nothing moves, in about as many calls as there are pages', async () => {
    await fc.assert(
      fc.asyncProperty(times, pageSize, async (at, size) => {
        expect((await idsOf(new MovingShop(at).list(size))).sort((a, b) => a - b)).toEqual(at.map((_, id) => id));
      }),
    );
    const shop = new MovingShop(Array.from({ length: 1000 }, (_, id) => id));
    await idsOf(shop.list(100));
    expect(shop.calls).toBeLessThanOrEqual(11);
  });

  it('ends at a shop that repeats its last page for ever and knows no total', async () => {
    await fc.assert(
      fc.asyncProperty(times, pageSize, async (at, size) => {
        const ids = await idsOf(new MovingShop(at).list(size, { repeatsLast: true }));
        expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(at.map((_, id) => id));
      }),
    );
  });

  it('goes on after any page, with another page size', async () => {
    await fc.assert(
      fc.asyncProperty(times, pageSize, pageSize, fc.integer({ min: 0, max: 10 }), async (at, first, second, stop) => {
        const shop = new MovingShop(at);
        const ids: number[] = [];
        let resume: string | undefined;
        let left = stop;
        for await (const page of pagesByTime(shop.list(first))) {
          ids.push(...page.rows.map(({ id }) => id));
          resume = page.resume;
          if (left-- === 0) break;
        }
        ids.push(...(await idsOf(shop.list(second, { resume }))));
        expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(at.map((_, id) => id));
      }),
    );
  });

  it('tells how many rows there are', async () => {
    const totals: (number | undefined)[] = [];
    for await (const { total } of pagesByTime(new MovingShop([0, 1, 1, 1, 2, 3]).list(2))) totals.push(total);
    expect(new Set(totals)).toEqual(new Set([6]));
  });

  it('finds rows that make the shop fail, and gives the others, though rows move', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 40 }),
        moves,
        pageSize,
        fc.integer({ min: 0, max: 39 }),
        async (at, moving, size, broken) => {
          const shop = new MovingShop(at, moving, [broken]);
          const seen: Row[] = [];
          for await (const { rows } of pagesByTime(shop.list(size))) seen.push(...rows);
          expect([...new Set(seen.map(({ id }) => id))].sort((a, b) => a - b)).toEqual(at.map((_, id) => id));
          expect(seen.filter(({ bare }) => bare).every(({ id }) => id === broken)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives up where the shop can show nothing, and where rows never stay', async () => {
    const all = Array.from({ length: 30 }, (_, id) => id);
    const broken = new MovingShop(all, [], all);
    await expect(idsOf(broken.list(8))).rejects.toThrow(BROKEN);
    expect(broken.calls).toBeLessThan(60);
    let names = 0;
    const restless = { ...new MovingShop([1, 1, 1, 1, 1, 1]).list(1), key: () => String(names++) };
    await expect(idsOf(restless)).rejects.toMatchObject({ details: { reason: 'RowsMove' } });
  });
});

describe('a page that fails for one row', () => {
  interface Slice {
    readonly items: readonly number[];
    readonly lost: readonly number[];
  }
  const listOf = (size: number, broken: readonly number[], calls: { made: number }): FragileList<Slice> => ({
    brokenRow,
    read: async (skip, take) => {
      calls.made++;
      const items = Array.from({ length: Math.max(0, Math.min(take, size - skip)) }, (_, index) => skip + index);
      if (items.some((item) => broken.includes(item))) throw retry('StoreError', BROKEN);
      return { items, lost: [] };
    },
    alone: async (skip) => ({ items: [], lost: [skip] }),
  });

  it('is halved to the row, in few calls; all others are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 100 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { maxLength: 4 }),
        async (size, take, at) => {
          const broken = at.filter((row) => row < size);
          const calls = { made: 0 };
          const list = listOf(size, broken, calls);
          const shrinking = new Shrinking();
          const items: number[] = [];
          const lost: number[] = [];
          for (let skip = 0; skip < size;) {
            const slice = await halvedRead(list, skip, take, shrinking);
            items.push(...slice.items);
            lost.push(...slice.lost);
            skip += slice.items.length + slice.lost.length;
          }
          expect(lost).toEqual(broken.toSorted((a, b) => a - b));
          expect([...items, ...lost].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, row) => row));
          const pages = Math.ceil(size / take);
          expect(calls.made).toBeLessThanOrEqual(pages + broken.length * (2 * Math.ceil(Math.log2(take)) + 4));
        },
      ),
    );
  });

  it('is none where the key is refused', async () => {
    const list: FragileList<Slice> = {
      brokenRow,
      read: () => Promise.reject(terminal('KeyRefused', 'no')),
      alone: () => Promise.reject(new Error('never')),
    };
    await expect(halvedRead(list, 0, 100, new Shrinking())).rejects.toThrow('no');
  });
});

describe('a batch that is all or nothing', () => {
  const apply = (broken: readonly number[], done: number[], calls: { made: number }) => ({
    atOnce: 16,
    entries: (item: number) => [{ entryId: `e${item}` }],
    send: async (items: readonly number[]): Promise<readonly WriteResult[]> => {
      calls.made++;
      if (items.some((item) => broken.includes(item))) throw terminal('StoreRefused', 'one of them is wrong');
      done.push(...items);
      return items.map((item) => ({ entryId: `e${item}`, outcome: 'Applied' as const }));
    },
    refused: (error: unknown) => error instanceof Error && error.message === 'one of them is wrong',
    alone: (item: number): WriteResult[] => [
      { entryId: `e${item}`, outcome: 'Rejected', reason: 'StoreRefused', message: 'it is wrong' },
    ],
  });

  it('does each good one once, and gives one result for each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 10 }),
        async (size, at) => {
          const broken = at.filter((item) => item < size);
          const items = Array.from({ length: size }, (_, item) => item);
          const done: number[] = [];
          const calls = { made: 0 };
          const results = await halvedWrite(items, apply(broken, done, calls));
          expect(results.map(({ entryId }) => entryId)).toEqual(items.map((item) => `e${item}`));
          expect(results.flatMap(({ outcome }, item) => (outcome === 'Rejected' ? [item] : []))).toEqual(
            broken.toSorted((a, b) => a - b),
          );
          expect(done.sort((a, b) => a - b)).toEqual(items.filter((item) => !broken.includes(item)));
          expect(calls.made).toBeLessThanOrEqual(Math.ceil(size / 16) + broken.length * 2 * 4);
        },
      ),
    );
  });

  it('says Retry of each where the connection breaks, and throws what a person must mend', async () => {
    const how = apply([], [], { made: 0 });
    const cut = { ...how, send: () => Promise.reject(retry('ConnectionFailed', 'cut')) };
    expect((await halvedWrite([1, 2], cut)).map(({ outcome }) => outcome)).toEqual(['Retry', 'Retry']);
    const refused = { ...how, send: () => Promise.reject(terminal('PermissionMissing', 'no right')) };
    await expect(halvedWrite([1, 2], refused)).rejects.toThrow('no right');
  });
});
