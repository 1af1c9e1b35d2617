import type { WriteOf } from '../../model/feeds.ts';
import {
  nothingMore,
  PATIENCE_SECONDS,
  type ClaimedWrite,
  type DoneWrite,
  type ExportEffects,
} from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';
import { stockBrake } from './brakes.ts';
import { catchUp } from './catch-up.ts';
import { THERE } from './places.ts';

/** What the hub does about stock levels on their way to a store. */
export const stockEffects: ExportEffects<'StockExport'> = {
  decorate: atClaim,
  waits: parcelsFirst,
  brake: stockBrake,
  applied: rememberLevels,
  rejected: nothingMore,
};

/**
 * A shop that counts what is on hand takes a parcel off itself, once it is told of it. A level without the parcel that
 * comes before would have it taken off twice; so parcels that are just going out go first.
 */
async function parcelsFirst(tx: Transaction, connectionId: number): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM outbox o JOIN connections c ON c.id = o.connection_id AND c.stock = 'onHand'
     WHERE o.connection_id = $1 AND o.kind = 'shipment' AND o.state IN ('Pending', 'Sent') AND o.failures = 0
       AND o.created_at > now() - make_interval(secs => ${PATIENCE_SECONDS}) LIMIT 1`,
    [connectionId],
  );
  return rows.length > 0;
}

/**
 * A level carries what the store was last known to have (`expected`) of that which it counts: as of now, for a level
 * before it may have been written since it was queued. Only at the first attempt: where the store has changed since (a
 * sale), the back office had the time until the second to say another number, and if it does not, its word counts; else
 * the level would be refused for ever.
 */
async function atClaim(
  tx: Transaction,
  connectionId: number,
  entries: readonly ClaimedWrite<'StockExport'>[],
): Promise<readonly WriteOf<'StockExport'>[]> {
  const levels = await catchUp(tx, connectionId, entries);
  const first = entries.filter(({ attempts }) => attempts === 1);
  const known = await tx.query<{ index: number; there: number }>(
    `SELECT w.index::int AS index, ${THERE} AS there FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY AS w(connection_id, variant_id, location_id, index)
     JOIN connections c ON c.id = w.connection_id
     JOIN stock_levels s ON s.connection_id = w.connection_id AND s.variant_id = w.variant_id AND s.location_id = w.location_id WHERE ${THERE} IS NOT NULL`,
    [
      first.map(() => connectionId),
      first.map(({ payload }) => payload.variantId),
      first.map(({ payload }) => payload.locationId),
    ],
  );
  const expected = new Map(known.map(({ index, there }) => [first[index - 1]!.id, there]));
  return levels.map((level, index) => {
    const { id } = entries[index]!;
    return expected.has(id) ? { ...level, expected: expected.get(id) } : level;
  });
}

/**
 * The level is remembered as the store's: else one that is set back to what was last read would look unchanged. Each
 * row is looked up by its whole primary key: beside a constant connection the planner reads all of the connection's
 * rows for each batch, as long as it has no statistics.
 */
async function rememberLevels(
  tx: Transaction,
  connectionId: number,
  entries: readonly DoneWrite<'StockExport'>[],
): Promise<void> {
  const differs = `${THERE} IS DISTINCT FROM w.written`;
  await tx.query(
    `UPDATE stock_levels s SET sent = w.written, sent_at = now(), sent_seq = last_position(),
       available = CASE c.stock WHEN 'available' THEN w.written ELSE s.available + (w.written - s.on_hand) END,
       on_hand = CASE c.stock WHEN 'available' THEN s.on_hand + (w.written - s.available) ELSE w.written END,
       hash = CASE WHEN ${differs} THEN '00000000-0000-0000-0000-000000000000' ELSE s.hash END,
       seq = CASE WHEN ${differs} THEN nextval('change_seq') ELSE s.seq END, changed_at = CASE WHEN ${differs} THEN now() ELSE s.changed_at END
     FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::int[]) AS g(connection_id, variant_id, location_id, quantity, available)
     JOIN connections c ON c.id = g.connection_id CROSS JOIN LATERAL (SELECT g.*, CASE c.stock WHEN 'available' THEN g.available ELSE g.quantity END AS written) w
     WHERE s.connection_id = g.connection_id AND s.variant_id = g.variant_id AND s.location_id = g.location_id`,
    [
      entries.map(() => connectionId),
      entries.map(({ write }) => write.variantId),
      entries.map(({ write }) => write.locationId),
      entries.map(({ write }) => write.quantity),
      entries.map(({ write }) => write.available),
    ],
  );
}
