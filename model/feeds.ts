import type { z } from 'zod';
import type { FeedClass, ImportDefinition } from './feeds/define.ts';
import { dataModelSync } from './feeds/data-model-sync.ts';
import { orderImport } from './feeds/order-import.ts';
import { orderUpdate } from './feeds/order-update.ts';
import { priceExport } from './feeds/price-export.ts';
import { productImageImport } from './feeds/product-image-import.ts';
import { productImport } from './feeds/product-import.ts';
import { productSupplierImport } from './feeds/product-supplier-import.ts';
import { productUpdate } from './feeds/product-update.ts';
import { shipmentExport } from './feeds/shipment-export.ts';
import { stockCheck } from './feeds/stock-check.ts';
import { stockExport } from './feeds/stock-export.ts';
import { stockImport } from './feeds/stock-import.ts';
import { supplierImport } from './feeds/supplier-import.ts';
import type { CanonicalRecord } from './records.ts';
import type { SubjectKind } from './subjects.ts';

export { FEED_CLASSES, type FeedClass } from './feeds/define.ts';

/**
 * The flows of data a connection can have: the one list of them. Names are part of the API: never rename one.
 * Everything else that goes by feed is derived from here, or a table with a key for each feed, where a missing one does
 * not compile.
 */
export const FEEDS = {
  DataModelSync: dataModelSync,
  SupplierImport: supplierImport,
  ProductImport: productImport,
  ProductUpdate: productUpdate,
  ProductImageImport: productImageImport,
  ProductSupplierImport: productSupplierImport,
  StockImport: stockImport,
  OrderImport: orderImport,
  OrderUpdate: orderUpdate,
  ShipmentExport: shipmentExport,
  StockExport: stockExport,
  PriceExport: priceExport,
  StockCheck: stockCheck,
} as const;

type Feeds = typeof FEEDS;
export type FeedType = keyof Feeds;
type FeedsThat<Shape> = { [F in FeedType]: Feeds[F] extends Shape ? F : never }[FeedType];

export type ImportType = FeedsThat<{ direction: 'import' }>;
export type ExportType = FeedsThat<{ direction: 'export' }>;
/** Feeds with a daily completeness check. */
export type CountedType = FeedsThat<{ completeness: string }>;
/** Feeds of which some records are read again by their id. */
export type RereadType = FeedsThat<{ reread: string }>;

export const FEED_TYPES = Object.keys(FEEDS) as readonly FeedType[];
export const EXPORT_TYPES: readonly ExportType[] = FEED_TYPES.filter(isExport);
export const COUNTED_TYPES: readonly CountedType[] = FEED_TYPES.filter(isCounted);
export const REREAD_TYPES: readonly RereadType[] = FEED_TYPES.filter(isReread);

/** What the outbox calls the writes of a feed. */
export type WriteKind = Feeds[ExportType]['kind'];
export const WRITE_KINDS = EXPORT_TYPES.map((feed) => FEEDS[feed].kind) as readonly WriteKind[];

/** One write of a feed, and what is told of one that was done. */
export type WriteOf<F extends ExportType> = z.infer<Feeds[F]['write']>;
export type ResultOf<F extends ExportType> = z.infer<Feeds[F]['result']>;

const BY_KIND = Object.fromEntries(EXPORT_TYPES.map((feed) => [FEEDS[feed].kind, feed])) as Readonly<
  Record<WriteKind, ExportType>
>;

/** The feed that takes writes of a kind to the store. */
export const feedOfKind = (kind: WriteKind): ExportType => BY_KIND[kind];

/** What it is about, as an export says it: of any write of the feed. */
export function subjectOf<F extends ExportType>(
  feed: F,
  write: WriteOf<F>,
): { readonly kind: SubjectKind; readonly id: string; readonly number?: string } {
  const { kind, id, number } = FEEDS[feed].subject as {
    kind: SubjectKind;
    id: (write: WriteOf<F>) => string;
    number?: (write: WriteOf<F>) => string;
  };
  return { kind, id: id(write), ...(number ? { number: number(write) } : {}) };
}

/** What the outbox calls the subject of a write. */
export function keyOf<F extends ExportType>(feed: F, write: WriteOf<F>): string {
  const { key } = FEEDS[feed] as { key?: (write: WriteOf<F>) => string };
  return key ? key(write) : subjectOf(feed, write).id;
}

/** What the problems of a feed are about. */
export function subjectKindOf(feed: FeedType): SubjectKind {
  const { subject } = FEEDS[feed];
  return typeof subject === 'string' ? subject : subject.kind;
}

/** The schedule of a Feed that gives none; `undefined`: it runs once at set-up and when asked. */
export function defaultScheduleOf(feed: FeedType): string | undefined {
  const { schedule } = FEEDS[feed];
  return schedule === 'once' ? undefined : schedule;
}

export const classOf = (feed: FeedType): FeedClass => FEEDS[feed].class;
export const rankOf = (feed: FeedType): number => FEEDS[feed].rank;

/** When a record changed, as its feed's cursor counts; undefined: it does not move the cursor. */
export function changedAt(feed: ImportType, record: CanonicalRecord): string | undefined {
  const field = (FEEDS[feed].highWater as Partial<ImportDefinition['highWater']>)[record.kind];
  return field === undefined || field === 'none'
    ? undefined
    : (record as unknown as Readonly<Record<string, string | undefined>>)[field];
}

export function isFeedType(value: string): value is FeedType {
  return Object.hasOwn(FEEDS, value);
}

export function isExport(feed: FeedType): feed is ExportType {
  return FEEDS[feed].direction === 'export';
}

export function isImport(feed: FeedType): feed is ImportType {
  return FEEDS[feed].direction === 'import';
}

export function isCounted(feed: FeedType): feed is CountedType {
  return 'completeness' in FEEDS[feed];
}

export function isReread(feed: FeedType): feed is RereadType {
  return 'reread' in FEEDS[feed];
}
