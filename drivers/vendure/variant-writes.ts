import type { WriteResult } from '../contract/index.ts';
import { halvedWrite, type AllOrNothing } from '../toolkit/writes/halved-write.ts';
import type { Operation, VendureClient } from './client.ts';
import { GraphqlError, shorten } from './errors.ts';

/** Vendure takes 1 to 2 s for a hundred; more at once would come near to a proxy's time-out. */
const VARIANTS_AT_ONCE = 100;

/** What is set of variants by `updateProductVariants`, and how the answer tells what became of it. */
export interface VariantWriter<E, A> {
  /** What is set, for people: "stock". */
  readonly what: string;
  readonly operation: Operation<A>;
  /** Element of the mutation's input: all entries of one variant, since Vendure writes each element on its own. */
  readonly input: (variantId: string, entries: readonly E[]) => Readonly<Record<string, unknown>>;
  /** Vendure's answer shows the variant as it is afterwards: that confirms each entry. */
  readonly confirmed: (entry: E, answer: A) => WriteResult;
  /** A refusal that Vendure gives no code for, of an entry that stands alone. */
  readonly refusal?: (entry: E, error: GraphqlError) => WriteResult | undefined;
}

interface Entry {
  readonly entryId: string;
  readonly variantId: string;
  readonly sku: string;
}

interface VariantWrites<E> {
  readonly variantId: string;
  readonly entries: readonly E[];
}

/**
 * Writes in batches, of which Vendure does all or nothing.
 */
export async function writeVariants<E extends Entry, A>(
  client: VendureClient,
  writer: VariantWriter<E, A>,
  entries: readonly E[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  const variants = [...Map.groupBy(entries, (entry) => entry.variantId)].map(([variantId, group]) => ({
    variantId,
    entries: group,
  }));
  return halvedWrite(variants, batchesOf(client, writer, signal));
}

function batchesOf<E extends Entry, A>(
  client: VendureClient,
  writer: VariantWriter<E, A>,
  signal: AbortSignal,
): AllOrNothing<VariantWrites<E>> {
  const how: AllOrNothing<VariantWrites<E>> = {
    atOnce: VARIANTS_AT_ONCE,
    entries: (variant) => variant.entries,
    send: async (variants) => {
      const input = variants.map(({ variantId, entries }) => writer.input(variantId, entries));
      const answer = await client.mutate(writer.operation, { input }, signal);
      return variants.flatMap((variant) => variant.entries.map((entry) => writer.confirmed(entry, answer)));
    },
    refused: (error) =>
      error instanceof GraphqlError &&
      error.problem.code !== 'FORBIDDEN' &&
      error.details.reason !== 'UnsupportedSchema',
    alone: (variant, error) => refused(writer, variant, error as GraphqlError, how),
  };
  return how;
}

/** One variant that the store refuses: with several entries, each by itself; with one, the verdict. */
async function refused<E extends Entry, A>(
  writer: VariantWriter<E, A>,
  variant: VariantWrites<E>,
  error: GraphqlError,
  how: AllOrNothing<VariantWrites<E>>,
): Promise<readonly WriteResult[]> {
  const [first, ...others] = variant.entries;
  if (first === undefined) return [];
  if (error.problem.code === 'ENTITY_NOT_FOUND') {
    return variant.entries.map(({ entryId, sku, variantId }): WriteResult => ({
      entryId,
      outcome: 'Rejected',
      reason: 'UnknownVariant',
      message: `The store has no variant ${variantId} (SKU "${sku}") any more: run ProductImport, so that its ${writer.what} is no longer sent.`,
    }));
  }
  if (others.length > 0) {
    const alone = variant.entries.map((entry) =>
      halvedWrite([{ variantId: variant.variantId, entries: [entry] }], how),
    );
    return (await Promise.all(alone)).flat();
  }
  const unknown: WriteResult = {
    entryId: first.entryId,
    outcome: 'Retry',
    reason: 'StoreError',
    message: `The store failed to set the ${writer.what} of "${first.sku}": ${shorten(error.problem.message)}`,
  };
  return [writer.refusal?.(first, error) ?? unknown];
}
