import { TABLES } from '../../model/tables.ts';
import type { Transaction } from '../storage/database.ts';
import { withOrders } from './order-lookup.ts';

const ADDRESS = Object.keys(TABLES.orders.columns).filter((column) => column.startsWith('ship_'));

/**
 * Shops erase personal data, by law or by a platform's rules, often long before a parcel leaves. An exported order of which
 * the address only lost fields, while its lines stayed as they were, has the goods that were exported: it is no change
 * for the back office to answer, and its parcel goes out.
 */
export async function forgiveLostData(tx: Transaction, connectionId: number): Promise<void> {
  const kept = ADDRESS.map((column) => `(coalesce(s.${column}, '') = '' OR s.${column} = o.${column})`).join(' AND ');
  const lost = ADDRESS.map((column) => `(coalesce(s.${column}, '') = '' AND coalesce(o.${column}, '') <> '')`).join(' OR ');
  await tx.query(
    `UPDATE stage_orders t SET goods_hash = f.exported_goods_hash FROM (
       SELECT s.external_id, o.exported_goods_hash FROM ${withOrders('stage_orders s', 's.external_id')}
       WHERE o.exported_at IS NOT NULL AND o.exported_goods_hash = o.goods_hash AND o.goods_hash <> s.goods_hash AND ${kept} AND (${lost})
         AND NOT EXISTS (
           SELECT 1 FROM (SELECT external_id, sku, quantity FROM stage_order_lines WHERE order_id = s.external_id) theirs
           FULL JOIN (SELECT external_id, sku, quantity FROM order_lines WHERE connection_id = $1 AND order_id = s.external_id) ours USING (external_id)
           WHERE (theirs.sku, theirs.quantity) IS DISTINCT FROM (ours.sku, ours.quantity))) f
     WHERE t.external_id = f.external_id`,
    [connectionId],
  );
}
