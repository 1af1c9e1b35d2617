import { resolve } from '../problems/problems.ts';
import { placeSubject, stockSubject } from '../../model/subjects.ts';
import { queueWrites, type NewWrite, type WakesPods } from '../outbox/queue.ts';
import type { Transaction } from '../storage/database.ts';
import type { StoreRow } from '../stores/rules.ts';
import { keepLevels } from './kept-levels.ts';
import { kitLevels, writtenOf, type PlacedLevel } from './kit-stock.ts';

/** A level as a back office posts it. */
export interface WantedLevel {
  readonly sku: string;
  /** A warehouse of the Store, or the id of a stock location; absent: the only location. */
  readonly warehouse?: string;
  readonly quantity: number;
}

/** What became of posted levels. */
export interface LevelsAnswer {
  readonly queued: number;
  readonly unchanged: number;
  /** Levels that no store has a place for. */
  readonly unknown: { readonly sku: string; readonly warehouse: string | null; readonly message: string }[];
}

/**
 * Finds the place of each level, remembers the target and queues what differs; a newer level takes a waiting one's
 * place.
 */
export async function setLevels(
  tx: Transaction,
  hub: WakesPods,
  store: StoreRow,
  levels: readonly WantedLevel[],
): Promise<LevelsAnswer> {
  const warehouses = new Map(
    (store.rules.warehouses ?? []).map((warehouse) => [warehouse.name, warehouse.location ?? warehouse.name]),
  );
  const locations = levels.map((level) =>
    level.warehouse === undefined ? null : (warehouses.get(level.warehouse) ?? level.warehouse),
  );
  const direct = await placesOf(tx, store.id, levels, locations);
  await rememberTargets(tx, store.id, direct);
  const kits = await kitLevels(
    tx,
    store.id,
    levels.map(({ sku, quantity }, index) => ({ sku, quantity, location: locations[index] ?? null })),
  );
  await rememberTargets(tx, store.id, kits.placed);
  const placed = [...direct, ...kits.placed];
  const changed = placed.filter((level) => level.on_hand !== level.written);
  const overtaking = await underWay(
    tx,
    placed.filter((level) => level.on_hand === level.written),
  );
  await queueWrites(
    tx,
    hub,
    placed
      .filter((level) => level.on_hand !== level.written || overtaking.has(level))
      .map((level) => levelWrite(level.connection_id, level)),
  );
  await resolve(tx, { store: store.id }, ['stock'], { reasons: ['StockForgotten'] });
  const left = unplaced(levels, locations, placed, kits.components);
  await keepLevels(
    tx,
    store.id,
    left.flatMap(({ sku, quantity, location }) => (location === null ? [] : [{ sku, quantity, location }])),
  );
  const unknown = left.map(({ sku, warehouse }) => ({
    sku,
    warehouse: warehouse ?? null,
    message: unplacedMessage(sku, warehouse),
  }));
  return { queued: changed.length, unchanged: placed.length - changed.length, unknown };
}

/** The write that sets a level. */
export function levelWrite(
  connectionId: number,
  { variant_id, location_id, sku, written }: Pick<PlacedLevel, 'variant_id' | 'location_id' | 'sku' | 'written'>,
): NewWrite<'StockExport'> {
  return {
    connectionId,
    feed: 'StockExport',
    write: { variantId: variant_id, locationId: location_id, sku, quantity: written },
  };
}

/**
 * What the shop was last seen to have; null where nobody has looked since we wrote it (applied.ts leaves no hash then):
 * it may have sold since, and the same number posted again means that goods came in.
 */
const READ_ON_HAND = `CASE WHEN s.hash <> '00000000-0000-0000-0000-000000000000' THEN s.on_hand END`;

/**
 * Every place that a store of the Store has for a level, also where several variants share the SKU; of two levels for
 * one place the later counts.
 */
async function placesOf(
  tx: Transaction,
  storeId: number,
  levels: readonly WantedLevel[],
  locations: readonly (string | null)[],
): Promise<PlacedLevel[]> {
  return tx.query<PlacedLevel>(
    `WITH wanted AS (SELECT * FROM unnest($2::text[], $3::text[], $4::int[], $5::int[]) AS w(sku, location, quantity, index)),
     place AS (
       SELECT w.index, c.id AS connection_id, s.variant_id, s.location_id, s.sku, w.quantity, ${writtenOf('w.quantity')} AS written, ${READ_ON_HAND} AS on_hand
       FROM wanted w JOIN connections c ON c.store_id = $1
       JOIN stock_levels s ON s.connection_id = c.id AND s.sku = w.sku
       WHERE s.location_id = w.location
          OR (w.location IS NULL AND NOT EXISTS (
            SELECT 1 FROM stock_levels o WHERE o.connection_id = s.connection_id AND o.variant_id = s.variant_id AND o.location_id <> s.location_id))
       UNION ALL
       -- A variant of the catalogue whose stock was not read yet, at a location that the shop has.
       SELECT w.index, c.id, v.external_id, w.location, v.sku, w.quantity, ${writtenOf('w.quantity')}, NULL
       FROM wanted w JOIN connections c ON c.store_id = $1
       JOIN variants v ON v.connection_id = c.id AND v.sku = w.sku AND v.tracked IS NOT FALSE
       WHERE w.location IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stock_levels s WHERE s.connection_id = c.id AND s.variant_id = v.external_id AND s.location_id = w.location)
         AND (EXISTS (SELECT 1 FROM locations l WHERE l.connection_id = c.id AND l.external_id = w.location)
           OR EXISTS (SELECT 1 FROM stock_levels s WHERE s.connection_id = c.id AND s.location_id = w.location)))
     SELECT DISTINCT ON (connection_id, variant_id, location_id) * FROM place ORDER BY connection_id, variant_id, location_id, index DESC`,
    [
      storeId,
      levels.map(({ sku }) => sku),
      locations,
      levels.map(({ quantity }) => quantity),
      levels.map((_, index) => index),
    ],
  );
}

async function rememberTargets(tx: Transaction, storeId: number, placed: readonly PlacedLevel[]): Promise<void> {
  await tx.query(
    `INSERT INTO stock_targets (store_id, sku, location, quantity, met)
     SELECT $1, sku, location, min(quantity), coalesce(array_agg(connection_id) FILTER (WHERE met), '{}')
     FROM unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::boolean[]) AS t(sku, location, quantity, connection_id, met) GROUP BY sku, location
     ON CONFLICT (store_id, sku, location) DO UPDATE SET quantity = EXCLUDED.quantity, met = EXCLUDED.met, waiting = false, changed_at = now()`,
    [
      storeId,
      placed.map(({ sku }) => sku),
      placed.map(({ location_id }) => location_id),
      placed.map(({ quantity }) => quantity),
      placed.map(({ connection_id }) => connection_id),
      placed.map(({ on_hand, written }) => on_hand === written),
    ],
  );
}

/**
 * Levels equal to what the store has, while an older one is on its way there: the last word counts, so they follow it.
 */
async function underWay(tx: Transaction, levels: readonly PlacedLevel[]): Promise<ReadonlySet<PlacedLevel>> {
  if (levels.length === 0) return new Set();
  const found = await tx.query<{ index: number }>(
    `SELECT w.index FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS w(connection_id, subject, index)
     WHERE EXISTS (SELECT 1 FROM outbox p WHERE p.connection_id = w.connection_id AND p.kind = 'stock' AND p.subject = w.subject AND p.state IN ('Pending', 'Sent', 'Submitted', 'Held'))`,
    [
      levels.map((level) => level.connection_id),
      levels.map(({ variant_id, location_id }) => placeSubject(variant_id, location_id)),
    ],
  );
  return new Set(found.map(({ index }) => levels[index - 1]!));
}

function unplaced(
  levels: readonly WantedLevel[],
  locations: readonly (string | null)[],
  placed: readonly PlacedLevel[],
  components: ReadonlySet<string>,
): (WantedLevel & { readonly location: string | null })[] {
  const found = new Set(placed.map(({ sku, location_id }) => stockSubject(sku, location_id)));
  const foundSkus = new Set(placed.map(({ sku }) => sku));
  const has = ({ sku }: WantedLevel, location: string | null) =>
    components.has(sku) || (location === null ? foundSkus.has(sku) : found.has(stockSubject(sku, location)));
  return levels
    .map((level, index) => ({ ...level, location: locations[index] ?? null }))
    .filter((level) => !has(level, level.location));
}

function unplacedMessage(sku: string, warehouse: string | undefined): string {
  if (warehouse === undefined)
    return `SKU "${sku}" has no stock level in any store, or several locations: name a warehouse`;
  return `SKU "${sku}" has no level at "${warehouse}" in any store: it is kept, and goes out once a store has the SKU there. Else check the SKU, and the warehouse's location in the Store`;
}
