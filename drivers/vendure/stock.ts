import { z } from 'zod';
import type { StockRecord } from '../../model/records.ts';
import type { Page, ReadRequest } from '../contract/index.ts';
import type { VendureClient } from './client.ts';
import type { List } from './list.ts';
import { readById, readList, type Mapping } from './pages.ts';
import { isTracked, type ShopFacts } from './shop.ts';

export const stockPayload = z.object({
  id: z.string(),
  sku: z.string(),
  trackInventory: z.enum(['TRUE', 'FALSE', 'INHERIT']),
  outOfStockThreshold: z.int(),
  useGlobalOutOfStockThreshold: z.boolean(),
  stockLevels: z.array(z.object({ stockLocationId: z.string(), stockOnHand: z.int(), stockAllocated: z.int() })),
});

type StockPayload = z.infer<typeof stockPayload>;

/** No time of a variant moves when an order takes from its stock, so stock is always read whole. */
const variants: List = {
  name: 'productVariants',
  options: 'ProductVariantListOptions',
  fields:
    'sku trackInventory outOfStockThreshold useGlobalOutOfStockThreshold stockLevels { stockLocationId stockOnHand stockAllocated }',
  time: 'createdAt',
};

export function readStock(client: VendureClient, request: ReadRequest): AsyncIterable<Page> {
  const mapping: Mapping<StockPayload> = { what: 'variant', schema: stockPayload, perRow: 'any', map: stockRecords };
  if (request.ids !== undefined) return readById(client, variants, mapping, { ...request, ids: request.ids });
  return readList(client, variants, mapping, { ...request, since: undefined, until: undefined });
}

/** A record for each location; none for a variant whose stock the store does not count. */
export function stockRecords(variant: StockPayload, shop: ShopFacts): StockRecord[] {
  if (!isTracked(variant.trackInventory, shop)) return [];
  const threshold = variant.useGlobalOutOfStockThreshold ? shop.outOfStockThreshold : variant.outOfStockThreshold;
  return variant.stockLevels.map((level, index) => ({
    kind: 'stock',
    variantId: variant.id,
    sku: variant.sku,
    locationId: level.stockLocationId,
    onHand: level.stockOnHand,
    allocated: level.stockAllocated,
    // The threshold belongs to the variant, not to a location: taken off once, so that the sum is what can be sold.
    available: level.stockOnHand - level.stockAllocated - (index === 0 ? threshold : 0),
  }));
}
