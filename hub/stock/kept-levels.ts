import type { Transaction } from '../storage/database.ts';

/** A level that no store has a place for yet. */
export interface UnplacedLevel {
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

/** Keeps levels until a store has the SKU; of two for one place the later. */
export async function keepLevels(tx: Transaction, storeId: number, levels: readonly UnplacedLevel[]): Promise<void> {
  if (levels.length === 0) return;
  await tx.query(
    `INSERT INTO stock_targets (store_id, sku, location, quantity, waiting)
     SELECT DISTINCT ON (sku, location) $1::int, sku, location, quantity, true FROM unnest($2::text[], $3::text[], $4::int[]) WITH ORDINALITY AS t(sku, location, quantity, n) ORDER BY sku, location, n DESC
     ON CONFLICT (store_id, sku, location) DO UPDATE SET quantity = EXCLUDED.quantity, met = '{}', waiting = true, changed_at = now()`,
    [
      storeId,
      levels.map(({ sku }) => sku),
      levels.map(({ location }) => location),
      levels.map(({ quantity }) => quantity),
    ],
  );
}
