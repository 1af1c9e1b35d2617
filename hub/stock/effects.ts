import type { WriteOf } from '../../model/feeds.ts';
import { nothingMore, type ClaimedWrite, type DoneWrite, type ExportEffects } from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';
import { stockBrake } from './brakes.ts';

/** What the hub does about stock levels on their way to a store. */
export const stockEffects: ExportEffects<'StockExport'> = {
  decorate: withExpected,
  brake: stockBrake,
  applied: rememberLevels,
  rejected: nothingMore,
};

/**
 * A level carries what the store was last known to have (`expected`): as of now, for a level before it may have been
 * written since it was queued. Only at the first attempt: where the store has changed since (a sale), the back office
 * had the time until the second to say another number, and if it does not, its word counts; else the level would be
 * refused for ever.
 */
async function withExpected(
  tx: Transaction,
  connectionId: number,
  entries: readonly ClaimedWrite<'StockExport'>[],
): Promise<readonly WriteOf<'StockExport'>[]> {
  const first = entries.filter(({ attempts }) => attempts === 1);
  const known = await tx.query<{ index: number; on_hand: number }>(
    `SELECT w.index::int AS index, s.on_hand FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY AS w(connection_id, variant_id, location_id, index)
     JOIN stock_levels s ON s.connection_id = w.connection_id AND s.variant_id = w.variant_id AND s.location_id = w.location_id WHERE s.on_hand IS NOT NULL`,
    [
      first.map(() => connectionId),
      first.map(({ payload }) => payload.variantId),
      first.map(({ payload }) => payload.locationId),
    ],
  );
  const expected = new Map(known.map(({ index, on_hand }) => [first[index - 1]!.id, on_hand]));
  return entries.map(({ id, payload }) => (expected.has(id) ? { ...payload, expected: expected.get(id) } : payload));
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
  await tx.query(
    `UPDATE stock_levels s SET available = s.available + (w.quantity - s.on_hand), on_hand = w.quantity, hash = '00000000-0000-0000-0000-000000000000', seq = nextval('change_seq'), changed_at = now()
     FROM unnest($1::int[], $2::text[], $3::text[], $4::int[]) AS w(connection_id, variant_id, location_id, quantity)
     WHERE s.connection_id = w.connection_id AND s.variant_id = w.variant_id AND s.location_id = w.location_id AND s.on_hand IS DISTINCT FROM w.quantity`,
    [
      entries.map(() => connectionId),
      entries.map(({ write }) => write.variantId),
      entries.map(({ write }) => write.locationId),
      entries.map(({ write }) => write.quantity),
    ],
  );
}
