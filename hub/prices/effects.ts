import { asItIs, nothingMore, type DoneWrite, type ExportEffects } from '../base/export-effects.ts';
import type { Transaction } from '../storage/database.ts';
import { priceBrake } from './brakes.ts';

/** What the hub does about prices on their way to a store. */
export const priceEffects: ExportEffects<'PriceExport'> = {
  decorate: asItIs,
  brake: priceBrake,
  applied: rememberPrices,
  rejected: nothingMore,
};

/**
 * The price is remembered as the store's: else one that is set back to what was last read would look unchanged. The
 * product's hash goes with it, so that its next reading is merged whatever it says. What was written net is remembered
 * beside it, for prices are read gross.
 */
async function rememberPrices(
  tx: Transaction,
  connectionId: number,
  entries: readonly DoneWrite<'PriceExport'>[],
): Promise<void> {
  const columns = [
    entries.map(() => connectionId),
    entries.map(({ write }) => write.variantId),
    entries.map(({ write }) => write.price),
    entries.map(({ write }) => write.compareAt ?? null),
    entries.map(({ write }) => write.currency),
    entries.map(({ write }) => write.includesTax),
  ];
  const written =
    'unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[]) AS w(connection_id, variant_id, price, compare_at, currency, includes_tax)';
  await tx.query(
    `WITH changed AS (
       UPDATE variants v SET price = w.price, compare_at_price = coalesce(w.compare_at, v.compare_at_price) FROM ${written}
       WHERE v.connection_id = w.connection_id AND v.external_id = w.variant_id AND w.includes_tax AND v.currency = w.currency
         AND (v.price IS DISTINCT FROM w.price OR v.compare_at_price IS DISTINCT FROM coalesce(w.compare_at, v.compare_at_price))
       RETURNING v.connection_id, v.product_id)
     UPDATE products p SET hash = '00000000-0000-0000-0000-000000000000', seq = nextval('change_seq'), changed_at = now()
     FROM (SELECT DISTINCT connection_id, product_id FROM changed) c WHERE p.connection_id = c.connection_id AND p.external_id = c.product_id`,
    columns,
  );
  await tx.query(
    `INSERT INTO written_prices (connection_id, variant_id, price, currency, includes_tax) SELECT connection_id, variant_id, price, currency, includes_tax FROM ${written}
     ON CONFLICT (connection_id, variant_id) DO UPDATE SET price = EXCLUDED.price, currency = EXCLUDED.currency, includes_tax = EXCLUDED.includes_tax, written_at = now()`,
    columns,
  );
}
