import { describe, expect, it } from '@jest/globals';
import { FEED_CLASSES, FEED_TRAITS, FEED_TYPES, isFeedType } from './feeds.ts';

const order = (type: keyof typeof FEED_TRAITS) => FEED_TRAITS[type].order;

describe('feeds', () => {
  it('have traits for every type, and each its own place in the initial sync', () => {
    expect(Object.keys(FEED_TRAITS).sort()).toEqual([...FEED_TYPES].sort());
    expect(new Set(FEED_TYPES.map(order)).size).toBe(FEED_TYPES.length);
  });

  it('begin with the data model, then products, stock, orders, and only then writes to the store', () => {
    const sorted = [...FEED_TYPES].sort((a, b) => order(a) - order(b));
    expect(sorted[0]).toBe('DataModelSync');
    const places = (['ProductImport', 'StockImport', 'OrderImport', 'ShipmentExport', 'StockExport'] as const).map(order);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('all have a sensible schedule, but the stock import, which runs once', () => {
    expect(FEED_TYPES.filter((type) => FEED_TRAITS[type].defaultSchedule === undefined)).toEqual(['StockImport']);
    for (const type of FEED_TYPES) expect(FEED_TRAITS[type].defaultSchedule ?? '* * * * *').toMatch(/^(\S+ ){4}\S+$/);
  });

  it('put orders first and the catalogue last', () => {
    expect(FEED_CLASSES).toEqual(['orders', 'shipments', 'stock', 'catalogue']);
    for (const type of FEED_TYPES) expect(FEED_CLASSES).toContain(FEED_TRAITS[type].class);
  });

  it('write to the store by name: only an export is one', () => {
    expect(FEED_TYPES.filter((type) => FEED_TRAITS[type].direction === 'export')).toEqual(['ShipmentExport', 'StockExport']);
  });

  it.each([['OrderImport', true], ['orderimport', false], ['', false], ['toString', false]])('know whether %j is a type: %s', (word, known) => {
    expect(isFeedType(word)).toBe(known);
  });
});
