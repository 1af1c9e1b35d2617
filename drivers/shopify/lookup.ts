import { z } from 'zod';
import type { WriteResult } from '../contract/index.ts';
import type { ShopifyClient } from './client.ts';
import { VARIANTS_BY_ID } from './documents.ts';
import { numberOf } from './ids.ts';
import { byIds } from './pages.ts';

const AT_ONCE = 250;
const variant = z.looseObject({
  id: z.string(),
  inventoryItem: z.looseObject({ id: z.string(), tracked: z.boolean() }),
  product: z.looseObject({ id: z.string() }),
});
export type Known = z.infer<typeof variant>;

/** What a write of variants needs beside their ids. */
export async function knownVariants(
  client: ShopifyClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Known>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, Known>();
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    for (const row of await byIds(client, VARIANTS_BY_ID, 'ProductVariant', wanted.slice(at, at + AT_ONCE), signal))
      found.set(numberOf(row.id), variant.parse(row));
  return found;
}

/** Of an entry whose variant is gone. */
export const unknownVariant = ({ entryId, sku }: { readonly entryId: string; readonly sku: string }): WriteResult => ({
  ...{ entryId, outcome: 'Rejected', reason: 'UnknownVariant' },
  message: `${sku}: Shopify does not have the variant any more: run ProductImport, or take the SKU off`,
});

export const userErrors = z.array(
  z.looseObject({ field: z.array(z.string()).nullish(), message: z.string(), code: z.string().nullish() }),
);
export type UserErrors = z.infer<typeof userErrors>;
