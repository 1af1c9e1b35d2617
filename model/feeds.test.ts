import { describe, expect, it } from '@jest/globals';
import { importFeed } from './feeds/define.ts';
import {
  changedAt,
  classOf,
  COUNTED_TYPES,
  defaultScheduleOf,
  EXPORT_TYPES,
  FEED_CLASSES,
  FEED_TYPES,
  FEEDS,
  feedOfKind,
  isFeedType,
  rankOf,
  REREAD_TYPES,
  subjectOf,
  WRITE_KINDS,
} from './feeds.ts';
import type { CanonicalRecord } from './records.ts';

describe('feeds', () => {
  it('have each their own place in the initial sync', () => {
    expect(new Set(FEED_TYPES.map(rankOf)).size).toBe(FEED_TYPES.length);
  });

  it('begin with the data model, then products, stock, orders, and only then writes to the store', () => {
    const sorted = [...FEED_TYPES].sort((a, b) => rankOf(a) - rankOf(b));
    expect(sorted[0]).toBe('DataModelSync');
    const places = (['ProductImport', 'StockImport', 'OrderImport', 'ShipmentExport', 'StockExport'] as const).map(
      rankOf,
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('all have a sensible schedule, but the stock import, which runs once', () => {
    expect(FEED_TYPES.filter((type) => defaultScheduleOf(type) === undefined)).toEqual(['StockImport']);
    for (const type of FEED_TYPES) expect(defaultScheduleOf(type) ?? '* * * * *').toMatch(/^(\S+ ){4}\S+$/);
  });

  it('put orders first and the catalogue last', () => {
    expect(FEED_CLASSES).toEqual(['orders', 'shipments', 'stock', 'catalogue']);
    for (const type of FEED_TYPES) expect(FEED_CLASSES).toContain(classOf(type));
  });

  it('name their writes, each differently, and are found by that name', () => {
    expect(new Set(WRITE_KINDS).size).toBe(EXPORT_TYPES.length);
    expect(WRITE_KINDS.map(feedOfKind)).toEqual(EXPORT_TYPES);
    expect(
      subjectOf('StockExport', { variantId: 'v', sku: 'A', locationId: 'main', quantity: 1, available: 1 }),
    ).toEqual({ kind: 'stockLevel', id: 'A@main' });
    expect(
      subjectOf('ShipmentExport', {
        orderId: 'o-1',
        orderNumber: '1',
        parcel: 1,
        shippedAt: '2026-11-02T08:00:00Z',
        completes: false,
      }),
    ).toEqual({ kind: 'order', id: 'o-1' });
  });

  it('say which of them are counted, and of which records are read again by id', () => {
    expect(COUNTED_TYPES).toEqual(['ProductImport', 'OrderImport']);
    expect(REREAD_TYPES).toEqual(['OrderImport', 'OrderUpdate']);
  });

  it("move their cursor by a record's time of change, where its kind has one", () => {
    const order = { kind: 'order', updatedAt: '2026-01-01T00:00:00Z' } as CanonicalRecord;
    expect(changedAt('OrderImport', order)).toBe('2026-01-01T00:00:00Z');
    expect(changedAt('StockImport', { kind: 'stock' } as CanonicalRecord)).toBeUndefined();
    expect(changedAt('StockImport', order)).toBeUndefined();
  });

  it('do not compile with a kind of record of which nothing is said', () => {
    const common = { class: 'orders', rank: 1, schedule: 'once', subject: 'order' } as const;
    // @ts-expect-error -- no word about stock
    importFeed({ ...common, records: ['order', 'stock'], highWater: { order: 'updatedAt' } });
    // @ts-expect-error -- an order has no such field
    importFeed({ ...common, records: ['order'], highWater: { order: 'changedAt' } });
    expect(
      importFeed({ ...common, records: ['order', 'stock'], highWater: { order: 'updatedAt', stock: 'none' } })
        .direction,
    ).toBe('import');
  });

  it.each([
    ['OrderImport', true],
    ['orderimport', false],
    ['', false],
    ['toString', false],
  ])('know whether %j is a type: %s', (word, known) => {
    expect(isFeedType(word)).toBe(known);
    expect(Object.hasOwn(FEEDS, word)).toBe(known);
  });
});
