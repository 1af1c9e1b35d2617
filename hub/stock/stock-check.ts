import type { Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';

interface Difference extends Record<string, unknown> {
  readonly subject: string; readonly variant_id: string; readonly location_id: string; readonly sku: string;
  readonly there: number; readonly wanted: number; readonly set_at: string;
  /** The level reached the store once: then what differs was done there (a sale, a correction by hand). */
  readonly confirmed: boolean;
}

/**
 * StockCheck: the levels just read (staged) against what the back office last set. A level that never reached the store
 * is sent again; one that did and differs now is named, for a person to look at: a sale that the back office has not
 * counted yet looks the same as a correction by hand. What waits to be written is no difference.
 */
export async function checkStock(tx: Transaction, connection: ConnectionRow): Promise<void> {
  const differences = await tx.query<Difference>(
    `WITH level AS (
       SELECT s.sku || '@' || s.location_id AS subject, s.variant_id, s.location_id, s.sku, s.on_hand AS there, greatest(0, t.quantity - c.safety_stock) AS wanted, t.changed_at AS set_at
       FROM stage_stock_levels s JOIN connections c ON c.id = $1
       JOIN stock_targets t ON t.store_id = c.store_id AND t.sku = s.sku AND t.location = s.location_id)
     SELECT l.*, EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state = 'Applied' AND o.done_at >= l.set_at) AS confirmed
     FROM level l
     WHERE l.there <> l.wanted
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.subject = l.subject AND o.state IN ('Pending', 'Sent', 'Held'))`,
    [connection.id],
  );
  await resolveSettled(tx, connection.id, differences);
  for (const difference of differences) {
    if (!difference.confirmed) await sendAgain(tx, connection.id, difference);
    await tell(tx, connection.id, difference);
  }
}

async function sendAgain(tx: Transaction, connectionId: number, { subject, variant_id, location_id, sku, wanted }: Difference): Promise<void> {
  await tx.query(
    `INSERT INTO outbox (connection_id, kind, subject, payload) VALUES ($1, 'stock', $2, $3::jsonb) ON CONFLICT (connection_id, subject) WHERE kind = 'stock' AND state = 'Pending' DO NOTHING`,
    [connectionId, subject, JSON.stringify({ variantId: variant_id, locationId: location_id, sku, quantity: wanted })],
  );
}

async function tell(tx: Transaction, connectionId: number, { subject, sku, there, wanted, set_at, confirmed }: Difference): Promise<void> {
  const [reason, remedy] = confirmed
    ? ['StockDiffers', 'it was confirmed then, so it changed at the store: compare with sales, and post the level again if the store is wrong']
    : ['StockNeverArrived', 'it never reached the store: sent again'];
  await tx.query(
    `INSERT INTO problems (connection_id, feed_type, record, reason, severity, message) VALUES ($1, 'StockCheck', $2, $3, 'Info', $4)
     ON CONFLICT (connection_id, feed_type, record, reason) DO UPDATE SET last_seen_at = now(), count = problems.count + 1, message = EXCLUDED.message, resolved_at = NULL`,
    [connectionId, subject, reason, `SKU ${sku}: the store has ${there}, the back office set ${wanted} at ${set_at}; ${remedy}`],
  );
}

async function resolveSettled(tx: Transaction, connectionId: number, differences: readonly Difference[]): Promise<void> {
  await tx.query(
    `UPDATE problems p SET resolved_at = now() FROM stage_stock_levels s
     WHERE p.connection_id = $1 AND p.feed_type = 'StockCheck' AND p.resolved_at IS NULL AND p.record = s.sku || '@' || s.location_id AND NOT p.record = ANY($2::text[])`,
    [connectionId, differences.map(({ subject }) => subject)],
  );
}
