import type { StoreSpec } from '../../crds/index.ts';
import type { Transaction } from '../storage/database.ts';
import { orderRulesOf } from '../stores/order-rules.ts';

/**
 * Orders that were put aside for good by what the Store said: of another channel, or not paid in time. Where it takes
 * that channel now, or waits longer, they are read again: what they are by now, only the shop knows. Returns the ids
 * of their connections, one for each order.
 */
export async function readAnew(tx: Transaction, storeId: number, before: StoreSpec, now: StoreSpec): Promise<number[]> {
  const [old, rules] = [orderRulesOf(before), orderRulesOf(now)];
  const waitsLonger = rules.unpaidDays > old.unpaidDays || rules.accept.some((kind) => !old.accept.includes(kind));
  const rows = await tx.query<{ connection_id: number }>(
    `UPDATE orders SET look_again_at = now()
     WHERE store_id = $1 AND intake = 'Skipped' AND (intake_reason = 'OtherChannel' AND $2::text[] IS NULL
       OR intake_reason = 'OtherChannel' AND facts->>'channel' = ANY($2) OR intake_reason = 'NeverPaid' AND $3)
     RETURNING connection_id`,
    [storeId, rules.channels ?? null, waitsLonger],
  );
  return rows.map(({ connection_id }) => connection_id);
}
