import { z } from 'zod';

/** Where reading a list in order of time goes on. */
export const place = z.strictObject({
  /** Rows with this time or later; absent: all. */
  from: z.string().optional(),
  /** So many of them were seen, */
  skip: z.int().min(0),
  /** and this was the last. */
  last: z.string().optional(),
  /** Rows read so far, for the total. */
  read: z.int().min(0),
});
export type Place = z.infer<typeof place>;

/** How rows are told apart. */
export interface RowKeys<T> {
  /** The time that the list is ordered by; undefined: the row has none. */
  readonly time: (row: T) => string | undefined;
  readonly key: (row: T) => string;
}

export const startOf = (since: string | undefined): Place => ({ from: since, skip: 0, read: 0 });

/** Again from the first row of the time that was last seen. */
export const againFrom = ({ from, read }: Place): Place => ({ from, skip: 0, read });

/**
 * The place after more rows. Counting alone loses rows: one that changes moves to the end, and all behind it move up.
 * So the next page begins at the last time seen, and counts rows of that time alone.
 */
export function placeAfter<T>(at: Place, rows: readonly T[], { time, key }: RowKeys<T>): Place {
  const last = rows.at(-1);
  const read = at.read + rows.length;
  if (last === undefined) return { ...at, read };
  const newest = time(last);
  if (newest === undefined || (at.from !== undefined && Date.parse(newest) <= Date.parse(at.from)))
    return { ...at, skip: at.skip + rows.length, last: key(last), read };
  let skip = 0;
  for (let index = rows.length - 1; index >= 0 && time(rows[index]!) === newest; index--) skip++;
  return { from: newest, skip, last: key(last), read };
}

/** A token that is not understood (of another release) means: from the start, which is always safe. */
export function placeOf(token: string | undefined): Place | undefined {
  if (token === undefined) return undefined;
  try {
    return place.safeParse(JSON.parse(token)).data;
  } catch {
    return undefined;
  }
}
