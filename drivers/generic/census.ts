import type { FeedType } from '../../model/feeds.ts';
import { terminal, type CensusWindow } from '../contract/index.ts';
import type { GenericClient, Query } from './client.ts';
import { countAnswer, idsAnswer } from './payload.ts';

const IDS_A_PAGE = 1000;

export async function count(client: GenericClient, feed: FeedType, window: CensusWindow, signal: AbortSignal): Promise<number> {
  const { path, query } = source(feed, window);
  return (await client.get(`${path}/count`, query, countAnswer, signal)).count;
}

export async function* ids(client: GenericClient, feed: FeedType, window: CensusWindow, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const { path, query } = source(feed, window);
  for (let cursor: string | null | undefined; ;) {
    const page = await client.get(`${path}/ids`, { ...query, limit: IDS_A_PAGE, cursor: cursor ?? undefined }, idsAnswer, signal);
    yield page.ids;
    cursor = page.next;
    if (cursor === null) return;
  }
}

function source(feed: FeedType, { from, to }: CensusWindow): { path: string; query: Query } {
  if (feed.startsWith('Order')) return { path: '/orders', query: { placed_from: from, placed_before: to } };
  if (feed === 'ProductImport' || feed === 'ProductUpdate') return { path: '/products', query: { created_from: from, created_before: to } };
  throw terminal('UnsupportedFeed', `nothing is counted for ${feed}`);
}
