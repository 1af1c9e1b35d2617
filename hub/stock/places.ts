import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import { queueWrites, type NewWrite, type WakesPods } from '../outbox/queue.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import type { AsOf, Moment } from './pieces.ts';
import type { WrittenLevel } from './share.ts';

/** A place that a store has for a level. */
export interface Place extends Record<string, unknown> {
  readonly connection_id: number;
  readonly variant_id: string;
  readonly location_id: string;
  readonly sku: string;
  /** What the store counts, and what its StockExport keeps back. */
  readonly stock: StockMeaning;
  readonly safety_stock: number;
  /** What the store has of that which it counts; null: not known. */
  readonly there: number | null;
}

/** SQL: of the level `s` of the connection `c`, the number that the store counts. */
export const THERE = `CASE c.stock WHEN 'available' THEN s.available ELSE s.on_hand END`;

/**
 * SQL: the same as the shop was last seen to have it; null where nobody has looked since we wrote it (effects.ts leaves
 * no hash then): it may have sold since, and the same number posted again means that goods came in.
 */
export const READ_THERE = `CASE WHEN s.hash <> '00000000-0000-0000-0000-000000000000' THEN ${THERE} END`;

/** SQL: whether a location's levels are not ours to write. */
export const readOnly = (connection: string, location: string): string =>
  `EXISTS (SELECT 1 FROM locations r WHERE r.connection_id = ${connection} AND r.external_id = ${location} AND r.read_only)`;

/** The write that sets a level; `asOf`: up to when orders and parcels are in the numbers. */
export function levelWrite(
  { connection_id, variant_id, location_id, sku }: Pick<Place, 'connection_id' | 'variant_id' | 'location_id' | 'sku'>,
  written: WrittenLevel,
  asOf: AsOf,
): NewWrite<'StockExport'> {
  return {
    connectionId: connection_id,
    feed: 'StockExport',
    write: { variantId: variant_id, locationId: location_id, sku, ...written, asOf },
  };
}

/** Queues levels, each with its numbers. */
export async function queueLevels(
  tx: Transaction,
  hub: WakesPods,
  levels: readonly (Pick<Place, 'connection_id' | 'variant_id' | 'location_id' | 'sku'> & {
    readonly written: WrittenLevel;
    /** Positions above the moment's that are in the numbers. */
    readonly counted: readonly number[];
  })[],
  moment: Moment,
  waiting: 'replace' | 'keep' = 'replace',
): Promise<void> {
  await queueWrites(
    tx,
    hub,
    levels.map((level) =>
      levelWrite(level, level.written, { ...moment, ...(level.counted.length > 0 ? { counted: level.counted } : {}) }),
    ),
    waiting,
  );
}

/** A posted level as it is looked for. */
export interface Looked {
  readonly sku: string;
  /** null: the only location. */
  readonly location: string | null;
}

/** Every place that a store of the Store has for a level, also where several variants share the SKU. */
export interface Found extends Place {
  /** Of the posted levels; of two for one place the later counts. */
  readonly index: number;
}

/** Finds them. A read-only location has no place, and does not make another one of two. */
export async function placesOf(db: Queryable, storeId: number, levels: readonly Looked[]): Promise<Found[]> {
  return db.query<Found>(
    `WITH wanted AS (SELECT * FROM unnest($2::text[], $3::text[], $4::int[]) AS w(sku, location, index)),
     place AS (
       SELECT w.index, c.id AS connection_id, s.variant_id, s.location_id, s.sku, c.stock, c.safety_stock, ${READ_THERE} AS there
       FROM wanted w JOIN connections c ON c.store_id = $1
       JOIN stock_levels s ON s.connection_id = c.id AND s.sku = w.sku
       WHERE NOT ${readOnly('c.id', 's.location_id')} AND (s.location_id = w.location
          OR (w.location IS NULL AND NOT EXISTS (
            SELECT 1 FROM stock_levels o WHERE o.connection_id = s.connection_id AND o.variant_id = s.variant_id AND o.location_id <> s.location_id
              AND NOT ${readOnly('o.connection_id', 'o.location_id')})))
       UNION ALL
       -- A variant of the catalogue whose stock was not read yet, at a location that the shop has.
       SELECT w.index, c.id, v.external_id, w.location, v.sku, c.stock, c.safety_stock, NULL
       FROM wanted w JOIN connections c ON c.store_id = $1
       JOIN variants v ON v.connection_id = c.id AND v.sku = w.sku AND v.tracked IS NOT FALSE
       WHERE w.location IS NOT NULL AND NOT ${readOnly('c.id', 'w.location')}
         AND NOT EXISTS (SELECT 1 FROM stock_levels s WHERE s.connection_id = c.id AND s.variant_id = v.external_id AND s.location_id = w.location)
         AND (EXISTS (SELECT 1 FROM locations l WHERE l.connection_id = c.id AND l.external_id = w.location)
           OR EXISTS (SELECT 1 FROM stock_levels s WHERE s.connection_id = c.id AND s.location_id = w.location)))
     SELECT DISTINCT ON (connection_id, variant_id, location_id) * FROM place ORDER BY connection_id, variant_id, location_id, index DESC`,
    [storeId, levels.map(({ sku }) => sku), levels.map(({ location }) => location), levels.map((_, index) => index)],
  );
}
