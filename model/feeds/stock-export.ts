import { z } from 'zod';
import { placeSubject, stockSubject } from '../subjects.ts';
import { done, exportFeed } from './define.ts';

/**
 * What a store counts: what lies in the warehouse, of which it takes off open orders itself (`onHand`), or what can be
 * sold (`available`).
 */
export const STOCK_MEANINGS = ['onHand', 'available'] as const;
export type StockMeaning = (typeof STOCK_MEANINGS)[number];

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
    /** On hand: the absolute number to set where the store counts what lies in the warehouse. */
    quantity: z.number(),
    /** What can be sold: the absolute number to set where the store counts that. */
    available: z.number(),
    /**
     * What the hub last knew the store to have, of the two that which the store counts: for platforms that compare
     * before they set.
     */
    expected: z.number().optional(),
    /**
     * For the hub: what happened up to when is in the numbers, and above that position, what of it was known already;
     * and the numbers as they were before later pieces were taken off.
     */
    asOf: z
      .object({
        at: z.number(),
        seq: z.number(),
        counted: z.array(z.number()).readonly().optional(),
        workedOut: z.object({ quantity: z.number(), available: z.number() }).optional(),
      })
      .optional(),
  }),
  result: done,
  subject: { kind: 'stockLevel', id: ({ sku, locationId }) => stockSubject(sku, locationId) },
  key: ({ variantId, locationId }) => placeSubject(variantId, locationId),
  groupBy: 'all',
  supersedes: true,
  brake: true,
});
