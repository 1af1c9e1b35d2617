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

export async function censusCount(
  db: Queryable,
  connectionId: number,
  feed: CountedType,
  from: string,
  to: string,
): Promise<number> {
  const { table, born } = sourceOf(feed);
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${table} WHERE connection_id = $1 AND ${born} >= $2 AND ${born} < $3`,
    [connectionId, from, to],
  );
  return row!.count;
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
