import { retry, type DriverError } from '../../contract/index.ts';
import type { Fragile } from './halved-read.ts';
import { againFrom, placeAfter, placeOf, startOf, type Place, type RowKeys } from './place.ts';
import { Shrinking } from './shrinking.ts';

/** So many new beginnings without a step forward, and the run ends and comes again. */
const MOST_RESTARTS = 5;

/** One page as the platform gives it. */
export interface NumberedPage<T> {
  readonly rows: readonly T[];
  /** How many rows there are from that time on, where the platform says so. */
  readonly total?: number;
}

/** A list that the platform gives in pages by number. */
export interface NumberedList<T> extends RowKeys<T> {
  /** For messages: "orders". */
  readonly what: string;
  /**
   * One page, the first being 1, of the rows with the time `from` or a later one (absent: of all), ordered by that
   * time, and within one time always in the same order.
   */
  readonly page: (from: string | undefined, page: number, size: number) => Promise<NumberedPage<T>>;
  /** Where a page can fail for one row: it is halved down to that row, and `alone` says what stands for it. */
  readonly fragile?: Fragile & {
    readonly alone: (from: string | undefined, page: number, error: DriverError) => Promise<T>;
  };
  readonly since?: string;
  /** As of `ReadRequest`. */
  readonly resume?: string;
  readonly pageSize: number;
}

export interface TimedPage<T> {
  readonly rows: readonly T[];
  /** For `Page.resume`: holds whatever the page size. */
  readonly resume: string;
  readonly end: boolean;
  readonly total: number | undefined;
}

/**
 * Reads a list to its end while its rows move: the next page is asked for by the last time seen, and only within that
 * time by number. The last row that was seen is looked at again: where another stands in its place, rows have moved,
 * and that time is read anew. A row may come twice, none is left out.
 */
export async function* pagesByTime<T>(list: NumberedList<T>): AsyncGenerator<TimedPage<T>> {
  const shrinking = new Shrinking();
  let at = placeOf(list.resume) ?? startOf(list.since);
  for (let restarts = 0; ;) {
    const step = await wholeStep(list, at, shrinking);
    if (step === 'moved') {
      if (++restarts > MOST_RESTARTS)
        throw retry('RowsMove', `${list.what} change place faster than they can be read: the run comes again`);
      at = againFrom(at);
      continue;
    }
    const total = step.total === undefined ? undefined : at.read + Math.max(0, step.total - at.skip);
    const next = placeAfter(at, step.rows, list);
    if (next.from !== at.from) restarts = 0;
    at = next;
    yield { rows: step.rows, resume: JSON.stringify(at), end: step.end, total };
    if (step.end) return;
  }
}

interface Step<T> extends NumberedPage<T> {
  readonly end: boolean;
}

/** The next rows; where the store fails at them, fewer, down to one. */
async function wholeStep<T>(list: NumberedList<T>, at: Place, shrinking: Shrinking): Promise<Step<T> | 'moved'> {
  for (;;) {
    const size = shrinking.size(list.pageSize);
    try {
      const step = await stepFrom(list, at, size, list.page);
      shrinking.worked(size);
      return step;
    } catch (error) {
      const { fragile } = list;
      const broken = fragile?.brokenRow(error);
      if (!fragile || !broken) throw error;
      if (size > 1) shrinking.failed(size);
      else if (!shrinking.found()) throw error;
      else return stepFrom(list, at, 1, (from, number) => rowAlone(list, fragile, from, number));
    }
  }
}

/** One row, or what stands for it. */
async function rowAlone<T>(
  list: NumberedList<T>,
  fragile: NonNullable<NumberedList<T>['fragile']>,
  from: string | undefined,
  number: number,
): Promise<NumberedPage<T>> {
  try {
    return await list.page(from, number, 1);
  } catch (error) {
    const broken = fragile.brokenRow(error);
    if (!broken) throw error;
    return { rows: [await fragile.alone(from, number, broken)] };
  }
}

async function stepFrom<T>(
  { what, key }: NumberedList<T>,
  { from, skip, last }: Place,
  size: number,
  pageOf: NumberedList<T>['page'],
): Promise<Step<T> | 'moved'> {
  const number = Math.floor(skip / size) + 1;
  const seen = skip % size;
  const { rows, total } = await pageOf(from, number, size);
  // What is looked back at is asked for after what is new: a row that moves in between is noticed.
  const before = skip > 0 && seen === 0 ? await pageOf(from, number - 1, size) : undefined;
  const lastSeen = before ? before.rows[size - 1] : rows[seen - 1];
  if (skip > 0 && (lastSeen === undefined || key(lastSeen) !== last)) return 'moved';
  if (before && repeats(rows, before.rows, key)) return { rows: [], total, end: true };
  const end = total === undefined ? rows.length < size : number * size >= total;
  if (rows.length === 0 && !end)
    throw retry('UnexpectedPayload', `the store announces ${total} ${what} and gives fewer: the run comes again`);
  return { rows: rows.slice(seen), total, end };
}

/** Some platforms give the last page again to whoever asks for one behind it. */
function repeats<T>(rows: readonly T[], before: readonly T[], key: (row: T) => string): boolean {
  return rows.length > 0 && rows.every((row, index) => before[index] !== undefined && key(row) === key(before[index]));
}
