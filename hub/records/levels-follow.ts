import type { Transaction } from '../storage/database.ts';

/** The variants of the products that a merge replaces, before it does. */
export async function variantsBefore(tx: Transaction, connectionId: number): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(
    'SELECT v.external_id AS id FROM variants v WHERE v.connection_id = $1 AND v.product_id = ANY(ARRAY(SELECT external_id FROM stage_changed WHERE NOT inserted))',
    [connectionId],
  );
  return rows.map(({ id }) => id);
}

/**
 * Stock levels follow the catalogue: those of a variant that is gone go, those of one whose SKU was renamed have the
 * new SKU. Else a level posted for the old name would be written to what now has another, and one for a variant that
 * was made again to the dead one. What waits to be written to a variant that is gone waits no longer.
 */
export async function levelsFollow(tx: Transaction, connectionId: number, before: readonly string[]): Promise<void> {
  if (before.length === 0) return;
  const gone = await tx.query<{ id: string }>(
    `SELECT b.id FROM unnest($2::text[]) AS b(id) WHERE NOT EXISTS (SELECT 1 FROM variants v WHERE v.connection_id = $1 AND v.external_id = b.id)`,
    [connectionId, before],
  );
  if (gone.length > 0) {
    const ids = gone.map(({ id }) => id);
    await tx.query('DELETE FROM stock_levels WHERE connection_id = $1 AND variant_id = ANY($2::text[])', [
      connectionId,
      ids,
    ]);
    await tx.query(
      `UPDATE outbox SET state = 'Superseded', done_at = now(), message = 'the variant is gone at the shop' WHERE connection_id = $1 AND kind = 'stock' AND state IN ('Pending', 'Held') AND payload->>'variantId' = ANY($2::text[])`,
      [connectionId, ids],
    );
  }
  await tx.query(
    `UPDATE stock_levels s SET sku = v.sku, seq = nextval('change_seq'), changed_at = now() FROM variants v
     WHERE s.connection_id = $1 AND s.variant_id = ANY($2::text[]) AND v.connection_id = $1 AND v.external_id = s.variant_id AND v.sku <> s.sku`,
    [connectionId, before],
  );
}
