import type { StockWrite, WriteResult } from '../contract/index.ts';
import type { WooClient } from './client.ts';
import { LOCATION } from './product-map.ts';
import { writeVariants, type Plan, type Present } from './variant-writes.ts';

/** The last write of a level, kept at the product: one that comes again after a lost answer is known by it. */
export const STOCK_KEY = '_supercargo_stock';

/** Sets what can be sold. */
export async function writeStock(
  client: WooClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'StockExport'>[]> {
  const here = entries.filter(({ locationId }) => locationId === LOCATION);
  const elsewhere = entries
    .filter(({ locationId }) => locationId !== LOCATION)
    .map(({ entryId, sku, locationId }) => ({
      ...{ entryId, outcome: 'Rejected' as const, reason: 'UnknownLocation' },
      message: `${sku}: WooCommerce counts stock in one place, "${LOCATION}", and not in "${locationId}": mend the location of the warehouse in the Store, then replay`,
    }));
  return [...elsewhere, ...(await writeVariants(client, here, plan, signal))];
}

function plan(entry: StockWrite, present: Present): Plan {
  const { entryId, sku, available, expected } = entry;
  if (present.manage_stock !== true)
    return rejected(
      entryId,
      present.manage_stock === 'parent'
        ? `${sku}: its stock is counted at the product for all variations together: have it counted at the variation`
        : `${sku}: WooCommerce does not count its stock: switch on "Track stock quantity" at the product, then replay`,
    );
  if (present.meta_data.some(({ key, value }) => key === STOCK_KEY && value === entryId))
    return { result: { entryId, outcome: 'AlreadyApplied' } };
  if (expected !== undefined && present.stock_quantity !== expected)
    return {
      result: {
        ...{ entryId, outcome: 'Retry', reason: 'StockChanged' },
        message: `${sku}: the shop has ${present.stock_quantity ?? 'no number'}, and ${expected} was expected`,
      },
    };
  return { fields: { stock_quantity: available, meta_data: [{ key: STOCK_KEY, value: entryId }] } };
}

const rejected = (entryId: string, message: string): Plan => ({
  result: { entryId, outcome: 'Rejected', reason: 'NotSupported', message },
});
