import { z } from 'zod';
import type { CensusWindow, CountedFeed } from '../contract/index.ts';
import type { Operation, VendureClient } from './client.ts';

const PAGE = 1000;

interface Counted {
  readonly list: { readonly totalItems: number; readonly items: readonly { readonly id: string }[] };
}

const counted = z.object({ list: z.object({ totalItems: z.int(), items: z.array(z.object({ id: z.string() })) }) });

interface Source {
  /** The field with the time at which a record came to be. */
  readonly time: string;
  readonly operation: Operation<Counted>;
}

export const ORDERS: Source = {
  time: 'orderPlacedAt',
  operation: {
    document: 'query ($options: OrderListOptions) { list: orders(options: $options) { totalItems items { id } } }',
    answer: counted,
  },
};
export const PRODUCTS: Source = {
  time: 'createdAt',
  operation: {
    document: 'query ($options: ProductListOptions) { list: products(options: $options) { totalItems items { id } } }',
    answer: counted,
  },
};

/** How many orders were placed, or products made, in a window; and their ids. */
export function countedBy(source: Source): Required<Pick<CountedFeed<VendureClient>, 'count' | 'ids'>> {
  return {
    count: async (client, window, signal) =>
      (await born(client, source, window, { skip: 0, take: 1 }, signal)).totalItems,
    ids: (client, window, signal) => idsBorn(client, source, window, signal),
  };
}

/** By offset: what is born after the window does not move it. */
async function* idsBorn(
  client: VendureClient,
  source: Source,
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for (let skip = 0; ; skip += PAGE) {
    const { items, totalItems } = await born(client, source, window, { skip, take: PAGE }, signal);
    yield items.map(({ id }) => id);
    if (items.length === 0 || skip + items.length >= totalItems) return;
  }
}

/** Vendure's "after" is exclusive: a millisecond earlier makes it inclusive. */
async function born(
  client: VendureClient,
  { time, operation }: Source,
  { from, to }: CensusWindow,
  slice: { readonly skip: number; readonly take: number },
  signal: AbortSignal,
): Promise<Counted['list']> {
  const after = new Date(Date.parse(from) - 1).toISOString();
  const options = { ...slice, sort: { [time]: 'ASC' }, filter: { [time]: { after, before: to } } };
  return (await client.query(operation, { options }, signal)).list;
}
