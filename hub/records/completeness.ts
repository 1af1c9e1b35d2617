import { FEEDS, type CountedType } from '../../model/feeds.ts';
import type { Counted } from '../../model/feeds/define.ts';
import type { Queryable } from '../storage/database.ts';

const PAGE = 5000;

interface Source {
  readonly table: string;
  /** When a record came to be at the store. */
  readonly born: string;
}

/** Records that the store can count by the day on which they came to be. */
const SOURCES: Readonly<Record<Counted, Source>> = {
  order: { table: 'orders', born: 'placed_at' },
  product: { table: 'products', born: 'created_at' },
};

const sourceOf = (feed: CountedType): Source => SOURCES[FEEDS[feed].completeness];

/** How many came to be in each of the windows, in their order. */
export async function censusCounts(
  db: Queryable,
  connectionId: number,
  feed: CountedType,
  windows: readonly { readonly from: string; readonly to: string }[],
): Promise<number[]> {
  const { table, born } = sourceOf(feed);
  const rows = await db.query<{ count: number }>(
    `SELECT (SELECT count(*) FROM ${table} WHERE connection_id = $1 AND ${born} >= w.since AND ${born} < w.until) AS count FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS w (since, until, place) ORDER BY w.place`,
    [connectionId, windows.map(({ from }) => from), windows.map(({ to }) => to)],
  );
  return rows.map(({ count }) => count);
}

/** In order of id, a page after `after`; fewer than a page means the end. */
export async function censusIds(
  db: Queryable,
  connectionId: number,
  feed: CountedType,
  from: string,
  to: string,
  after: string,
): Promise<string[]> {
  const { table, born } = sourceOf(feed);
  const rows = await db.query<{ external_id: string }>(
    `SELECT external_id FROM ${table} WHERE connection_id = $1 AND ${born} >= $2 AND ${born} < $3 AND external_id > $4 ORDER BY external_id LIMIT ${PAGE}`,
    [connectionId, from, to, after],
  );
  return rows.map((row) => row.external_id);
}
