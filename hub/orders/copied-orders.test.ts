import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BatchEncoder } from '../../model/encode.ts';
import type { OrderRecord } from '../../model/records.ts';
import { line, order } from '../../test/support/memory-store.ts';
import { glanceAt } from './copied-orders.ts';

function glance(orders: readonly OrderRecord[], intakes: readonly ('Accepted' | 'Held')[] = []) {
  const encoder = new BatchEncoder();
  orders.forEach((each, index) =>
    encoder.add(each, ({ number }) => ({ intake: intakes[index] ?? 'Accepted', custRef: number })),
  );
  return glanceAt(encoder.segments());
}

/** Of lines that cost so much each. */
const costing = (number: string, lines: readonly number[], shipping: number, more: Partial<OrderRecord> = {}) => {
  const items = lines.reduce((sum, total) => sum + total, 0);
  return order(number, {
    lines: lines.map((total, index) => ({ ...line(`${index}`, 'A', 1), total })),
    itemsTotal: items,
    shippingTotal: shipping,
    grandTotal: items + shipping,
    ...more,
  });
};

describe('orders as they come in', () => {
  it('tie out when lines and shipping add up, however many there are', () => {
    const amount = fc.integer({ min: -1000, max: 100_000 });
    const given = fc.array(fc.tuple(fc.array(amount, { minLength: 1, maxLength: 4 }), amount), { minLength: 1 });
    fc.assert(
      fc.property(given, (orders) => {
        const records = orders.map(([lines, shipping], index) => costing(`o${index}`, lines, shipping));
        expect(glance(records)).toEqual({ allAccepted: true, allTieOut: true });
      }),
    );
  });

  it.each<[string, Partial<OrderRecord>]>([
    ['items', { itemsTotal: 299 }],
    ['shipping', { shippingTotal: 49 }],
    ['the whole', { grandTotal: 351 }],
    ['a whole that is too large to be exact', { grandTotal: Number.MAX_SAFE_INTEGER }],
    ['no lines', { lines: [] }],
  ])('do not by one of them: %s', (_what, more) => {
    const good = costing('good', [100], 5);
    expect(glance([good, costing('bad', [100, 200], 50, more), good]).allTieOut).toBe(false);
  });

  it('are not all accepted when one is held', () => {
    const orders = ['1', '2', '3'].map((number) => costing(number, [1], 1));
    expect(glance(orders, ['Accepted', 'Held', 'Accepted'])).toEqual({ allAccepted: false, allTieOut: true });
  });

  it('are left to the database when an id is escaped', () => {
    expect(glance([{ ...costing('1', [1], 1), id: 'o\\x' }])).toEqual({ allAccepted: false, allTieOut: false });
  });
});
