import { z } from 'zod';
import { decimalString, minorUnits } from '../../model/money.ts';
import { retry, type EntryOf, type WriteResult } from '../contract/index.ts';
import { NEEDS, type WooClient } from './client.ts';
import { shopFacts } from './products.ts';
import { writeVariants, type Plan, type Present } from './variant-writes.ts';

type PriceWrite = EntryOf<'PriceExport'>;
const setting = z.looseObject({ value: z.enum(['yes', 'no']) });

/** Sets prices, gross or net as the shop keeps them. */
export async function writePrices(
  client: WooClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'PriceExport'>[]> {
  const { currency } = await shopFacts(client, signal);
  const path = '/settings/tax/woocommerce_prices_include_tax';
  const gross = setting.safeParse((await client.get(path, {}, NEEDS.manage, signal)).json);
  if (!gross.success) throw retry('UnexpectedPayload', 'the shop does not say whether its prices include tax');
  const includesTax = gross.data.value === 'yes';
  return writeVariants(client, entries, (entry, present) => plan(entry, present, { currency, includesTax }), signal);
}

function plan(
  entry: PriceWrite,
  present: Present,
  shop: { readonly currency: string; readonly includesTax: boolean },
): Plan {
  const { entryId, sku, currency } = entry;
  const rejected = (message: string): Plan => ({
    result: { entryId, outcome: 'Rejected', reason: 'NotSupported', message: `${sku}: ${message}` },
  });
  if (currency !== shop.currency)
    return rejected(`the shop sells in ${shop.currency}, the price is in ${currency}: send it in ${shop.currency}`);
  if (entry.includesTax !== shop.includesTax)
    return rejected(
      `prices of the shop are entered ${shop.includesTax ? 'with' : 'without'} tax: send this one so, too`,
    );
  return { fields: pricesOf(entry, present) };
}

/** The one that is struck out stays as it is where none is given and it is still the higher one. */
function pricesOf({ price, compareAt, currency }: PriceWrite, present: Present): Record<string, string> {
  const text = (units: number): string => decimalString(units, currency);
  if (compareAt !== undefined && compareAt > price) return { regular_price: text(compareAt), sale_price: text(price) };
  const regular = minorUnits(present.regular_price, currency);
  const isOnSale = compareAt === undefined && present.sale_price !== '' && regular !== undefined && regular > price;
  return isOnSale ? { sale_price: text(price) } : { regular_price: text(price), sale_price: '' };
}
