import { describe, expect, it } from '@jest/globals';
import { below, item, order } from '../../test/stores/magento2/payloads.ts';
import { settings } from './config.ts';
import { NotTaken } from './order-lines.ts';
import { orderRecord } from './order-map.ts';
import { creditPayload } from './order-payload.ts';
import { piecesOf } from './shipment-plan.ts';

const given = settings.parse({ url: 'https://shop.example' });
const record = (more: Readonly<Record<string, unknown>> = {}, extra: object = {}) =>
  orderRecord(order(more), [], { ...given, ...extra });

describe('an order', () => {
  it('is in its own currency throughout, never in that of the shop', () => {
    expect(record()).toMatchObject({
      ...{ currency: 'EUR', grandTotal: 3000, itemsTotal: 2400, shippingTotal: 600, taxTotal: 500, paidTotal: 3000 },
      ...{ placedAt: '2026-06-01T10:00:00Z', channel: 'German', customerName: 'Ada Berg' },
    });
  });

  it('of a guest has the name of the bill, and both lines of the street', () => {
    expect(record().shippingAddress).toMatchObject({ street1: 'Street 1', street2: 'Stair 2', country: 'AT' });
  });

  it.each([
    ['new', { total_paid: null, payment: { method: 'checkmo' } }, 'Unpaid', undefined],
    ['new', { total_paid: null, payment: { method: 'cashondelivery' } }, 'Unpaid', 'OnDelivery'],
    ['new', { total_paid: null, payment: { method: 'purchaseorder' } }, 'Unpaid', 'Invoice'],
    ['pending_payment', { total_paid: null }, 'Unpaid', undefined],
    ['processing', { total_paid: null, payment: { method: 'paypal', amount_authorized: 30 } }, 'Authorized', undefined],
    ['processing', { total_paid: 10 }, 'PartiallyPaid', undefined],
    ['processing', { total_paid: 30, total_refunded: 10 }, 'PartiallyRefunded', undefined],
    ['closed', { total_paid: 30, total_refunded: 30 }, 'Refunded', undefined],
    ['processing', { total_paid: null, grand_total: 0, items: [], shipping_incl_tax: 0 }, 'Paid', undefined],
  ])('in state %s with %j is %s', (state, more, paymentState, paymentTerms) => {
    expect(record({ state, ...more })).toMatchObject({ state: 'Open', paymentState, paymentTerms });
  });

  it('that is held or under review says so, and its status is for people alone', () => {
    expect(record({ state: 'holded', status: 'waits_for_boss' })).toMatchObject({
      ...{ state: 'Open', platformState: 'waits_for_boss', hold: { reason: 'OnHold' } },
    });
    expect(record({ state: 'payment_review' }).hold).toMatchObject({ reason: 'PaymentReview' });
  });

  it('in a state of an extension is taken where the settings say what it means', () => {
    expect(() => record({ state: 'in_the_attic' })).toThrow(NotTaken);
    expect(record({ state: 'in_the_attic' }, { states: { in_the_attic: 'Open' } }).state).toBe('Open');
  });

  it('that was cancelled as a whole keeps what was ordered', () => {
    const cancelled = record({ state: 'canceled', total_canceled: 30, items: [item({ qty_canceled: 2 })] });
    expect(cancelled).toMatchObject({ state: 'Cancelled', grandTotal: 3000, lines: [{ quantity: 2, total: 2400 }] });
  });

  it('of which a part was cancelled has what is left of it, and ties out', () => {
    const left = record({ total_canceled: 12, tax_canceled: 2, items: [item({ qty_canceled: 1 })] });
    expect(left).toMatchObject({
      ...{ grandTotal: 1800, itemsTotal: 1200, taxTotal: 300 },
      lines: [{ quantity: 1, cancelledQuantity: 1, total: 1200, unitPrice: 1200, taxAmount: 200 }],
    });
  });

  it('names what items do not explain: store credit, gift cards, charges of extensions', () => {
    expect(record({ grand_total: 25 }).lines[1]).toMatchObject({ kind: 'Discount', total: -500 });
    expect(record({ grand_total: 32 }).lines[1]).toMatchObject({ kind: 'Fee', total: 200 });
  });

  it('has a line with the price of the configurable product and the id of what is sold', () => {
    const items = [item({ product_type: 'configurable', product_id: 9 }), below(11, { product_id: 10 })];
    expect(record({ items }).lines).toMatchObject([{ id: '11', sku: 'BOX', variantId: '10', total: 2400 }]);
  });

  it('counts a bundle once, whether it has the price or its parts do', () => {
    const bundle = item({ product_type: 'bundle', sku: 'SET' });
    const fixed = record({ items: [bundle, below(11, { qty_ordered: 4 })] });
    expect(fixed.lines).toMatchObject([
      { kind: 'Bundle', total: 2400 },
      { parentId: '11', total: 0 },
    ]);
    const dynamic = record({ items: [bundle, item({ item_id: 12, parent_item_id: 11 })] });
    expect(dynamic.lines).toMatchObject([
      { kind: 'Bundle', total: 0, unitPrice: 0 },
      { parentId: '11', total: 2400 },
    ]);
    expect([fixed.itemsTotal, dynamic.itemsTotal]).toEqual([2400, 2400]);
  });

  it('has no parcel for what is downloaded', () => {
    expect(record({ items: [item({ product_type: 'downloadable', is_virtual: 1 })] }).lines).toMatchObject([
      { kind: 'Digital' },
    ]);
  });

  it('with half a piece is set aside', () => {
    expect(() => record({ items: [item({ qty_ordered: 1.5 })] })).toThrow(/only whole pieces/);
  });

  it('has the order that it replaces', () => {
    expect(record({ increment_id: '727-1', original_increment_id: '727' }).references).toEqual({ replaces: '727' });
  });

  it('has its credit memos, of a configurable product once', () => {
    const credit = creditPayload.parse({
      ...{ entity_id: 3, order_id: 727, created_at: '2026-06-02 08:00:00', state: 2, grand_total: 12 },
      items: [
        { order_item_id: 11, qty: 1, row_total: 10, tax_amount: 2 },
        { order_item_id: 12, qty: 1, row_total: 0 },
      ],
    });
    const items = [item({ product_type: 'configurable' }), below(11)];
    expect(orderRecord(order({ items, total_refunded: 12 }), [credit], given).refunds).toMatchObject([
      { id: '3', state: 'Done', amount: 1200, lines: [{ lineId: '11', quantity: 1, amount: 1200 }] },
    ]);
  });
});

describe('a parcel', () => {
  const set = order({ items: [item({ product_type: 'bundle' }), below(11, { qty_ordered: 4 })] });

  it('with all parts of a bundle is so many bundles, where they ship together', () => {
    const pieces = piecesOf(set, { bundles: 'together' });
    expect(pieces.take([{ lineId: '12', quantity: 2 }])).toEqual([{ order_item_id: 11, qty: 1 }]);
    expect(pieces.take(undefined)).toEqual([{ order_item_id: 11, qty: 2 }]);
    expect(pieces.take([{ lineId: '12', quantity: 1 }])).toMatch(/shipped as one/);
  });

  it('has the parts themselves, where they ship separately', () => {
    const pieces = piecesOf(set, { bundles: 'separately' });
    expect(pieces.take([{ lineId: '12', quantity: 1 }])).toEqual([{ order_item_id: 12, qty: 1 }]);
    expect(pieces.take(undefined)).toEqual([{ order_item_id: 12, qty: 4 }]);
  });

  it('has nothing that was given back before it left', () => {
    const pieces = piecesOf(order({ items: [item({ qty_refunded: 1 })] }), { bundles: 'together' });
    expect(pieces.take(undefined)).toEqual([{ order_item_id: 11, qty: 1 }]);
    expect(pieces.take([{ lineId: '11', quantity: 2 }])).toMatch(/1 are open/);
  });

  it('counts what went out in the same call', () => {
    const pieces = piecesOf(order(), { bundles: 'together' });
    pieces.sent([{ order_item_id: 11, qty: 2 }]);
    expect(pieces.take(undefined)).toMatch(/nothing of it is open/);
  });
});
