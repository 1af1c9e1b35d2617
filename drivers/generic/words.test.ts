import { describe, expect, it } from '@jest/globals';
import { MAPPINGS, mapItems } from './map.ts';

const line = { id: 'l1', sku: 'A', title: 'Cloth', quantity: 1, unit_price: '10.00', total: '10.00' };
const order = (changes: object) => ({
  id: '7',
  number: 'N-7',
  placed_at: null,
  updated_at: '2026-02-01T10:00:00Z',
  state: 'open',
  payment_state: 'paid',
  currency: 'EUR',
  totals: { items: '10.00', shipping: '0.00', tax: '0.00', discount: '0.00', grand: '10.00' },
  lines: [line],
  ...changes,
});
const said = (changes: object) =>
  mapItems(MAPPINGS.order, [order(changes)]).unreadable.map(({ message }) =>
    message.replace(/^order N-7 cannot be taken: /, '').replace(/\. It is taken.*$/, ''),
  )[0];

describe("what is wrong with an order is said so that a shop's owner understands it", () => {
  it.each<[object, string]>([
    [{ lines: [line, { ...line, sku: null }] }, 'line 2 (Cloth) has no SKU: give the item a SKU at the shop'],
    [
      { lines: [{ ...line, quantity: 1.5 }] },
      'line 1 (Cloth) has the quantity 1.5: only whole pieces can be handled, sell it in a smaller unit or split the order by hand',
    ],
    [{ lines: [{ ...line, quantity: -1 }] }, 'line 1 (Cloth) has the quantity -1: a quantity is never below zero'],
    [
      { lines: [{ ...line, unit_price: 10 }] },
      'line 1 (Cloth) has a "unit_price" that is not as the shop\'s API describes it (must be text)',
    ],
    [
      { state: 'lost' },
      'its "state" is not as the shop\'s API describes it (must be one of draft, open, completed, cancelled)',
    ],
    [{ currency: undefined }, 'its "currency" is missing'],
    [
      { updated_at: 'yesterday' },
      'its "updated_at" is not as the shop\'s API describes it (must be a time with its offset, such as 2026-03-01T10:00:00+01:00)',
    ],
    [
      { lines: [{ ...line, total: '10,00' }] },
      'line 1 (Cloth) has a "total" that is not as the shop\'s API describes it (must be an amount as text, such as "12.50")',
    ],
    [{ refunds: [{ id: 'r', at: null }] }, 'refund 1 has no "at"'],
  ])('%j', (changes, words) => {
    expect(said(changes)).toBe(words);
  });

  it.each([{ kind: 'fee', sku: null }, { kind: 'gift_card', sku: '' }, { kind: 'discount' }])(
    'a line that is no goods (%j) needs no SKU',
    (changes) => {
      const { records, unreadable } = mapItems(MAPPINGS.order, [
        order({ lines: [{ ...line, sku: undefined, ...changes }] }),
      ]);
      expect([records.length, unreadable]).toEqual([1, []]);
    },
  );

  it('the currency in whatever case, a field of the shop in whatever shape', () => {
    const { records } = mapItems(MAPPINGS.order, [
      order({
        currency: 'jpy',
        totals: { items: '10', shipping: '0', tax: '0', discount: '0', grand: '10' },
        custom: { a: 1, b: { c: [true] }, d: null, e: 'x' },
      }),
    ]);
    expect(records).toMatchObject([{ currency: 'JPY', grandTotal: 10, custom: { a: '1', b: '{"c":[true]}', e: 'x' } }]);
  });

  it('by its number, with which it is found', () => {
    expect(mapItems(MAPPINGS.order, [order({ state: 'lost' })]).unreadable).toMatchObject([
      { recordId: '7', number: 'N-7' },
    ]);
  });
});

describe('a variant without SKU', () => {
  it.each([null, '', undefined])('%p: is named, and its sisters are taken', (sku) => {
    const variant = (id: string, value: unknown) => ({ id, sku: value, price: '1.00', currency: 'EUR' });
    const { records, unreadable } = mapItems(MAPPINGS.product, [
      {
        id: 'p',
        title: 'Tee',
        status: 'active',
        updated_at: '2026-02-01T10:00:00Z',
        variants: [variant('v1', 'A'), variant('v2', sku)],
      },
    ]);
    expect(records).toMatchObject([{ id: 'p', variants: [{ id: 'v1' }] }]);
    expect(unreadable).toMatchObject([
      {
        recordId: 'variant:v2',
        part: true,
        reason: 'NoSku',
        message: expect.stringContaining('variant v2 of the product "Tee" has no SKU'),
      },
    ]);
  });
});
