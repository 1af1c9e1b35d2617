import { z } from 'zod';
import type { ReadRequest } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import { advance, decode, encode, position, startAt, type Position } from './cursor.ts';

export interface ChangedProducts {
  readonly ids: readonly string[];
  readonly resume: string;
  readonly end: boolean;
}

/** Where both lists stand; null: read to its end. */
const state = z.object({ products: position.nullable(), variants: position.nullable() });

const answer = z.object({
  products: z
    .object({ totalItems: z.int(), items: z.array(z.object({ id: z.string(), updatedAt: z.string() })) })
    .optional(),
  variants: z
    .object({ totalItems: z.int(), items: z.array(z.object({ productId: z.string(), updatedAt: z.string() })) })
    .optional(),
});

const operation: Operation<z.infer<typeof answer>> = {
  document: `query ($products: ProductListOptions, $variants: ProductVariantListOptions, $readProducts: Boolean!, $readVariants: Boolean!) {
    products(options: $products) @include(if: $readProducts) { totalItems items { id updatedAt } }
    variants: productVariants(options: $variants) @include(if: $readVariants) { totalItems items { productId updatedAt } } }`,
  answer,
};

/**
 * Ids of the products that changed, themselves or in a variant: a product's own `updatedAt` does not move when a
 * variant gets another price or SKU. Both lists are read side by side, so that "nothing changed" is one request.
 */
export async function* changedProducts(client: VendureClient, request: ReadRequest): AsyncGenerator<ChangedProducts> {
  let at = decode(state, request.resume) ?? { products: startAt(request.since), variants: startAt(request.since) };
  const take = Math.max(1, Math.floor(request.pageSize / 2));
  for (;;) {
    const { products, variants } = await client.query(
      operation,
      {
        products: optionsOf(at.products, take, request.until),
        variants: optionsOf(at.variants, take, request.until),
        readProducts: at.products !== null,
        readVariants: at.variants !== null,
      },
      request.signal,
    );
    at = { products: after(at.products, products), variants: after(at.variants, variants) };
    const ids = new Set([
      ...(products?.items ?? []).map(({ id }) => id),
      ...(variants?.items ?? []).map(({ productId }) => productId),
    ]);
    const end = at.products === null && at.variants === null;
    yield { ids: [...ids], resume: encode(at), end };
    if (end) return;
  }
}

function optionsOf(
  from: Position | null,
  take: number,
  until: string | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (from === null) return undefined;
  const time = { after: from.after, ...(until === undefined ? {} : { before: until }) };
  return { sort: { updatedAt: 'ASC' }, filter: { updatedAt: time }, skip: from.skip, take };
}

/** The position after a window, or null when it was the last. */
function after(
  from: Position | null,
  window: { totalItems: number; items: readonly { updatedAt: string }[] } | undefined,
): Position | null {
  if (from === null || window === undefined || from.skip + window.items.length >= window.totalItems) return null;
  return advance(
    from,
    window.items.map(({ updatedAt }) => updatedAt),
  );
}
