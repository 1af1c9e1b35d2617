import type { Transaction } from '../storage/database.ts';
import { remember } from './history.ts';
import { queueOrderEvent, type Endpoint } from './order-events.ts';

interface Reported {
  readonly id: string;
  readonly trackingCode: string | null;
  readonly lines: readonly { readonly lineId: string; readonly quantity: number }[];
}

/**
 * Which of an order's parcels (newest first) the shop took back, when so many pieces of each line are no longer sent
 * there: one that is exactly that, else the newest that fit. Pure.
 */
export function takenBack(fewer: ReadonlyMap<string, number>, parcels: readonly Reported[]): Reported[] {
  const left = new Map(fewer);
  const fits = ({ lines }: Reported) =>
    lines.length > 0 && lines.every(({ lineId, quantity }) => quantity <= (left.get(lineId) ?? 0));
  const exact = parcels.find(
    (parcel) => fits(parcel) && parcel.lines.reduce((sum, { quantity }) => sum + quantity, 0) === sumOf(fewer),
  );
  if (exact) return [exact];
  return parcels.filter((parcel) => {
    if (!fits(parcel)) return false;
    for (const { lineId, quantity } of parcel.lines) left.set(lineId, left.get(lineId)! - quantity);
    return true;
  });
}

const sumOf = (pieces: ReadonlyMap<string, number>): number =>
  [...pieces.values()].reduce((sum, each) => sum + each, 0);

/**
 * Orders of which the shop says that fewer pieces are sent than it did: their parcels there were taken back, the pieces
 * are open again, and the back office is told. To be called before the staged lines take the place of the known ones.
 */
export async function noteTakenBack(
  tx: Transaction,
  { storeId, connectionId, endpoints }: { storeId: number; connectionId: number; endpoints: readonly Endpoint[] },
): Promise<void> {
  const fewer = await tx.query<{ order_id: string; line_id: string; pieces: number }>(
    `SELECT l.order_id, l.external_id AS line_id, l.fulfilled_quantity - s.fulfilled_quantity AS pieces
     FROM stage_order_lines s
     CROSS JOIN LATERAL (SELECT * FROM order_lines WHERE connection_id = $1 AND order_id = s.order_id AND external_id = s.external_id LIMIT 1) l
     WHERE s.fulfilled_quantity < l.fulfilled_quantity`,
    [connectionId],
  );
  for (const [orderId, lines] of Map.groupBy(fewer, (row) => row.order_id)) {
    const parcels = await tx.query<Reported & Record<string, unknown>>(
      `SELECT id, tracking_code AS "trackingCode", coalesce(lines, '[]') AS lines FROM shipments
       WHERE connection_id = $1 AND order_id = $2 AND confirmed_at IS NOT NULL AND taken_back_at IS NULL ORDER BY created_at DESC, id DESC`,
      [connectionId, orderId],
    );
    const back = takenBack(new Map(lines.map(({ line_id, pieces }) => [line_id, pieces])), parcels);
    for (const { id, trackingCode } of back) {
      await tx.query(`UPDATE shipments SET taken_back_at = now(), seq = nextval('change_seq') WHERE id = $1`, [id]);
      await remember(tx, { connectionId, orderId }, 'parcel taken back at the shop', trackingCode, null);
      await queueOrderEvent(tx, storeId, { connectionId, orderId }, 'order.parcel_taken_back', id, endpoints);
    }
  }
}
