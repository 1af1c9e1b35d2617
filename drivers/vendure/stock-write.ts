import { z } from 'zod';
import type { StockWrite, WriteResult } from '../contract/index.ts';
import type { VendureClient } from './client.ts';
import { writeVariants, type VariantWriter } from './variant-writes.ts';

const answer = z.object({
  updateProductVariants: z.array(
    z
      .object({ id: z.string(), stockLevels: z.array(z.object({ stockLocationId: z.string(), stockOnHand: z.int() })) })
      .nullable(),
  ),
});
type Answer = z.infer<typeof answer>;

const writer: VariantWriter<StockWrite, Answer> = {
  what: 'stock',
  operation: {
    document: `mutation ($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id stockLevels { stockLocationId stockOnHand } } }`,
    answer,
  },
  input: (id, entries) => ({
    id,
    stockLevels: entries.map(({ locationId, quantity }) => ({ stockLocationId: locationId, stockOnHand: quantity })),
  }),
  confirmed: resultOf,
  // Vendure gives no code for a location that is not there, only what its database said.
  refusal: ({ entryId, locationId }, error) =>
    /foreign key/i.test(error.problem.message)
      ? {
          entryId,
          outcome: 'Rejected',
          reason: 'UnknownLocation',
          message: `The store has no stock location ${locationId}: run DataModelSync and choose one that exists.`,
        }
      : undefined,
};

/** Sets stock on hand, absolutely. */
export function writeStock(
  client: VendureClient,
  entries: readonly StockWrite[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  return writeVariants(client, writer, entries, signal);
}

function resultOf(entry: StockWrite, confirmed: Answer): WriteResult {
  const variant = confirmed.updateProductVariants.find((each) => each?.id === entry.variantId);
  const now = variant?.stockLevels.find((level) => level.stockLocationId === entry.locationId)?.stockOnHand;
  if (now === entry.quantity) return { entryId: entry.entryId, outcome: 'Applied' };
  return {
    entryId: entry.entryId,
    outcome: 'Retry',
    reason: 'NotConfirmed',
    message: `The store shows ${now ?? 'no level'} instead of ${entry.quantity} for "${entry.sku}" after setting it: something else writes stock at the same time.`,
  };
}
