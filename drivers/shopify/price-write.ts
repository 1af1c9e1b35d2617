import { z } from 'zod';
import { decimalString } from '../../model/money.ts';
import { errorDetails, HeldWrite, type EntryOf, type WriteResult } from '../contract/index.ts';
import type { ShopifyClient } from './client.ts';
import { SET_PRICES } from './documents.ts';
import { globalId } from './ids.ts';
import { knownVariants, unknownVariant, userErrors, type UserErrors } from './lookup.ts';
import { moneyOfShop } from './products.ts';

type PriceWrite = EntryOf<'PriceExport'>;
const answer = z.object({ productVariantsBulkUpdate: z.object({ userErrors }).nullable() });

/** Sets prices, one call for each product; with or without tax as the shop keeps them. */
export async function writePrices(
  client: ShopifyClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'PriceExport'>[]> {
  const shop = await moneyOfShop(client, signal);
  const known = await knownVariants(
    client,
    entries.map(({ variantId }) => variantId),
    signal,
  );
  const results: WriteResult[] = [];
  const products = new Map<string, PriceWrite[]>();
  for (const entry of entries) {
    const product = known.get(entry.variantId)?.product.id;
    const refused = product === undefined ? unknownVariant(entry) : refusal(entry, shop);
    if (refused) results.push(refused);
    else products.set(product!, [...(products.get(product!) ?? []), entry]);
  }
  let held: HeldWrite | undefined;
  for (const [productId, group] of products) {
    try {
      results.push(...(await send(client, productId, group, signal)));
    } catch (error) {
      // In Test mode every request is to be shown, not the first alone.
      if (error instanceof HeldWrite) held = error;
      else results.push(...notDone(error, group, results.length === 0));
    }
  }
  if (held) throw held;
  return results;
}

/** A refused key ends it all; what else fails is tried again. */
function notDone(error: unknown, group: readonly PriceWrite[], first: boolean): WriteResult[] {
  const details = errorDetails(error);
  if (details.behaviour === 'terminal' && first) throw error;
  return group.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Retry', ...details }));
}

function refusal(
  { entryId, sku, currency, includesTax }: PriceWrite,
  shop: { readonly currencyCode: string; readonly taxesIncluded: boolean },
): WriteResult | undefined {
  const rejected = (message: string): WriteResult => ({
    ...{ entryId, outcome: 'Rejected', reason: 'NotSupported' },
    message: `${sku}: ${message}`,
  });
  if (currency !== shop.currencyCode)
    return rejected(
      `the shop sells in ${shop.currencyCode}, the price is in ${currency}: send it in ${shop.currencyCode}`,
    );
  if (includesTax !== shop.taxesIncluded)
    return rejected(`prices of the shop are ${shop.taxesIncluded ? 'with' : 'without'} tax: send this one so, too`);
  return undefined;
}

async function send(
  client: ShopifyClient,
  productId: string,
  group: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  const variants = group.map(({ variantId, price, compareAt, currency }) => ({
    id: globalId('ProductVariant', variantId),
    price: decimalString(price, currency),
    ...(compareAt === undefined ? {} : { compareAtPrice: decimalString(compareAt, currency) }),
  }));
  const { productVariantsBulkUpdate: done } = await client.mutate(
    { document: SET_PRICES, answer },
    { productId, variants },
    signal,
  );
  const errors = done?.userErrors ?? [];
  return group.map((entry, index) => resultOf(entry, errorAt(errors, index)));
}

/** Of this variant; one that names none is of all. */
const errorAt = (errors: UserErrors, index: number) =>
  errors.find(({ field }) => field?.[0] !== 'variants' || field[1] === String(index));

const resultOf = ({ entryId, sku }: PriceWrite, error: UserErrors[number] | undefined): WriteResult =>
  error
    ? {
        entryId,
        outcome: 'Rejected',
        reason: 'StoreRefused',
        message: `${sku}: Shopify does not take the price: ${error.message}`,
      }
    : { entryId, outcome: 'Applied' };
