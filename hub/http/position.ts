import { HttpError } from '../base/errors.ts';
import type { Queryable } from '../storage/database.ts';

/** What a page may show: rows above `after`, up to `within`. All are positions as text: bigint. */
export interface PageBounds {
  readonly after: string;
  /** No cursor may lie above it. */
  readonly upTo: string;
  /** Rows up to here are shown: `upTo`, and all where something is looked for by name. */
  readonly within: string;
}

const LAST = '9223372036854775807';

/**
 * Up to where a list of a Store can be read so that nothing can come up behind a position given out: to where the
 * oldest write that is still under way began (migration 0007). The page must be read by a later statement: one that
 * began earlier would not see what was committed in between. Who looks for one thing (`sought`: its number, its SKU)
 * and does not read on finds it also while it moves behind such a write.
 */
export async function pageBounds(
  db: Queryable,
  stores: number | readonly number[],
  position: string | undefined,
  sought?: string,
): Promise<PageBounds> {
  const after = position ?? '0';
  const [row] = await db.query<{ upTo: string; ahead: boolean }>(
    'SELECT min(readable)::text AS "upTo", $2::bigint > max(newest) AS ahead FROM unnest($1::int[]) AS s(id), readable_to(s.id)',
    [typeof stores === 'number' ? [stores] : stores, after],
    'readable-to',
  );
  if (row!.ahead) {
    throw new HttpError(
      410,
      'PositionGone',
      "this position was never given out by this hub's database, so it is of another one: read the list once from the beginning (without `after`), and go on from there",
    );
  }
  const isLookup = sought !== undefined && position === undefined;
  return { after, upTo: row!.upTo, within: isLookup ? LAST : row!.upTo };
}
