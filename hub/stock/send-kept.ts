import type { WakesPods } from '../outbox/queue.ts';
import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';
import { momentOf } from './pieces.ts';
import { queueLevels, readOnly, type Place } from './places.ts';
import { workedOut } from './worked-out.ts';

/** After products came in: the kept levels of SKUs that the connection now has go out. */
export async function sendKept(tx: Transaction, hub: WakesPods, connection: ConnectionRow): Promise<void> {
  const due = await tx.query<
    Pick<Place, 'connection_id' | 'variant_id' | 'location_id' | 'sku' | 'safety_stock'> & Record<string, unknown>
  >(
    `SELECT c.id AS connection_id, v.external_id AS variant_id, t.location AS location_id, t.sku, c.safety_stock
     FROM stock_targets t JOIN connections c ON c.id = $1 JOIN variants v ON v.connection_id = $1 AND v.sku = t.sku AND v.tracked IS NOT FALSE
     WHERE t.store_id = $2 AND t.waiting AND NOT ${readOnly('c.id', 't.location')}
       AND (EXISTS (SELECT 1 FROM locations l WHERE l.connection_id = $1 AND l.external_id = t.location)
         OR EXISTS (SELECT 1 FROM stock_levels s WHERE s.connection_id = $1 AND s.location_id = t.location))`,
    [connection.id, connection.store_id],
    'kept-levels',
  );
  if (due.length === 0) return;
  const moment = await momentOf(tx, connection.store_id);
  const levels = await workedOut(tx, connection.store_id, due, moment);
  await tx.query(
    `UPDATE stock_targets t SET waiting = false FROM unnest($2::text[], $3::text[]) AS d(sku, location) WHERE t.store_id = $1 AND t.sku = d.sku AND t.location = d.location`,
    [connection.store_id, due.map(({ sku }) => sku), due.map(({ location_id }) => location_id)],
  );
  await queueLevels(tx, hub, levels, moment);
}
