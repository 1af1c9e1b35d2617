import { UNREADABLE } from '../../model/batch.ts';
import { FEEDS, type RereadType } from '../../model/feeds.ts';
import type { Reread } from '../../model/feeds/define.ts';
import type { Queryable } from '../storage/database.ts';

const PAGE = 200;

/**
 * Held ones and those that could not be read, when their hour is over; those put aside for good that new rules of the
 * Store speak for, once (read-anew.ts); every accepted one that is still open, and once
 * a day what was completed lately: it may be refunded or come back.
 */
const FILTERS: Readonly<Record<Reread, string>> = {
  heldOrders: `intake <> 'Accepted' AND (intake IN ('Held', 'Skipped') OR intake = 'Rejected' AND intake_reason = '${UNREADABLE}') AND look_again_at <= now()`,
  openOrders: `intake = 'Accepted' AND (state = 'Open' OR state = 'Completed' AND look_again_at <= now())`,
};

/**
 * Ids of orders that a feed must read again although the platform does not say that they changed, a page after `after`.
 */
export async function openRecords(
  db: Queryable,
  connectionId: number,
  feed: RereadType,
  after: string,
): Promise<string[]> {
  const rows = await db.query<{ external_id: string }>(
    `SELECT external_id FROM orders WHERE connection_id = $1 AND ${FILTERS[FEEDS[feed].reread]} AND external_id > $2 ORDER BY external_id LIMIT ${PAGE}`,
    [connectionId, after],
  );
  return rows.map((row) => row.external_id);
}
