import type { Transaction } from '../storage/database.ts';

/** A level with its place at a store. */
export interface PlacedLevel extends Record<string, unknown> {
  readonly connection_id: number;
  readonly variant_id: string;
  readonly location_id: string;
  readonly sku: string;
  /** null: not known. */
  readonly on_hand: number | null;
  /** As the back office has it. */
  readonly quantity: number;
  /** What the store gets: less the pieces that its StockExport keeps back. */
  readonly written: number;
}

/** SQL: a quantity less the connection's safety stock, never below zero. */
export const writtenOf = (quantity: string): string => `greatest(0, ${quantity} - c.safety_stock)`;

/** A level as the back office posted it; `location` null: not said. */
export interface PostedLevel {
  readonly sku: string;
  readonly location: string | null;
  readonly quantity: number;
}

export interface KitLevels {
  readonly placed: readonly PlacedLevel[];
  /** Posted SKUs that are in a kit: known, though no store may have a place for them. */
  readonly components: ReadonlySet<string>;
}

/**
 * Levels of the kits that posted SKUs are in, where a store sells the kit under a SKU of its own: as many as the
 * scarcest component allows. A component's level is the last one posted for the location (or for none), else what that
 * store has. A kit with a component of unknown level is left alone; one that was posted itself too.
 */
export async function kitLevels(tx: Transaction, storeId: number, posted: readonly PostedLevel[]): Promise<KitLevels> {
  const skus = posted.map(({ sku }) => sku);
  const components = await tx.query<{ component: string }>(
    'SELECT DISTINCT component FROM kits WHERE store_id = $1 AND component = ANY($2::text[])',
    [storeId, skus],
  );
  const known = new Set(components.map(({ component }) => component));
  if (known.size === 0) return { placed: [], components: known };
  await rememberComponents(
    tx,
    storeId,
    posted.filter(({ sku }) => known.has(sku)),
  );
  const placed = await tx.query<PlacedLevel>(
    `SELECT s.connection_id, s.variant_id, s.location_id, s.sku, s.on_hand, min(l.level / k.quantity) AS quantity, ${writtenOf('min(l.level / k.quantity)')} AS written
     FROM kits k JOIN connections c ON c.store_id = k.store_id JOIN stock_levels s ON s.connection_id = c.id AND s.sku = k.sku
     CROSS JOIN LATERAL (SELECT coalesce(
       (SELECT quantity FROM stock_targets WHERE store_id = $1 AND sku = k.component AND location = s.location_id),
       (SELECT quantity FROM stock_targets WHERE store_id = $1 AND sku = k.component AND location = ''),
       (SELECT max(o.on_hand) FROM stock_levels o WHERE o.connection_id = s.connection_id AND o.sku = k.component AND o.location_id = s.location_id)) AS level) l
     WHERE k.store_id = $1 AND k.sku <> ALL($2::text[])
       AND EXISTS (SELECT 1 FROM kits t JOIN unnest($2::text[], $3::text[]) AS p(sku, location) ON p.sku = t.component
                   WHERE t.store_id = $1 AND t.sku = k.sku AND (p.location IS NULL OR p.location = s.location_id))
     GROUP BY s.connection_id, s.variant_id, s.location_id, s.sku, s.on_hand, c.safety_stock HAVING bool_and(l.level IS NOT NULL)`,
    [storeId, skus, posted.map(({ location }) => location)],
  );
  return { placed, components: known };
}

/**
 * The store may have no place for a component: its level is needed all the same, for the next post that brings another
 * one.
 */
async function rememberComponents(tx: Transaction, storeId: number, levels: readonly PostedLevel[]): Promise<void> {
  await tx.query(
    `INSERT INTO stock_targets (store_id, sku, location, quantity)
     SELECT DISTINCT ON (sku, location) $1::int, sku, coalesce(location, ''), quantity FROM unnest($2::text[], $3::text[], $4::int[]) WITH ORDINALITY AS t(sku, location, quantity, n) ORDER BY sku, location, n DESC
     ON CONFLICT (store_id, sku, location) DO UPDATE SET quantity = EXCLUDED.quantity, changed_at = now()`,
    [
      storeId,
      levels.map(({ sku }) => sku),
      levels.map(({ location }) => location),
      levels.map(({ quantity }) => quantity),
    ],
  );
}
