import { describe, expect, it } from '@jest/globals';
import type { ShipmentWrite } from '../contract/index.ts';
import type { ShippableOrder } from './shipment-payload.ts';
import { methodOf, planShipment } from './shipment-plan.ts';

const line = (id: string, quantity: number) => ({ id, quantity, productVariant: { sku: `SKU-${id}` } });
const fulfilled = (
  id: string,
  trackingCode: string,
  lines: Record<string, number>,
  state = 'Shipped',
  method = 'DHL',
) => ({
  id,
  state,
  method,
  trackingCode,
  lines: Object.entries(lines).map(([orderLineId, quantity]) => ({ orderLineId, quantity })),
});
const order = (change: Partial<ShippableOrder> = {}): ShippableOrder => ({
  id: '17',
  code: 'ABC',
  state: 'PaymentSettled',
  lines: [line('1', 3), line('2', 1)],
  fulfillments: [],
  ...change,
});
const entry = (change: Partial<ShipmentWrite> = {}): ShipmentWrite => ({
  entryId: '7',
  orderId: '17',
  orderNumber: 'ABC',
  parcel: 1,
  shippedAt: '2026-11-02T08:00:00Z',
  completes: false,
  carrier: 'DHL',
  trackingCode: 'JD1',
  ...change,
});
const none = new Set<string>();

describe('the plan for a shipment', () => {
  it('ships all that is open, or what is named', () => {
    expect(planShipment(order(), entry(), none)).toEqual({
      step: 'create',
      lines: [
        { orderLineId: '1', quantity: 3 },
        { orderLineId: '2', quantity: 1 },
      ],
    });
    const begun = order({ state: 'PartiallyShipped', fulfillments: [fulfilled('5', 'OTHER', { 1: 2 })] });
    expect(planShipment(begun, entry(), none)).toEqual({
      step: 'create',
      lines: [
        { orderLineId: '1', quantity: 1 },
        { orderLineId: '2', quantity: 1 },
      ],
    });
    expect(planShipment(begun, entry({ lines: [{ lineId: '1', quantity: 1 }] }), none)).toEqual({
      step: 'create',
      lines: [{ orderLineId: '1', quantity: 1 }],
    });
    // A line that is named twice is one line.
    expect(
      planShipment(
        order(),
        entry({
          lines: [
            { lineId: '1', quantity: 1 },
            { lineId: '1', quantity: 2 },
          ],
        }),
        none,
      ),
    ).toEqual({ step: 'create', lines: [{ orderLineId: '1', quantity: 3 }] });
  });

  it('recognises what it did before by the tracking code', () => {
    expect(
      planShipment(order({ state: 'Shipped', fulfillments: [fulfilled('5', 'JD1', { 1: 3, 2: 1 })] }), entry(), none),
    ).toEqual({ step: 'nothing', fulfillmentId: '5' });
    expect(
      planShipment(order({ fulfillments: [fulfilled('5', 'JD1', { 1: 3, 2: 1 }, 'Pending')] }), entry(), none),
    ).toEqual({ step: 'markShipped', fulfillmentId: '5' });
    // Even when the order was cancelled or sent on since.
    expect(
      planShipment(order({ state: 'Cancelled', fulfillments: [fulfilled('5', 'JD1', { 1: 3 })] }), entry(), none),
    ).toEqual({ step: 'nothing', fulfillmentId: '5' });
    // One that was cancelled at the store is not it.
    expect(
      planShipment(order({ fulfillments: [fulfilled('5', 'JD1', { 1: 3, 2: 1 }, 'Cancelled')] }), entry(), none),
    ).toMatchObject({ step: 'create' });
  });

  it('takes one code on other lines for another shipment in the same parcel', () => {
    const begun = order({ state: 'PartiallyShipped', fulfillments: [fulfilled('5', 'JD1', { 2: 1 })] });
    expect(planShipment(begun, entry({ lines: [{ lineId: '2', quantity: 1 }] }), none)).toEqual({
      step: 'nothing',
      fulfillmentId: '5',
    });
    expect(planShipment(begun, entry({ lines: [{ lineId: '1', quantity: 3 }] }), none)).toMatchObject({
      step: 'create',
    });
  });

  it('tells two parcels that look alike apart within one call', () => {
    const begun = order({ state: 'PartiallyShipped', fulfillments: [fulfilled('5', 'JD1', { 1: 1 })] });
    const part = entry({ lines: [{ lineId: '1', quantity: 1 }] });
    expect(planShipment(begun, part, none)).toEqual({ step: 'nothing', fulfillmentId: '5' });
    expect(planShipment(begun, part, new Set(['5']))).toMatchObject({ step: 'create' });
  });

  it('knows a shipment without tracking code by its own number', () => {
    const plain = entry({ trackingCode: undefined });
    expect(methodOf(plain)).toBe('DHL (shipment 7)');
    expect(methodOf(entry({ carrier: undefined }))).toBe('Parcel');
    expect(
      planShipment(
        order({ fulfillments: [fulfilled('5', '', { 1: 3, 2: 1 }, 'Shipped', methodOf(plain))] }),
        plain,
        none,
      ),
    ).toEqual({ step: 'nothing', fulfillmentId: '5' });
    expect(
      planShipment(
        order({
          state: 'PartiallyShipped',
          fulfillments: [fulfilled('5', '', { 1: 1 }, 'Shipped', 'DHL (shipment 6)')],
        }),
        plain,
        none,
      ),
    ).toMatchObject({ step: 'create' });
  });

  it.each<[string, ShippableOrder, Partial<ShipmentWrite>, unknown]>([
    ['a cancelled order', order({ state: 'Cancelled' }), {}, { step: 'reject', reason: 'OrderCancelled' }],
    ['an order that is not paid', order({ state: 'PaymentAuthorized' }), {}, { step: 'later', reason: 'OrderNotPaid' }],
    [
      'a checkout, which Vendure would ship',
      order({ state: 'ArrangingPayment' }),
      {},
      { step: 'later', reason: 'OrderNotPaid' },
    ],
    [
      'more than is open',
      order(),
      { lines: [{ lineId: '1', quantity: 4 }] },
      { step: 'reject', reason: 'NothingLeftToShip', message: expect.stringContaining('SKU-1') },
    ],
    [
      'a line of another order',
      order(),
      { lines: [{ lineId: '99', quantity: 1 }] },
      { step: 'reject', reason: 'UnknownOrderLine' },
    ],
    [
      'what somebody else has shipped',
      order({ state: 'Shipped', fulfillments: [fulfilled('5', 'BY-HAND', { 1: 3, 2: 1 })] }),
      {},
      { step: 'reject', reason: 'NothingLeftToShip', message: expect.stringContaining('BY-HAND') },
    ],
    [
      'an order of which all was cancelled',
      order({ lines: [line('1', 0)] }),
      {},
      { step: 'reject', reason: 'NothingLeftToShip' },
    ],
  ])('does not ship %s', (_what, given, change, expected) => {
    expect(planShipment(given, entry(change), none)).toMatchObject(expected as Record<string, unknown>);
  });
});
