import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Slice } from './slice.ts';
import { mapSlice } from './records.ts';

const shop: Slice['shop'] = {
  outOfStockThreshold: 0,
  trackInventory: true,
  serverConfig: { moneyStrategyPrecision: 2 },
};

describe('a record that cannot be read', () => {
  it('is named, with the record as the shop gave it: a person must be able to see what is wrong with it', () => {
    const wrong = { id: '8', name: 7 };
    const bare = { id: '9', createdAt: '2026-01-01T00:00:00Z' };
    const slice: Slice = {
      items: [{ id: '7', name: 'Berlin' }, wrong],
      total: 3,
      shop,
      lost: [{ id: '9', bare, message: 'cannot be shown' }],
    };
    const { records, unreadable } = mapSlice(
      'stock location',
      slice,
      z.object({ id: z.string(), name: z.string() }),
      ({ id, name }) => [{ kind: 'location', id, code: name, name }],
    );
    expect(records).toHaveLength(1);
    expect(unreadable).toEqual([
      { recordId: '9', reason: 'StoreError', message: 'stock location 9: cannot be shown', raw: bare },
      { recordId: '8', reason: 'UnexpectedPayload', message: expect.stringContaining('stock location 8'), raw: wrong },
    ]);
  });
});
