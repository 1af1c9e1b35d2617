import type { Queryable } from '../storage/database.ts';
import { READ_THERE, readOnly, type Looked, type Place } from './places.ts';
import type { SellableLevels } from './targets.ts';

/** A place of a kit, and how many kits can be sold there. */
export interface KitLevel extends Place {
  readonly sellable: number;
  /** Positions above the moment's that were counted for its components. */
  readonly counted: readonly number[];
}

interface KitPart extends Place {
  readonly component: string;
  readonly per_kit: number;
  /** What can be sold of the component in that store, as it was last read. */
  readonly seen: number | null;
}

/** Posted SKUs that are in a kit: known, though no store may have a place for them. */
export async function componentsAmong(
  db: Queryable,
  storeId: number,
  skus: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ component: string }>(
    'SELECT DISTINCT component FROM kits WHERE store_id = $1 AND component = ANY($2::text[])',
    [storeId, skus],
  );
  return new Set(rows.map(({ component }) => component));
}

/**
 * Where stores sell, under a SKU of its own, a kit that one of these components is in, with its components. A kit that
 * was posted itself is left out.
 */
export async function kitParts(db: Queryable, storeId: number, posted: readonly Looked[]): Promise<KitPart[]> {
  return db.query<KitPart>(
    `SELECT s.connection_id, s.variant_id, s.location_id, s.sku, c.stock, c.safety_stock, ${READ_THERE} AS there, k.component, k.quantity AS per_kit,
       (SELECT max(o.available) FROM stock_levels o WHERE o.connection_id = s.connection_id AND o.sku = k.component AND o.location_id = s.location_id) AS seen
     FROM kits k JOIN connections c ON c.store_id = k.store_id JOIN stock_levels s ON s.connection_id = c.id AND s.sku = k.sku
     WHERE k.store_id = $1 AND k.sku <> ALL($2::text[]) AND NOT ${readOnly('c.id', 's.location_id')}
       AND EXISTS (SELECT 1 FROM kits t JOIN unnest($2::text[], $3::text[]) AS p(sku, location) ON p.sku = t.component
                   WHERE t.store_id = $1 AND t.sku = k.sku AND (p.location IS NULL OR p.location = s.location_id))`,
    [storeId, posted.map(({ sku }) => sku), posted.map(({ location }) => location)],
  );
}

/**
 * As many kits as the scarcest component allows. A component's level is the last one posted for the location (or for
 * none), else what that store has; a kit with a component of unknown level is left alone. Pure.
 */
export function kitLevels(parts: readonly KitPart[], sellable: SellableLevels): KitLevel[] {
  const places = Map.groupBy(parts, (part) => JSON.stringify([part.connection_id, part.variant_id, part.location_id]));
  return [...places.values()].flatMap((components) => {
    const levels = components.map(
      ({ component, location_id }) => sellable(component, location_id) ?? sellable(component, ''),
    );
    const counts = components.map(({ per_kit, seen }, index) => {
      const level = levels[index]?.sellable ?? seen;
      return level === null ? undefined : Math.floor(level / per_kit);
    });
    const counted = levels.flatMap((level) => level?.counted ?? []);
    const [{ component: _component, per_kit: _perKit, seen: _seen, ...place }] = components as [KitPart];
    return counts.every((count) => count !== undefined) ? [{ ...place, sellable: Math.min(...counts), counted }] : [];
  });
}
