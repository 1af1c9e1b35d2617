import { decimalString } from '../../model/money.ts';
import type { EntryOf, WriteResult } from '../contract/index.ts';
import { accepted, parsed, shorten, type GenericClient } from './client.ts';
import { priceResults, type PriceResults } from './payload.ts';

type PriceWrite = EntryOf<'PriceExport'>;

const AT_ONCE = 100;

/** Sets prices in batches, each item with a result of its own. An item's key names this very write, as for stock. */
export async function writePrices(
  client: GenericClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'PriceExport'>[]> {
  const results: WriteResult<'PriceExport'>[] = [];
  for (let at = 0; at < entries.length; at += AT_ONCE)
    results.push(...(await writeBatch(client, entries.slice(at, at + AT_ONCE), signal)));
  return results;
}

async function writeBatch(
  client: GenericClient,
  entries: readonly PriceWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'PriceExport'>[]> {
  const prices = entries.map(({ entryId, variantId, price, compareAt, currency, includesTax }) => ({
    key: `${entryId}/${price}/${compareAt ?? ''}`,
    variant_id: variantId,
    price: decimalString(price, currency),
    currency,
    includes_tax: includesTax,
    ...(compareAt === undefined ? {} : { compare_at_price: decimalString(compareAt, currency) }),
  }));
  const response = await client.raw('POST', '/prices', { prices }, signal);
  const { results } = parsed(priceResults, await accepted(response, '/prices'), '/prices');
  return entries.map((entry) => resultOf(entry, results));
}

function resultOf(
  { entryId, sku, variantId }: PriceWrite,
  results: PriceResults['results'],
): WriteResult<'PriceExport'> {
  const result = results.find(({ variant_id }) => variant_id === variantId);
  const said = shorten(result?.message ?? 'no reason given');
  switch (result?.status) {
    case 'set':
      return { entryId, outcome: 'Applied' };
    case 'repeated':
      return { entryId, outcome: 'AlreadyApplied' };
    case 'unknown':
      return {
        entryId,
        outcome: 'Rejected',
        reason: 'UnknownVariant',
        message: `the store has no variant ${variantId} (SKU "${sku}") any more: run ProductImport`,
      };
    case 'refused':
      return {
        entryId,
        outcome: 'Rejected',
        reason: 'StoreRefused',
        message: `the store refuses the price of "${sku}": ${said}`,
      };
    case 'failed':
      return {
        entryId,
        outcome: 'Retry',
        reason: 'StoreError',
        message: `the store failed to set the price of "${sku}": ${said}`,
      };
    case undefined:
      return { entryId, outcome: 'Retry', reason: 'NoResult', message: `the store gave no result for "${sku}"` };
  }
}
