import type { FeedType } from '../../model/feeds.ts';
import type { Queryable } from '../storage/database.ts';

const PAGE = 200;

/**
 * Ids of orders that a feed must read again although the platform does not say that they changed, a page after `after`:
 * for OrderImport the held ones whose hour is over, for OrderUpdate every accepted one that is still open.
 */
export async function openRecords(db: Queryable, connectionId: number, feed: FeedType, after: string): Promise<string[]> {
  const filter = feed === 'OrderImport' ? `intake = 'Held' AND look_again_at <= now()` : `intake = 'Accepted' AND state = 'Open'`;
  const rows = await db.query<{ external_id: string }>(
    `SELECT external_id FROM orders WHERE connection_id = $1 AND ${filter} AND external_id > $2 ORDER BY external_id LIMIT ${PAGE}`,
    [connectionId, after],
  );
  return rows.map((row) => row.external_id);
}
