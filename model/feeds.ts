/** The flows of data a connection can have. Names are part of the API: never rename one. */
export const FEED_TYPES = [
  'DataModelSync', 'SupplierImport', 'ProductImport', 'ProductUpdate', 'ProductImageImport', 'ProductSupplierImport',
  'StockImport', 'OrderImport', 'OrderUpdate', 'ShipmentExport', 'StockExport', 'StockCheck',
] as const;

export type FeedType = (typeof FEED_TYPES)[number];

/** Budget and queue classes, most urgent first: an order must never wait behind a catalogue. */
export const FEED_CLASSES = ['orders', 'shipments', 'stock', 'catalogue'] as const;
export type FeedClass = (typeof FEED_CLASSES)[number];

export interface FeedTraits {
  /** Which way data flows, seen from the hub. */
  readonly direction: 'import' | 'export';
  readonly class: FeedClass;
  /** Five-field cron used when the Feed gives none; `undefined`: runs once at set-up and when asked. */
  readonly defaultSchedule: string | undefined;
  /** Place in the initial sync: the data model first, then what later feeds refer to. */
  readonly order: number;
}

export const FEED_TRAITS: Readonly<Record<FeedType, FeedTraits>> = {
  DataModelSync: { direction: 'import', class: 'catalogue', defaultSchedule: '15 3 * * *', order: 0 },
  SupplierImport: { direction: 'import', class: 'catalogue', defaultSchedule: '30 3 * * *', order: 1 },
  ProductImport: { direction: 'import', class: 'catalogue', defaultSchedule: '0 4 * * 0', order: 2 },
  ProductUpdate: { direction: 'import', class: 'catalogue', defaultSchedule: '*/5 * * * *', order: 3 },
  ProductImageImport: { direction: 'import', class: 'catalogue', defaultSchedule: '45 4 * * *', order: 4 },
  ProductSupplierImport: { direction: 'import', class: 'catalogue', defaultSchedule: '50 4 * * *', order: 5 },
  StockImport: { direction: 'import', class: 'stock', defaultSchedule: undefined, order: 6 },
  OrderImport: { direction: 'import', class: 'orders', defaultSchedule: '* * * * *', order: 7 },
  OrderUpdate: { direction: 'import', class: 'orders', defaultSchedule: '*/5 * * * *', order: 8 },
  ShipmentExport: { direction: 'export', class: 'shipments', defaultSchedule: '* * * * *', order: 9 },
  StockExport: { direction: 'export', class: 'stock', defaultSchedule: '*/2 * * * *', order: 10 },
  StockCheck: { direction: 'import', class: 'stock', defaultSchedule: '30 2 * * *', order: 11 },
};

export function isFeedType(value: string): value is FeedType {
  return (FEED_TYPES as readonly string[]).includes(value);
}
