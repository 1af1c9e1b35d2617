import { z } from 'zod';
import { errorDetails, HeldWrite, type StockWrite, type WriteResult } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import { GraphqlError, shorten } from './errors.ts';

/** Vendure takes 1 to 2 s for a hundred; more at once would come near to a proxy's time-out. */
const VARIANTS_AT_ONCE = 100;

const answer = z.object({
  updateProductVariants: z.array(z.object({ id: z.string(), stockLevels: z.array(z.object({ stockLocationId: z.string(), stockOnHand: z.int() })) }).nullable()),
});
type Answer = z.infer<typeof answer>;

const operation: Operation<Answer> = {
  document: `mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id stockLevels { stockLocationId stockOnHand } } }`,
  answer,
};

/** Entries of one variant: they go in one element of the input, since Vendure writes each element on its own. */
interface VariantWrites {
  readonly variantId: string;
  readonly entries: readonly StockWrite[];
}

/** Sets stock on hand, absolutely, in batches. Vendure's answer shows the levels as they are afterwards: that confirms each. */
export async function writeStock(client: VendureClient, entries: readonly StockWrite[], signal: AbortSignal): Promise<readonly WriteResult<'StockExport'>[]> {
  const variants = byVariant(entries);
  const results: WriteResult<'StockExport'>[] = [];
  let held: HeldWrite | undefined;
  for (let at = 0; at < variants.length; at += VARIANTS_AT_ONCE) {
    try {
      results.push(...(await writeBatch(client, variants.slice(at, at + VARIANTS_AT_ONCE), signal)));
    } catch (error) {
      // In Test mode every request is to be shown, not the first alone.
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  }
  if (held !== undefined) throw held;
  return results;
}

/** Vendure does all of a batch or nothing. A refused batch is halved until the entries at fault stand alone. */
async function writeBatch(client: VendureClient, variants: readonly VariantWrites[], signal: AbortSignal): Promise<readonly WriteResult<'StockExport'>[]> {
  try {
    const confirmed = await client.mutate(operation, { input: variants.map(inputOf) }, signal);
    return variants.flatMap((variant) => variant.entries.map((entry) => resultOf(entry, confirmed)));
  } catch (error) {
    if (error instanceof HeldWrite) throw error;
    const details = errorDetails(error);
    if (error instanceof GraphqlError && error.problem.code !== 'FORBIDDEN' && details.reason !== 'UnsupportedSchema') {
      if (variants.length === 1) return refused(variants[0]!, error, client, signal);
      const middle = Math.ceil(variants.length / 2);
      return [...(await writeBatch(client, variants.slice(0, middle), signal)), ...(await writeBatch(client, variants.slice(middle), signal))];
    }
    if (details.behaviour === 'terminal') throw error;
    // Whether it was done is unknown; a level is set absolutely, so it may be set again.
    return variants.flatMap(({ entries }) => entries.map(({ entryId }): WriteResult<'StockExport'> => ({ entryId, outcome: 'Retry', ...details })));
  }
}

/** One variant that the store refuses: with several locations, each by itself; with one, the verdict. */
async function refused(variant: VariantWrites, error: GraphqlError, client: VendureClient, signal: AbortSignal): Promise<readonly WriteResult<'StockExport'>[]> {
  const [first, ...others] = variant.entries;
  if (first === undefined) return [];
  if (error.problem.code === 'ENTITY_NOT_FOUND') {
    return variant.entries.map(({ entryId, sku, variantId }): WriteResult<'StockExport'> => ({
      entryId, outcome: 'Rejected', reason: 'UnknownVariant',
      message: `The store has no variant ${variantId} (SKU "${sku}") any more: run ProductImport, so that its stock is no longer sent.`,
    }));
  }
  if (others.length > 0) {
    const alone = variant.entries.map((entry) => writeBatch(client, [{ variantId: variant.variantId, entries: [entry] }], signal));
    return (await Promise.all(alone)).flat();
  }
  // Vendure gives no code for a location that is not there, only what its database said.
  const unknownLocation = /foreign key/i.test(error.problem.message);
  const verdict: WriteResult<'StockExport'> = unknownLocation
    ? { entryId: first.entryId, outcome: 'Rejected', reason: 'UnknownLocation', message: `The store has no stock location ${first.locationId}: run DataModelSync and choose one that exists.` }
    : { entryId: first.entryId, outcome: 'Retry', reason: 'StoreError', message: `The store failed to set the stock of "${first.sku}": ${shorten(error.problem.message)}` };
  return [verdict];
}

function resultOf(entry: StockWrite, confirmed: Answer): WriteResult<'StockExport'> {
  const variant = confirmed.updateProductVariants.find((each) => each?.id === entry.variantId);
  const now = variant?.stockLevels.find((level) => level.stockLocationId === entry.locationId)?.stockOnHand;
  if (now === entry.quantity) return { entryId: entry.entryId, outcome: 'Applied' };
  return {
    entryId: entry.entryId, outcome: 'Retry', reason: 'NotConfirmed',
    message: `The store shows ${now ?? 'no level'} instead of ${entry.quantity} for "${entry.sku}" after setting it: something else writes stock at the same time.`,
  };
}

function inputOf({ variantId, entries }: VariantWrites): Readonly<Record<string, unknown>> {
  return { id: variantId, stockLevels: entries.map(({ locationId, quantity }) => ({ stockLocationId: locationId, stockOnHand: quantity })) };
}

function byVariant(entries: readonly StockWrite[]): VariantWrites[] {
  return [...Map.groupBy(entries, (entry) => entry.variantId)].map(([variantId, group]) => ({ variantId, entries: group }));
}
