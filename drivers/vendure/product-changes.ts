import { z } from 'zod';
import type { ReadRequest } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';
import {
  advance,
  again,
  decode,
  encode,
  looksBack,
  MOST_RESTARTS,
  position,
  rowsMove,
  startAt,
  type Position,
} from './cursor.ts';

export interface ChangedProducts {
  readonly ids: readonly string[];
  readonly resume: string;
  readonly end: boolean;
}

/** Where both lists stand; null: read to its end. */
const state = z.object({ products: position.nullable(), variants: position.nullable() });

type State = z.infer<typeof state>;

const answer = z.object({
  products: z
    .object({ totalItems: z.int(), items: z.array(z.object({ id: z.string(), updatedAt: z.string() })) })
    .optional(),
  variants: z
    .object({
      totalItems: z.int(),
      items: z.array(z.object({ id: z.string(), productId: z.string(), updatedAt: z.string() })),
    })
    .optional(),
});

const operation: Operation<z.infer<typeof answer>> = {
  document: `query ($products: ProductListOptions, $variants: ProductVariantListOptions, $readProducts: Boolean!, $readVariants: Boolean!) {
    products(options: $products) @include(if: $readProducts) { totalItems items { id updatedAt } }
    variants: productVariants(options: $variants) @include(if: $readVariants) { totalItems items { id productId updatedAt } } }`,
  answer,
};

/**
 * Ids of the products that changed, themselves or in a variant: a product's own `updatedAt` does not move when a
 * variant gets another price or SKU. Both lists are read side by side, so that "nothing changed" is one request.
 */
export async function* changedProducts(client: VendureClient, request: ReadRequest): AsyncGenerator<ChangedProducts> {
  let at: State = decode(state, request.resume) ?? {
    products: startAt(request.since),
    variants: startAt(request.since),
  };
  const take = Math.max(1, Math.floor(request.pageSize / 2));
  for (let restarts = 0; ;) {
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
    const next = { products: after(at.products, products), variants: after(at.variants, variants) };
    if (next.products === 'moved' || next.variants === 'moved') {
      if (++restarts > MOST_RESTARTS) throw rowsMove('products');
      at = { products: at.products && again(at.products), variants: at.variants && again(at.variants) };
      continue;
    }
    at = { products: next.products, variants: next.variants };
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
  const back = looksBack(from);
  return { sort: { updatedAt: 'ASC' }, filter: { updatedAt: time }, skip: from.skip - back, take: take + back };
}

/** The position after a window, or null when it was the last. */
function after(
  from: Position | null,
  window: { totalItems: number; items: readonly { id: string; updatedAt: string }[] } | undefined,
): Position | null | 'moved' {
  if (from === null || window === undefined) return null;
  const back = looksBack(from);
  if (back === 1 && window.items[0]?.id !== from.last) return 'moved';
  const fresh = window.items.slice(back);
  if (from.skip + fresh.length >= window.totalItems) return null;
  return advance(
    from,
    fresh.map(({ updatedAt }) => updatedAt),
    fresh.at(-1)?.id,
  );
}
