import type { CensusWindow, CountedFeed } from '../contract/index.ts';
import type { GenericClient, Query } from './client.ts';
import { countAnswer, idsAnswer } from './payload.ts';

const IDS_A_PAGE = 1000;

interface Source {
  readonly path: string;
  readonly window: (window: CensusWindow) => Query;
}

export const ORDERS: Source = { path: '/orders', window: ({ from, to }) => ({ placed_from: from, placed_before: to }) };
export const PRODUCTS: Source = {
  path: '/products',
  window: ({ from, to }) => ({ created_from: from, created_before: to }),
};

/** How many orders were placed, or products made, in a window; and their ids. */
export function countedBy(source: Source): Required<Pick<CountedFeed<GenericClient>, 'count' | 'ids'>> {
  return {
    count: async (client, window, signal) =>
      (await client.get(`${source.path}/count`, source.window(window), countAnswer, signal)).count,
    ids: (client, window, signal) => idsBorn(client, source, window, signal),
  };
}

async function* idsBorn(
  client: GenericClient,
  source: Source,
  window: CensusWindow,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  for (let cursor: string | null | undefined; ;) {
    const page = await client.get(
      `${source.path}/ids`,
      { ...source.window(window), limit: IDS_A_PAGE, cursor: cursor ?? undefined },
      idsAnswer,
      signal,
    );
    yield page.ids;
    cursor = page.next;
    if (cursor === null) return;
  }
}
