import { z } from 'zod';
import { retry, type DriverError } from '../contract/index.ts';

/**
 * Where reading a list goes on. Vendure filters times strictly ("after"), cuts them to milliseconds in its answers
 * while PostgreSQL keeps microseconds and SQLite whole seconds, and orders equal times by id (through the join on
 * channels, which every paginated list has). So a window begins one millisecond before the last time seen and skips
 * what was seen at that time. The last row that was seen is looked at again: where another stands in its place, rows
 * have moved, and that time is read anew. In doubt a row is read twice, never left out.
 */
export interface Position {
  /** ISO time, exclusive. */
  readonly after: string;
  readonly skip: number;
  /** Id of the last row that was seen. */
  readonly last?: string;
  /** Rows read so far, for the total. */
  readonly read: number;
}

export const position = z.object({
  after: z.string(),
  skip: z.int().min(0),
  last: z.string().optional(),
  read: z.int().min(0),
});

const EPOCH = '1970-01-01T00:00:00.000Z';

/** `since` is inclusive. */
export function startAt(since: string | undefined): Position {
  return { after: since === undefined ? EPOCH : before(since), skip: 0, read: 0 };
}

/** The position after a window whose rows have these times; `id`: of the last of them. */
export function advance(from: Position, times: readonly string[], id?: string): Position {
  const read = from.read + times.length;
  const last = times.at(-1);
  // Rows that all lie within the millisecond where the window began: the time brings us no further, only counting does.
  if (last === undefined || before(last) <= from.after)
    return { after: from.after, skip: from.skip + times.length, last: id ?? from.last, read };
  let skip = 0;
  for (let index = times.length - 1; index >= 0 && times[index] === last; index--) skip++;
  return { after: before(last), skip, last: id, read };
}

/** One row of the window before is asked for with the next one. */
export const looksBack = ({ skip, last }: Position): 0 | 1 => (skip > 0 && last !== undefined ? 1 : 0);

/** That time once more, from its first row. */
export const again = ({ after, read }: Position): Position => ({ after, skip: 0, read });

/** So many new beginnings at one place, and the run ends and comes again. */
export const MOST_RESTARTS = 5;

export const rowsMove = (what: string): DriverError =>
  retry('RowsMove', `Rows of "${what}" change place faster than they can be read: the run comes again.`);

/** Reads from a position until what it gives says that no row has moved. */
export async function standing<T>(
  from: Position,
  what: string,
  read: (at: Position) => Promise<T | 'moved'>,
): Promise<{ readonly at: Position; readonly found: T }> {
  let at = from;
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
    const found = await read(at);
    if (found !== 'moved') return { at, found };
    at = again(at);
  }
  throw rowsMove(what);
}

/** A token for `Page.resume`. */
export const encode = (state: unknown): string => JSON.stringify(state);

/**
 * What a token holds. One that cannot be understood (of another version) means: from the start, which is always safe.
 */
export function decode<T>(schema: z.ZodType<T>, token: string | undefined): T | undefined {
  if (token === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(token)).data;
  } catch {
    return undefined;
  }
}

/** A filter by time is strict: `before(t)` as its lower bound takes `t` in. */
export function before(time: string): string {
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw retry('UnexpectedPayload', `The store gave "${time}" as a time.`);
  return new Date(at - 1).toISOString();
}
