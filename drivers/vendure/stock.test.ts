import { describe, expect, it } from '@jest/globals';
import type { ShopFacts } from './shop.ts';
import { stockPayload, stockRecords } from './stock.ts';

const shop: ShopFacts = { outOfStockThreshold: 3, trackInventory: true, serverConfig: { moneyStrategyPrecision: 2 } };
const variant = (change: Record<string, unknown> = {}) =>
  stockPayload.parse({
    id: '9',
    sku: 'MUG',
    trackInventory: 'INHERIT',
    outOfStockThreshold: -5,
    useGlobalOutOfStockThreshold: true,
    stockLevels: [
      { stockLocationId: '1', stockOnHand: 10, stockAllocated: 4 },
      { stockLocationId: '2', stockOnHand: 2, stockAllocated: 0 },
    ],
    ...change,
  });

describe('stock of Vendure', () => {
  it('is what is on hand less allocations, and less the threshold once', () => {
    expect(stockRecords(variant(), shop)).toEqual([
      { kind: 'stock', variantId: '9', sku: 'MUG', locationId: '1', onHand: 10, allocated: 4, available: 3 },
      { kind: 'stock', variantId: '9', sku: 'MUG', locationId: '2', onHand: 2, allocated: 0, available: 2 },
    ]);
  });

  it('goes below zero where the variant may be ordered ahead', () => {
    expect(
      stockRecords(variant({ useGlobalOutOfStockThreshold: false }), shop).map(({ available }) => available),
    ).toEqual([11, 2]);
  });

  it('is not there where the shop does not count', () => {
    expect(stockRecords(variant({ trackInventory: 'FALSE' }), shop)).toEqual([]);
    expect(stockRecords(variant(), { ...shop, trackInventory: false })).toEqual([]);
    expect(stockRecords(variant({ trackInventory: 'TRUE' }), { ...shop, trackInventory: false })).toHaveLength(2);
  });
});
