import { isImport, type FeedType } from '../../model/feeds.ts';
import { terminal } from './errors.ts';
import type { ConnectedFeeds, ImportSource } from './feeds.ts';
import type { DriverWebhooks } from './hooks.ts';
import type { CensusWindow, Page, ReadRequest } from './reading.ts';
import type { ShipmentWrite, StockWrite, WriteResult } from './writing.ts';

/**
 * The names by which a driver was called before it had `feeds`; for tests that still use them. The engine uses none.
 */
export interface FormerNames {
  read(request: ReadRequest): AsyncIterable<Page>;
  count(feed: FeedType, window: CensusWindow, signal: AbortSignal): Promise<number>;
  ids(feed: FeedType, window: CensusWindow, signal: AbortSignal): AsyncIterable<readonly string[]>;
  readonly hooks?: DriverWebhooks;
  writeStock?(entries: readonly StockWrite[], signal: AbortSignal): Promise<readonly WriteResult<'StockExport'>[]>;
  writeShipments?(
    entries: readonly ShipmentWrite[],
    signal: AbortSignal,
  ): Promise<readonly WriteResult<'ShipmentExport'>[]>;
}

/** Derives them all. */
export function formerNames(feeds: ConnectedFeeds, webhooks: DriverWebhooks | undefined): FormerNames {
  const source = (feed: FeedType): ImportSource => {
    const found = isImport(feed) ? feeds[feed] : undefined;
    if (!found) throw unsupported(feed);
    return found;
  };
  return {
    read: (request) => source(request.feed).read(request),
    count: async (feed, window, signal) => source(feed).count?.(window, signal) ?? Promise.reject(unsupported(feed)),
    ids: (feed, window, signal) => {
      const found = source(feed).ids?.(window, signal);
      if (!found) throw unsupported(feed);
      return found;
    },
    hooks: webhooks,
    writeStock: feeds.StockExport?.write,
    writeShipments: feeds.ShipmentExport?.write,
  };
}

const unsupported = (feed: FeedType) => terminal('UnsupportedFeed', `the driver has nothing for ${feed}`);
