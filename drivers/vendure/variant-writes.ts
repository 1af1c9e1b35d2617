import { errorDetails, HeldWrite, type WriteResult } from '../contract/index.ts';
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
 * Writes in batches. One that is refused is halved until the entries at fault stand alone: Vendure does all of a batch
 * or nothing.
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
  const results: WriteResult[] = [];
  let held: HeldWrite | undefined;
  for (let at = 0; at < variants.length; at += VARIANTS_AT_ONCE) {
    try {
      results.push(...(await writeBatch(client, writer, variants.slice(at, at + VARIANTS_AT_ONCE), signal)));
    } catch (error) {
      // In Test mode every request is to be shown, not the first alone.
      if (!(error instanceof HeldWrite)) throw error;
      held = error;
    }
  }
  if (held !== undefined) throw held;
  return results;
}

async function writeBatch<E extends Entry, A>(
  client: VendureClient,
  writer: VariantWriter<E, A>,
  variants: readonly VariantWrites<E>[],
  signal: AbortSignal,
): Promise<readonly WriteResult[]> {
  try {
    const answer = await client.mutate(
      writer.operation,
      { input: variants.map(({ variantId, entries }) => writer.input(variantId, entries)) },
      signal,
    );
    return variants.flatMap((variant) => variant.entries.map((entry) => writer.confirmed(entry, answer)));
  } catch (error) {
    if (error instanceof HeldWrite) throw error;
    const details = errorDetails(error);
    if (error instanceof GraphqlError && error.problem.code !== 'FORBIDDEN' && details.reason !== 'UnsupportedSchema') {
      if (variants.length === 1) return refused(client, writer, variants[0]!, error, signal);
      const middle = Math.ceil(variants.length / 2);
      return [
        ...(await writeBatch(client, writer, variants.slice(0, middle), signal)),
        ...(await writeBatch(client, writer, variants.slice(middle), signal)),
      ];
    }
    if (details.behaviour === 'terminal') throw error;
    // Whether it was done is unknown; what is set absolutely may be set again.
    return variants.flatMap(({ entries }) =>
      entries.map(({ entryId }): WriteResult => ({ entryId, outcome: 'Retry', ...details })),
    );
  }
}

/** One variant that the store refuses: with several entries, each by itself; with one, the verdict. */
async function refused<E extends Entry, A>(
  client: VendureClient,
  writer: VariantWriter<E, A>,
  variant: VariantWrites<E>,
  error: GraphqlError,
  signal: AbortSignal,
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
      writeBatch(client, writer, [{ variantId: variant.variantId, entries: [entry] }], signal),
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
