import { describe, expect, it } from '@jest/globals';
import { orderRecord } from './order-map.ts';
import { orderPayload, type OrderPayload } from './order-payload.ts';
import type { ShopFacts } from './shop.ts';

const shop: ShopFacts = { outOfStockThreshold: 0, trackInventory: true, serverConfig: { moneyStrategyPrecision: 2 } };
const address = {
  fullName: 'Ada Muster',
  company: '',
  streetLine1: 'Lindenstr. 7',
  streetLine2: '',
  city: 'Berlin',
  province: '',
  postalCode: '10969',
  countryCode: 'de',
  phoneNumber: '',
};

function order(change: Partial<OrderPayload> = {}): OrderPayload {
  return orderPayload.parse({
    id: '17',
    code: 'ABC123',
    state: 'PaymentSettled',
    orderPlacedAt: '2026-11-24T10:00:05.120Z',
    updatedAt: '2026-11-24T09:00:00.000Z',
    currencyCode: 'EUR',
    subTotalWithTax: 5400,
    shippingWithTax: 600,
    total: 5000,
    totalWithTax: 6000,
    customer: { id: '3', emailAddress: 'ada@example.com', firstName: 'Ada', lastName: 'Muster', phoneNumber: '' },
    shippingAddress: address,
    billingAddress: {},
    shippingLines: [{ shippingMethod: { code: 'standard', name: 'Standard parcel' } }],
    discounts: [{ amountWithTax: -600 }],
    payments: [
      { state: 'Declined', amount: 6000, refunds: [] },
      { state: 'Settled', amount: 6000, refunds: [] },
    ],
    lines: [
      {
        id: '1',
        quantity: 2,
        orderPlacedQuantity: 3,
        unitPriceWithTax: 3000,
        linePriceWithTax: 6000,
        proratedLinePrice: 4500,
        proratedLinePriceWithTax: 5400,
        taxRate: 20,
        productVariant: { id: '9', sku: 'MUG', name: 'Mug' },
      },
    ],
    fulfillments: [],
    ...change,
  });
}

const shipped = (state: string, quantity: number): OrderPayload['fulfillments'] => [
  { id: '5', state, method: 'DHL', trackingCode: 'JD1', lines: [{ orderLineId: '1', quantity }] },
];
const paid = (state: string, amount: number, refunded = 0): OrderPayload['payments'] => [
  {
    state,
    amount,
    refunds: refunded > 0 ? [{ id: '1', createdAt: '2026-11-25T00:00:00Z', state: 'Settled', total: refunded }] : [],
  },
];

describe('an order of Vendure', () => {
  it('keeps the money as the store says it', () => {
    expect(orderRecord(order(), shop)).toMatchObject({
      number: 'ABC123',
      currency: 'EUR',
      itemsTotal: 5400,
      shippingTotal: 600,
      taxTotal: 1000,
      discountTotal: 600,
      grandTotal: 6000,
      lines: [
        {
          sku: 'MUG',
          variantId: '9',
          quantity: 2,
          cancelledQuantity: 1,
          unitPrice: 3000,
          total: 5400,
          taxAmount: 900,
          discountAmount: 600,
          taxRate: 20,
        },
      ],
    });
  });

  it('turns its two digits into what the currency has', () => {
    expect(orderRecord(order({ currencyCode: 'JPY', totalWithTax: 600_000 }), shop)).toMatchObject({
      currency: 'JPY',
      grandTotal: 6000,
    });
    expect(orderRecord(order({ currencyCode: 'KWD', totalWithTax: 600 }), shop)).toMatchObject({ grandTotal: 6000 });
    const precise = { ...shop, serverConfig: { moneyStrategyPrecision: 4 } };
    expect(orderRecord(order({ totalWithTax: 60_050, discounts: [{ amountWithTax: 49 }] }), precise)).toMatchObject({
      grandTotal: 601,
      discountTotal: 0,
    });
  });

  it('changed last when it was placed or later', () => {
    expect(orderRecord(order(), shop).updatedAt).toBe('2026-11-24T10:00:05.120Z');
    expect(orderRecord(order({ updatedAt: '2026-11-25T00:00:00.000Z' }), shop).updatedAt).toBe(
      '2026-11-25T00:00:00.000Z',
    );
  });

  it('leaves out what nobody typed, and bills where it ships unless told otherwise', () => {
    const { shippingAddress, billingAddress, customerPhone } = orderRecord(order(), shop);
    expect(shippingAddress).toEqual({
      name: 'Ada Muster',
      street1: 'Lindenstr. 7',
      city: 'Berlin',
      postalCode: '10969',
      country: 'DE',
    });
    expect(billingAddress).toEqual(shippingAddress);
    expect(customerPhone).toBeUndefined();
    expect(orderRecord(order({ billingAddress: { streetLine1: 'Kaiserdamm 1' } }), shop).billingAddress).toEqual({
      street1: 'Kaiserdamm 1',
    });
    expect(
      orderRecord(order({ customer: null, shippingLines: [], payments: null, fulfillments: null }), shop),
    ).toMatchObject({ customerName: undefined, shippingMethodCode: undefined, paymentState: 'Unpaid' });
  });

  it.each<[string, Partial<OrderPayload>, string]>([
    ['Created', {}, 'Draft'],
    ['Draft', {}, 'Draft'],
    ['AddingItems', {}, 'Draft'],
    ['ArrangingPayment', {}, 'Draft'],
    ['PaymentAuthorized', {}, 'Open'],
    ['PaymentSettled', {}, 'Open'],
    ['Modifying', {}, 'Open'],
    ['ArrangingAdditionalPayment', {}, 'Open'],
    ['PartiallyShipped', {}, 'Open'],
    ['PartiallyDelivered', {}, 'Open'],
    ['Shipped', {}, 'Completed'],
    ['Delivered', {}, 'Completed'],
    ['Cancelled', {}, 'Cancelled'],
    ['AwaitingInspection', {}, 'Open'],
  ])('in state %s', (state, change, expected) => {
    expect(orderRecord(order({ state, ...change }), shop)).toMatchObject({ state: expected, platformState: state });
  });

  it.each<[string, OrderPayload['payments'], string]>([
    ['nothing', [], 'Unpaid'],
    ['an authorised payment', paid('Authorized', 6000), 'Authorized'],
    ['a declined one', paid('Declined', 6000), 'Unpaid'],
    ['a part', paid('Settled', 2000), 'PartiallyPaid'],
    ['all', paid('Settled', 6000), 'Paid'],
    ['more than is left after a cancellation', paid('Settled', 9000), 'Paid'],
    ['some given back', paid('Settled', 6000, 1000), 'PartiallyRefunded'],
    ['all given back', paid('Settled', 6000, 6000), 'Refunded'],
    ['part settled, part authorised', [...paid('Settled', 2000)!, ...paid('Authorized', 4000)!], 'Authorized'],
  ])('with %s paid', (_what, payments, expected) => {
    expect(orderRecord(order({ payments }), shop).paymentState).toBe(expected);
  });

  it('that costs nothing is paid', () => {
    expect(orderRecord(order({ payments: [], totalWithTax: 0 }), shop).paymentState).toBe('Paid');
  });

  it('counts as shipped what has left the house', () => {
    const state = (fulfillments: OrderPayload['fulfillments']) => orderRecord(order({ fulfillments }), shop);
    expect(state(shipped('Pending', 2))).toMatchObject({
      fulfilmentState: 'Unfulfilled',
      lines: [{ fulfilledQuantity: 0 }],
    });
    expect(state(shipped('Cancelled', 2))).toMatchObject({ fulfilmentState: 'Unfulfilled' });
    expect(state(shipped('Shipped', 1))).toMatchObject({
      fulfilmentState: 'PartiallyFulfilled',
      lines: [{ fulfilledQuantity: 1 }],
    });
    expect(state(shipped('Delivered', 2))).toMatchObject({
      fulfilmentState: 'Fulfilled',
      lines: [{ fulfilledQuantity: 2 }],
    });
    expect(orderRecord(order({ state: 'Shipped' }), shop).fulfilmentState).toBe('Fulfilled');
  });

  it('has each payment and refund as a record, what was paid and given back as sums, and no card data', () => {
    const payments = [
      { method: 'card', state: 'Declined', amount: 6000, transactionId: 'T0', refunds: [] },
      {
        method: 'card',
        state: 'Settled',
        amount: 6000,
        transactionId: 'T1',
        refunds: [
          {
            id: '3',
            createdAt: '2026-11-25T08:00:00.000Z',
            state: 'Settled',
            total: 2500,
            shipping: 600,
            reason: 'broken',
            lines: [{ orderLineId: '1', quantity: 1 }],
          },
          {
            id: '4',
            createdAt: '2026-11-26T08:00:00.000Z',
            state: 'Pending',
            total: 100,
            shipping: 0,
            reason: '',
            lines: [],
          },
          { id: '5', createdAt: '2026-11-26T09:00:00.000Z', state: 'Failed', total: 100, lines: [] },
        ],
      },
    ];
    expect(orderRecord(order({ payments }), shop)).toMatchObject({
      paymentState: 'PartiallyRefunded',
      paidTotal: 6000,
      refundedTotal: 2500,
      payments: [
        { method: 'card', amount: 6000, state: 'Failed', reference: 'T0' },
        { method: 'card', amount: 6000, state: 'Paid', reference: 'T1' },
      ],
      refunds: [
        {
          id: '3',
          at: '2026-11-25T08:00:00.000Z',
          state: 'Done',
          amount: 2500,
          shippingAmount: 600,
          reason: 'broken',
          lines: [{ lineId: '1', quantity: 1 }],
        },
        { id: '4', state: 'Requested', amount: 100, shippingAmount: undefined, lines: [] },
        { id: '5', state: 'Failed' },
      ],
    });
  });

  it('has what was cancelled as records, whatever a plugin wrote into the history', () => {
    const entry = (id: string, data: unknown) => ({
      id,
      createdAt: '2026-11-25T08:00:00.000Z',
      type: 'ORDER_CANCELLATION',
      data,
    });
    const items = [
      entry('7', { reason: 'sold out', lines: [{ orderLineId: 1, quantity: 1 }], shippingCancelled: false }),
      entry('8', { itemIds: ['4'] }),
      entry('9', 'odd'),
    ];
    expect(orderRecord(order({ history: { items } }), shop).cancellations).toEqual([
      {
        id: '7',
        at: '2026-11-25T08:00:00.000Z',
        state: 'Done',
        reason: 'sold out',
        lines: [{ lineId: '1', quantity: 1 }],
      },
      { id: '8', at: '2026-11-25T08:00:00.000Z', state: 'Done', reason: undefined, lines: [] },
      { id: '9', at: '2026-11-25T08:00:00.000Z', state: 'Done', reason: undefined, lines: [] },
    ]);
  });

  it('has surcharges as lines that are no goods, beside its lines, whatever their ids', () => {
    const surcharge = { id: '1', sku: '', description: 'Gift wrap', taxRate: 20, price: 250, priceWithTax: 300 };
    const { lines } = orderRecord(
      order({
        surcharges: [surcharge, { ...surcharge, id: '2', description: 'Sorry', price: -250, priceWithTax: -300 }],
      }),
      shop,
    );
    expect(lines).toMatchObject([
      { id: '1', sku: 'MUG' },
      { id: 'fee-1', kind: 'Fee', sku: '', title: 'Gift wrap', quantity: 1, total: 300, taxAmount: 50 },
      { id: 'fee-2', kind: 'Discount', title: 'Sorry', total: -300 },
    ]);
  });

  it('has its taxes by rate, its discounts by coupon or by name, and the fields that the shop has added', () => {
    expect(
      orderRecord(
        order({
          taxSummary: [{ description: 'VAT', taxRate: 20, taxTotal: 1000 }],
          discounts: [
            { adjustmentSource: 'PROMOTION:1', description: 'Spring', amountWithTax: -600 },
            { adjustmentSource: 'PROMOTION:2', description: 'Friends', amountWithTax: -10 },
          ],
          promotions: [
            { id: '1', couponCode: null },
            { id: '2', couponCode: 'FRIEND-7' },
          ],
          customFields: { campaign: 'x', empty: null, flags: ['a', 'b'] },
        }),
        shop,
      ),
    ).toMatchObject({
      taxes: [{ rate: 20, amount: 1000, title: 'VAT' }],
      discounts: [
        { code: 'Spring', amount: 600 },
        { code: 'FRIEND-7', amount: 10 },
      ],
      custom: { campaign: 'x', flags: 'a, b' },
    });
  });
});
