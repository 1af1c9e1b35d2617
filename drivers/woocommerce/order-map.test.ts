import { describe, expect, it } from '@jest/globals';
import { LINE, order } from '../../test/stores/woocommerce/payloads.ts';
import { settings } from './config.ts';
import { orderRecord } from './order-map.ts';
import { fulfillmentPayload, refundPayload } from './payload.ts';

const given = (more: Readonly<Record<string, unknown>> = {}) =>
  settings.parse({ url: 'https://shop.example', ...more });
const record = (more: Readonly<Record<string, unknown>> = {}, own: Readonly<Record<string, unknown>> = {}) =>
  orderRecord({ order: order(more), refunds: [], fulfillments: [] }, given(own));

describe('an order of WooCommerce', () => {
  it('has gross amounts that tie out, and the time of placing with the offset of the shop', () => {
    expect(record()).toMatchObject({
      ...{ id: '727', placedAt: '2026-06-01T12:00:00+02:00', updatedAt: '2026-06-01T10:05:00Z' },
      ...{ itemsTotal: 2400, shippingTotal: 600, taxTotal: 500, grandTotal: 3000, paidTotal: 3000 },
      ...{ paymentState: 'Paid', shippingMethodCode: 'flat_rate:3' },
      lines: [{ id: '11', variantId: '5', unitPrice: 1200, total: 2400, taxRate: 20, taxAmount: 400 }],
      taxes: [{ rate: 20, amount: 500, title: 'VAT' }],
    });
  });

  it('on delivery is being processed and not paid', () => {
    expect(record({ payment_method: 'cod', date_paid_gmt: null })).toMatchObject({
      ...{ state: 'Open', paymentState: 'Unpaid', paymentTerms: 'OnDelivery', paidTotal: 0, hold: undefined },
    });
  });

  it('by bank transfer waits for its money; where the shop says so it is on invoice', () => {
    const waits = { payment_method: 'bacs', status: 'on-hold', date_paid_gmt: null };
    expect(record(waits)).toMatchObject({ paymentState: 'Unpaid', paymentTerms: undefined, hold: undefined });
    expect(record(waits, { invoiceMethods: ['bacs'] })).toMatchObject({ paymentTerms: 'Invoice', hold: undefined });
  });

  it('that is paid and on hold is held back', () => {
    expect(record({ status: 'on-hold' })).toMatchObject({ paymentState: 'Paid', hold: { reason: 'OnHold' } });
  });

  it('with a status of a plugin is set aside until somebody says what it means', () => {
    expect(() => record({ status: 'packed' })).toThrow(/"packed".*settings.statuses/);
    expect(record({ status: 'packed' }, { statuses: { packed: 'Open' } })).toMatchObject({
      ...{ state: 'Open', platformState: 'packed' },
    });
  });

  it('that was given back is not called open where it had been completed', () => {
    const back = { status: 'refunded', refunds: [{ id: 9, reason: '', total: '-30.00' }] };
    expect(record(back)).toMatchObject({ state: 'Open', paymentState: 'Refunded', refundedTotal: 3000 });
    expect(record({ ...back, date_completed_gmt: '2026-06-02T10:00:00' }).state).toBe('Completed');
  });

  it('keeps fees and discounts of plugins as lines, and a cent that rounding lost', () => {
    const fee = (id: number, total: string) => ({ id, name: 'Fee', total, total_tax: '0', taxes: [] });
    const { lines, itemsTotal } = record({ total: '32.01', fee_lines: [fee(21, '5.00'), fee(22, '-3.00')] });
    expect(lines.map(({ id, kind, total }) => [id, kind, total])).toEqual([
      ['11', undefined, 2400],
      ['21', 'Fee', 500],
      ['22', 'Discount', -300],
      ['rounding', 'Fee', 1],
    ]);
    expect(itemsTotal).toBe(2601);
  });

  it('whose totals are far off is given as the shop has it', () => {
    expect(record({ total: '99.00' })).toMatchObject({ itemsTotal: 2400, grandTotal: 9900 });
  });

  it('adds net and tax before it rounds', () => {
    const third = { ...LINE, quantity: 1, total: '8.326446', total_tax: '1.748554' };
    expect(record({ line_items: [third] }).lines[0]).toMatchObject({ total: 1008 });
  });

  it('goes to the address of the bill where it has none of its own', () => {
    const nowhere = Object.fromEntries(['first_name', 'last_name', 'address_1', 'city'].map((name) => [name, '']));
    expect(record({ shipping: nowhere }).shippingAddress).toMatchObject({ name: 'Ada Berg', city: 'Graz' });
  });

  it('without a SKU on a line is set aside, in words for the owner', () => {
    expect(() => record({ line_items: [{ ...LINE, sku: null }] })).toThrow('line 1 (Box) has no SKU');
  });

  it('whose buyer was erased passes on nothing that stands in the place of the data', () => {
    const erased = { first_name: '[deleted]', last_name: '[deleted]', email: 'deleted@site.invalid', country: '' };
    const { customerEmail, customerName, redacted } = record({
      ...{ billing: erased, shipping: erased, meta_data: [{ key: '_anonymized', value: 'yes' }] },
    });
    expect([customerEmail, customerName, redacted]).toEqual([undefined, undefined, true]);
  });

  it('tells refunds with their pieces, and what parcels have', () => {
    const refund = refundPayload.parse({
      ...{ id: 9, date_created_gmt: '2026-06-03T10:00:00', amount: '13.00', reason: 'broken' },
      line_items: [
        {
          ...{ quantity: -1, total: '-10.00', total_tax: '-2.00' },
          meta_data: [{ key: '_refunded_item_id', value: '11' }],
        },
      ],
      shipping_lines: [{ total: '-1.00', total_tax: '0.00' }],
    });
    const parcel = (id: number, shipped: boolean) =>
      fulfillmentPayload.parse({
        ...{ id, is_fulfilled: shipped, date_deleted: null },
        meta_data: [{ key: '_items', value: [{ item_id: 11, qty: 1 }] }],
      });
    const read = orderRecord(
      {
        order: order({ refunds: [{ id: 9, reason: 'broken', total: '-13.00' }] }),
        ...{ refunds: [refund], fulfillments: [parcel(1, true), parcel(2, false)] },
      },
      given(),
    );
    expect(read).toMatchObject({
      ...{ paymentState: 'PartiallyRefunded', refundedTotal: 1300, fulfilmentState: 'PartiallyFulfilled' },
      refunds: [{ amount: 1300, shippingAmount: 100, lines: [{ lineId: '11', quantity: 1, amount: 1200 }] }],
      lines: [{ fulfilledQuantity: 1 }],
    });
  });

  it('that was completed in a shop without fulfilments has all of its pieces out', () => {
    expect(record({ status: 'completed' })).toMatchObject({
      ...{ state: 'Completed', fulfilmentState: 'Fulfilled', lines: [{ fulfilledQuantity: 2 }] },
    });
  });
});
