import { z } from 'zod';
import { placeSubject, stockSubject } from '../subjects.ts';
import { done, exportFeed } from './define.ts';

/** Stock levels as the back office sets them. */
export const stockExport = exportFeed({
  kind: 'stock',
  class: 'stock',
  rank: 100,
  schedule: '*/2 * * * *',
  write: z.object({
    variantId: z.string(),
    sku: z.string(),
    locationId: z.string(),
    /** Absolute number to set. */
    quantity: z.number(),
    /** What the hub last knew the store to have: for platforms that compare before they set. */
    expected: z.number().optional(),
  }),
  result: done,
  subject: { kind: 'stockLevel', id: ({ sku, locationId }) => stockSubject(sku, locationId) },
  key: ({ variantId, locationId }) => placeSubject(variantId, locationId),
  groupBy: 'all',
  supersedes: true,
  brake: true,
});
