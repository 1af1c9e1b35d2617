import { z } from 'zod';
import { done, exportFeed } from './define.ts';

/** Prices of variants as the back office sets them. */
export const priceExport = exportFeed({
  kind: 'price',
  class: 'stock',
  rank: 105,
  schedule: '*/2 * * * *',
  write: z.object({
    variantId: z.string(),
    sku: z.string(),
    /** Minor units. */
    price: z.number(),
    /** The price that is struck out beside it, minor units; absent: left as it is. */
    compareAt: z.number().optional(),
    currency: z.string(),
    /** Whether `price` and `compareAt` are gross. */
    includesTax: z.boolean(),
  }),
  result: done,
  subject: { kind: 'variant', id: ({ variantId }) => variantId, number: ({ sku }) => sku },
  groupBy: 'all',
  supersedes: true,
  brake: true,
});
