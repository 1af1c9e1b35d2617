import { describe, expect, it } from '@jest/globals';
import type { ShipmentWrite } from '../contract/index.ts';
import { planParcel, type Fulfilment, type FulfilmentOrder, type OrderToShip } from './shipment-plan.ts';

const place = (id: string, lineId: string, open: number, more: Partial<FulfilmentOrder> = {}): FulfilmentOrder => ({
  ...{ id: `FO-${id}`, status: 'OPEN', ships: true, locationId: id, lines: [{ id: `L-${id}`, lineId, open }] },
  ...more,
});
const sent = (id: string, code: string, lineId: string, quantity: number): Fulfilment => ({
  ...{ id, codes: [code], company: undefined, url: undefined, pieces: new Map([[lineId, quantity]]) },
});
const order = (orders: readonly FulfilmentOrder[], fulfilments: readonly Fulfilment[] = []): OrderToShip => ({
  ...{ name: '#1', cancelled: false, orders, fulfilments },
});
const parcel = (more: Partial<ShipmentWrite> = {}): ShipmentWrite => ({
  ...{ entryId: '1', orderId: '1', orderNumber: '#1', parcel: 1, shippedAt: '2026-11-02T08:00:00Z', completes: true },
  ...{ trackingCode: 'T1', ...more },
});
const both = [
  { lineId: 'a', quantity: 2 },
  { lineId: 'b', quantity: 1 },
];

describe('a parcel for Shopify', () => {
  it('from two places is a call for each', () => {
    const plan = planParcel(order([place('main', 'a', 2), place('shop', 'b', 1)]), parcel({ lines: both }));
    expect(plan).toMatchObject({
      step: 'send',
      calls: [[{ fulfillmentOrderId: 'FO-main' }], [{ fulfillmentOrderId: 'FO-shop' }]],
    });
  });

  it('of which one place was told already sends the rest alone', () => {
    const half = order([place('main', 'a', 0), place('shop', 'b', 1)], [sent('1', 'T1', 'a', 2)]);
    expect(planParcel(half, parcel({ lines: both }))).toMatchObject({
      calls: [[{ fulfillmentOrderId: 'FO-shop', fulfillmentOrderLineItems: [{ quantity: 1 }] }]],
    });
  });

  it('takes the place that sent it first', () => {
    const two = order([place('main', 'a', 2), place('shop', 'a', 2)]);
    const plan = planParcel(two, parcel({ locationId: 'shop', lines: [{ lineId: 'a', quantity: 2 }] }));
    expect(plan).toMatchObject({ calls: [[{ fulfillmentOrderId: 'FO-shop' }]] });
  });

  it.each([
    ['ON_HOLD', 'OnHold'],
    ['SCHEDULED', 'Scheduled'],
  ])('of an order that is %s waits', (status, reason) => {
    const held = order([place('main', 'a', 2, { status, ships: false })]);
    expect(planParcel(held, parcel())).toMatchObject({ step: 'later', reason });
  });

  it('that is there is not sent again; one of the same number with other pieces is', () => {
    const one = order([place('main', 'a', 1)], [sent('1', 'T1', 'a', 1)]);
    expect(planParcel(one, parcel({ lines: [{ lineId: 'a', quantity: 1 }] }))).toEqual({
      step: 'done',
      externalId: '1',
    });
    const two = order([place('main', 'a', 2)], [sent('1', 'T1', 'a', 1)]);
    expect(planParcel(two, parcel({ lines: [{ lineId: 'a', quantity: 2 }] }))).toMatchObject({ step: 'send' });
  });

  describe('without a number', () => {
    const bare = (id: string, lineId: string, quantity: number) => ({ ...sent(id, '', lineId, quantity), codes: [] });
    const again = (othersThere: readonly string[], more: Partial<ShipmentWrite> = {}) =>
      parcel({ trackingCode: undefined, lines: [{ lineId: 'a', quantity: 1 }], othersThere, ...more });
    const one = order([place('main', 'a', 1)], [bare('gid://shopify/Fulfillment/7', 'a', 1)]);

    it('that may have been sent before is the one there that is none of the others', () => {
      expect(planParcel(one, again([]))).toEqual({ step: 'done', externalId: '7' });
      expect(planParcel(one, again(['7']))).toMatchObject({ step: 'send' });
      expect(planParcel(one, again(['6,7']))).toMatchObject({ step: 'send' });
      expect(planParcel(one, again([]), new Set(['7']))).toMatchObject({ step: 'send' });
    });

    it('that was not sent before is sent, whatever is there; so is one with other pieces than what is there', () => {
      expect(planParcel(one, again([], { othersThere: undefined }))).toMatchObject({ step: 'send' });
      const two = order([place('main', 'a', 2)], [bare('gid://shopify/Fulfillment/7', 'a', 1)]);
      expect(planParcel(two, again([], { lines: [{ lineId: 'a', quantity: 2 }] }))).toMatchObject({ step: 'send' });
    });

    it('is none that has a number', () => {
      const numbered = order([place('main', 'a', 1)], [sent('gid://shopify/Fulfillment/7', 'T9', 'a', 1)]);
      expect(planParcel(numbered, again([]))).toMatchObject({ step: 'send' });
    });

    it('from two places, one of which was told before, sends the rest alone', () => {
      const half = order([place('main', 'a', 0), place('shop', 'b', 1)], [bare('gid://shopify/Fulfillment/7', 'a', 2)]);
      expect(planParcel(half, again([], { lines: both }))).toMatchObject({
        calls: [[{ fulfillmentOrderId: 'FO-shop', fulfillmentOrderLineItems: [{ quantity: 1 }] }]],
      });
    });
  });
});
