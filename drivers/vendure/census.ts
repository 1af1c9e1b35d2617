import { z } from 'zod';
import type { FeedType } from '../../model/feeds.ts';
import type { CensusWindow } from '../contract/index.ts';
import type { VendureClient } from './client.ts';

const PAGE = 1000;

interface Counted {
  readonly list: { readonly totalItems: number; readonly items: readonly { readonly id: string }[] };
}

const counted = z.object({ list: z.object({ totalItems: z.int(), items: z.array(z.object({ id: z.string() })) }) });

const SOURCES = {
  orders: { time: 'orderPlacedAt', operation: { document: 'query ($options: OrderListOptions) { list: orders(options: $options) { totalItems items { id } } }', answer: counted } },
  products: { time: 'createdAt', operation: { document: 'query ($options: ProductListOptions) { list: products(options: $options) { totalItems items { id } } }', answer: counted } },
} as const;

/** How many orders were placed, or products made, in a window. */
export async function countBorn(client: VendureClient, feed: FeedType, window: CensusWindow, signal: AbortSignal): Promise<number> {
  return (await born(client, feed, window, { skip: 0, take: 1 }, signal)).totalItems;
}

/** Their ids. By offset: what is born after the window does not move it. */
export async function* idsBorn(client: VendureClient, feed: FeedType, window: CensusWindow, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  for (let skip = 0; ; skip += PAGE) {
    const { items, totalItems } = await born(client, feed, window, { skip, take: PAGE }, signal);
    yield items.map(({ id }) => id);
    if (items.length === 0 || skip + items.length >= totalItems) return;
  }
}

/** Vendure's "after" is exclusive: a millisecond earlier makes it inclusive. */
async function born(client: VendureClient, feed: FeedType, { from, to }: CensusWindow, slice: { readonly skip: number; readonly take: number }, signal: AbortSignal): Promise<Counted['list']> {
  const { time, operation } = feed === 'OrderImport' || feed === 'OrderUpdate' ? SOURCES.orders : SOURCES.products;
  const after = new Date(Date.parse(from) - 1).toISOString();
  const options = { ...slice, sort: { [time]: 'ASC' }, filter: { [time]: { after, before: to } } };
  return (await client.query(operation, { options }, signal)).list;
}
