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
      {
        recordId: '9',
        reason: 'StoreError',
        message: expect.stringMatching(/^stock location 9 cannot be read: cannot be shown/),
        raw: bare,
      },
      { recordId: '8', reason: 'UnexpectedPayload', message: expect.stringContaining('stock location 8'), raw: wrong },
    ]);
  });

  it('is an order by its number, and what is wrong is said in words of the shop', () => {
    const line = { id: '1', quantity: 'several', productVariant: { id: '9', sku: 'MUG', name: 'Mug' } };
    const item = { id: '17', code: 'ABC', lines: [line] };
    const slice: Slice = {
      items: [item],
      total: 2,
      shop,
      lost: [{ id: '18', bare: { id: '18', code: 'DEF' }, message: 'The store failed.' }],
    };
    const schema = z.object({ lines: z.array(z.object({ quantity: z.int() })) });
    const { unreadable } = mapSlice('order', slice, schema, () => [], 'code');
    expect(unreadable).toMatchObject([
      { recordId: '18', number: 'DEF', message: expect.stringMatching(/^order DEF cannot be read: The store failed/) },
      {
        recordId: '17',
        number: 'ABC',
        message:
          'order ABC cannot be taken: line 1 (Mug) has a "quantity" that is not as the shop\'s API describes it (must be a whole number). It is taken by itself once that is mended',
      },
    ]);
  });
});
