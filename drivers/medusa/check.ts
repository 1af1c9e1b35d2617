import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import type { CheckReport } from '../contract/index.ts';
import { accepted, notAccepted } from '../toolkit/check-report.ts';
import type { MedusaClient } from './client.ts';
import { storeOf } from './products.ts';

const ORDERS: readonly FeedType[] = ['OrderImport', 'OrderUpdate', 'ShipmentExport'];
/** A list that these feeds read; a row of it is asked for. */
const READS: readonly (readonly [string, readonly FeedType[]])[] = [
  ['/orders', ORDERS],
  ['/returns', ['OrderImport', 'OrderUpdate']],
  ['/products', ['ProductImport', 'ProductUpdate', 'ProductImageImport', 'PriceExport']],
  ['/product-variants', ['StockImport', 'StockCheck', 'StockExport', 'PriceExport']],
  ['/stock-locations', ['DataModelSync', 'StockExport']],
  ['/shipping-options', ['DataModelSync']],
];

/** Is it Medusa, and may the key do all that these feeds need? Nothing is changed for it. */
export async function check(
  client: MedusaClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  try {
    const { id, name, currency } = await storeOf(client, signal);
    for (const [path, needed] of READS)
      if (feeds.some((feed) => needed.includes(feed)))
        await client.get(path, { limit: 1, fields: 'id' }, z.looseObject({ count: z.int() }), signal);
    if (feeds.includes('StockExport')) await client.probe('/inventory-items/location-levels/batch', signal);
    if (feeds.includes('PriceExport')) await client.probe('/products/batch', signal);
    return accepted('key', { id, name: name || client.context.settings.url, currency });
  } catch (error) {
    return notAccepted(error);
  }
}
