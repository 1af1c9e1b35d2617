import {
  FEED_TYPES,
  isExport,
  isImport,
  type CountedType,
  type ExportType,
  type FeedType,
  type ImportType,
} from '../../model/feeds.ts';
import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { FeedSupport } from './manifest.ts';
import type { CensusWindow, CursorSemantics, Page, ReadRequest } from './reading.ts';
import type { EntryOf, SubmittedEntry, WriteResult } from './writing.ts';

interface Scheduled {
  /** Five-field cron where the feed's own does not fit the platform. */
  readonly defaultSchedule?: string;
  /** Calls that a page takes; of an export: that ten entries take. 1 if absent. */
  readonly callsPerPage?: number;
  /** Seconds from one run to the next at least, whatever asks for it; a run that waited may go on before. */
  readonly minIntervalSeconds?: number;
}

/** A feed that reads. `K` is what `connect` gives: a client of the platform, given back with each call. */
export interface ImportFeed<K> extends Scheduled {
  readonly cursor?: CursorSemantics;
  /** Largest page the platform gives; it is never asked for more. */
  readonly maxPageSize: number;
  /** Pages in a stable order, each yielded as soon as it is there; nothing is kept of earlier pages. */
  readonly read: (client: K, request: ReadRequest) => AsyncIterable<Page>;
  /**
   * Tells the platform that the hub has the records of these `Page.acks`, by `http.write`. May come twice. Not asked in
   * a dry run; in Test mode its write is held and nothing more comes of it: the queue stays as it was.
   */
  readonly acknowledge?: (client: K, tokens: readonly string[], signal: AbortSignal) => Promise<void>;
}

/**
 * A feed that has no reading of its own: its records come with the runs of another. One reading and one checkpoint
 * serve both; each keeps its schedule, and whichever is due makes the other's reading run. Where a connection does not
 * have the other feed, this one reads as that would.
 */
export interface RidingFeed {
  /** A feed of this driver that reads; its pages hold the records of both. */
  readonly via: ImportType;
  readonly defaultSchedule?: string;
}

/**
 * One whose records the platform can count by the day on which they came to be: both, or the completeness check is left
 * out.
 */
export interface CountedFeed<K> extends ImportFeed<K> {
  /** How many there are in the window, by the platform's own count. */
  readonly count?: (client: K, window: CensusWindow, signal: AbortSignal) => Promise<number>;
  /** Their ids, in the cheapest way the platform has; asked for days whose count differs, or is small. */
  readonly ids?: (client: K, window: CensusWindow, signal: AbortSignal) => AsyncIterable<readonly string[]>;
}

/** A feed that writes. */
export interface ExportFeed<F extends ExportType, K> extends Scheduled {
  /** How many entries go together in one call at most. */
  readonly maxBatch: number;
  /**
   * Where entries go by subject (shipments of one order), all of a call are of one: writes to it are never concurrent.
   * Re-read before sending.
   */
  readonly write: (
    client: K,
    entries: readonly EntryOf<F>[],
    signal: AbortSignal,
  ) => Promise<readonly WriteResult<F>[]>;
  /**
   * What became of entries that were `Submitted`: `Retry` sends one again, `Submitted` asks later. What it throws
   * leaves them as they are. Asked before anything else is written, in turn, entries of one ticket together.
   */
  readonly settle?: (
    client: K,
    entries: readonly SubmittedEntry[],
    signal: AbortSignal,
  ) => Promise<readonly WriteResult<F>[]>;
}

/**
 * One that writes stock says which number the store counts: `quantity` of a write is for `onHand`, else `available`.
 */
export interface StockExportFeed<K> extends ExportFeed<'StockExport', K> {
  readonly stock: StockMeaning;
}

/** One that sends parcels may also correct the numbers of a parcel that was sent before (`corrects` of a write). */
export interface ShipmentExportFeed<K> extends ExportFeed<'ShipmentExport', K> {
  readonly corrects?: true;
}

/** What a driver can do, by feed; the model says of each how it is to be. */
export type DriverFeeds<K> = {
  readonly [F in FeedType]?: F extends 'StockExport'
    ? StockExportFeed<K>
    : F extends 'ShipmentExport'
      ? ShipmentExportFeed<K>
      : F extends ExportType
        ? ExportFeed<F, K>
        : F extends CountedType
          ? CountedFeed<K> | RidingFeed
          : ImportFeed<K> | RidingFeed;
};

/** The same over one live connection. */
export interface ImportSource {
  /** The feed that reads, where it is another. */
  readonly via?: ImportType;
  readonly cursor?: CursorSemantics;
  readonly maxPageSize: number;
  readonly read: (request: ReadRequest) => AsyncIterable<Page>;
  readonly acknowledge?: (tokens: readonly string[], signal: AbortSignal) => Promise<void>;
  readonly count?: (window: CensusWindow, signal: AbortSignal) => Promise<number>;
  readonly ids?: (window: CensusWindow, signal: AbortSignal) => AsyncIterable<readonly string[]>;
}
export interface ExportTarget<F extends ExportType = ExportType> {
  readonly maxBatch: number;
  readonly write: (entries: readonly EntryOf<F>[], signal: AbortSignal) => Promise<readonly WriteResult<F>[]>;
  readonly settle?: (entries: readonly SubmittedEntry[], signal: AbortSignal) => Promise<readonly WriteResult<F>[]>;
}
export type ConnectedFeeds = { readonly [F in FeedType]?: F extends ExportType ? ExportTarget<F> : ImportSource };

/** What of the feeds stands in the catalogue. */
export function supportOf<K>(feeds: DriverFeeds<K>): FeedSupport[] {
  return FEED_TYPES.flatMap((type): FeedSupport[] => {
    const feed = feeds[type];
    if (!feed) return [];
    const { defaultSchedule } = feed;
    if ('maxBatch' in feed)
      return [
        {
          type,
          maxPageSize: feed.maxBatch,
          ...('stock' in feed ? { stock: feed.stock } : {}),
          ...timingOf(feed, defaultSchedule),
        },
      ];
    const { cursor, maxPageSize, ...reading } = readingOf(feeds, type, feed);
    const via = 'via' in feed ? { via: feed.via } : {};
    return [{ type, ...via, ...(cursor ? { cursor } : {}), maxPageSize, ...timingOf(reading, defaultSchedule) }];
  });
}

const timingOf = ({ callsPerPage, minIntervalSeconds }: Scheduled, defaultSchedule: string | undefined) => ({
  ...(defaultSchedule === undefined ? {} : { defaultSchedule }),
  ...(callsPerPage === undefined ? {} : { callsPerPage }),
  ...(minIntervalSeconds === undefined ? {} : { minIntervalSeconds }),
});

/** The feed that reads: itself, or the one that it comes with. */
function readingOf<K>(feeds: DriverFeeds<K>, type: FeedType, feed: CountedFeed<K> | RidingFeed): CountedFeed<K> {
  if (!('via' in feed)) return feed;
  const other = feeds[feed.via];
  if (other && !('via' in other)) return other;
  throw new Error(
    `${type} comes with the runs of ${feed.via}, which this driver ${other ? 'does not read by itself' : 'does not have'}`,
  );
}

/** Feeds over one client. */
export function connectFeeds<K>(feeds: DriverFeeds<K>, client: K): ConnectedFeeds {
  const sources = FEED_TYPES.filter(isImport).flatMap((type) =>
    entry(type, feeds[type], (feed) =>
      'via' in feed ? riderOf(feed.via, readingOf(feeds, type, feed), client) : sourceOf(feed, client),
    ),
  );
  const targets = FEED_TYPES.filter(isExport).flatMap((type) =>
    entry(type, feeds[type], (feed) => targetOf(feed as ExportFeed<ExportType, K>, client)),
  );
  return Object.fromEntries<unknown>([...sources, ...targets]);
}

function entry<F, C>(type: ImportType | ExportType, feed: F | undefined, connected: (feed: F) => C): [string, C][] {
  return feed === undefined ? [] : [[type, connected(feed)]];
}

function sourceOf<K>(feed: CountedFeed<K>, client: K): ImportSource {
  const { cursor, maxPageSize, read, acknowledge, count, ids } = feed;
  return {
    cursor,
    maxPageSize,
    read: (request) => read(client, { ...request, pageSize: Math.max(1, Math.min(request.pageSize, maxPageSize)) }),
    ...(acknowledge ? { acknowledge: (tokens, signal) => acknowledge(client, tokens, signal) } : {}),
    ...(count ? { count: (window, signal) => count(client, window, signal) } : {}),
    ...(ids ? { ids: (window, signal) => ids(client, window, signal) } : {}),
  };
}

/** It reads as the other does; what that one counts is counted once. */
function riderOf<K>(via: ImportType, feed: CountedFeed<K>, client: K): ImportSource {
  const { count: _count, ids: _ids, read, ...source } = sourceOf(feed, client);
  return { ...source, via, read: (request) => read({ ...request, feed: via }) };
}

function targetOf<F extends ExportType, K>(feed: ExportFeed<F, K>, client: K): ExportTarget<F> {
  const { maxBatch, write, settle } = feed;
  const settled = settle
    ? { settle: (entries: readonly SubmittedEntry[], signal: AbortSignal) => settle(client, entries, signal) }
    : {};
  if ('corrects' in feed) return { maxBatch, write: (entries, signal) => write(client, entries, signal), ...settled };
  return {
    maxBatch,
    write: async (entries, signal) => {
      const known = entries.filter((entry) => !isCorrection(entry));
      const results = known.length === 0 ? [] : await write(client, known, signal);
      return [...results, ...entries.filter(isCorrection).map(notSupported)];
    },
    ...settled,
  };
}

const isCorrection = (entry: object): boolean => 'corrects' in entry && entry.corrects !== undefined;

/** A driver that knows nothing of corrections would send a second parcel. */
const notSupported = (entry: { readonly entryId: string }) => {
  const { orderNumber, trackingCode } = entry as EntryOf<'ShipmentExport'>;
  return {
    ...{ entryId: entry.entryId, outcome: 'Rejected' as const, reason: 'NotSupported' },
    message: `order ${orderNumber}: this platform cannot change the numbers of a parcel that it has: enter ${trackingCode ?? 'them'} by hand in the shop`,
  };
};
