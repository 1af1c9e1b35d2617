import type { StockWrite, WriteResult } from '../contract/index.ts';
import { accepted, parsed, shorten, type GenericClient } from './client.ts';
import { stockResults, type StockResults } from './payload.ts';

const AT_ONCE = 100;

/**
 * Sets levels in batches, each item with a result of its own. An item's key names this very write: a store that has it
 * as the last one of the level answers "repeated" and sets nothing, so that a lost answer never undoes a sale made
 * since.
 */
export async function writeStock(
  client: GenericClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'StockExport'>[]> {
  const results: WriteResult<'StockExport'>[] = [];
  for (let at = 0; at < entries.length; at += AT_ONCE)
    results.push(...(await writeBatch(client, entries.slice(at, at + AT_ONCE), signal)));
  return results;
}

async function writeBatch(
  client: GenericClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult<'StockExport'>[]> {
  const levels = entries.map(({ entryId, variantId, locationId, quantity, expected }) => ({
    // The quantity is part of it: a waiting entry whose level is replaced by a newer one keeps its number.
    key: `${entryId}/${quantity}`,
    variant_id: variantId,
    location_id: locationId,
    quantity,
    ...(expected === undefined ? {} : { expected }),
  }));
  const response = await client.raw('POST', '/stock', { levels }, signal);
  const { results } = parsed(stockResults, await accepted(response, '/stock'), '/stock');
  return entries.map((entry) => resultOf(entry, results));
}

function resultOf(entry: StockWrite, results: StockResults['results']): WriteResult<'StockExport'> {
  const { entryId, sku } = entry;
  const result = results.find(
    ({ variant_id, location_id }) => variant_id === entry.variantId && location_id === entry.locationId,
  );
  const said = shorten(result?.message ?? 'no reason given');
  switch (result?.status) {
    case 'set':
      return { entryId, outcome: 'Applied' };
    case 'repeated':
      return { entryId, outcome: 'AlreadyApplied' };
    case 'conflict':
      return {
        entryId,
        outcome: 'Retry',
        reason: 'StockChanged',
        message: `the store has ${result.on_hand ?? 'another number'} of "${sku}", ${entry.expected ?? 'another number'} was expected: read the stock again`,
      };
    case 'unknown':
      return {
        entryId,
        outcome: 'Rejected',
        reason: 'UnknownVariant',
        message: `the store has no level of "${sku}" (variant ${entry.variantId}) at location ${entry.locationId}: run ProductImport and StockImport`,
      };
    case 'refused':
      return {
        entryId,
        outcome: 'Rejected',
        reason: 'StoreRefused',
        message: `the store refuses the level of "${sku}": ${said}`,
      };
    case 'failed':
      return { entryId, outcome: 'Retry', reason: 'StoreError', message: `the store failed to set "${sku}": ${said}` };
    case undefined:
      return { entryId, outcome: 'Retry', reason: 'NoResult', message: `the store gave no result for "${sku}"` };
  }
}
