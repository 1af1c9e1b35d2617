import { describe, expect, it } from '@jest/globals';
import { euro, line, order, refund } from '../../test/stores/shopify/payloads.ts';
import { settings } from './config.ts';
import { orderRecord } from './order-map.ts';

const own = settings.parse({ url: 'https://shop.example' });
const map = (...[payload, credits]: [ReturnType<typeof order>, ReturnType<typeof refund>?]) =>
  orderRecord(payload, credits, own);

describe('an order of Shopify', () => {
  it('of a shop with net prices is given gross', () => {
    const record = map(order({ taxesIncluded: false, totalPriceSet: euro('28.00') }));
    expect(record).toMatchObject({ itemsTotal: 2800, grandTotal: 2800, taxTotal: 400 });
    expect(record.lines[0]).toMatchObject({ unitPrice: 1440, total: 2800, taxAmount: 400, taxRate: 20 });
  });

  it('has its bundle as a line, and its parts name it', () => {
    const lineItemGroup = { id: 'gid://shopify/LineItemGroup/3', title: 'Set', quantity: 1, variantSku: 'SET-1' };
    const { lines } = map(order({}, [line('1', { lineItemGroup }), line('2', { lineItemGroup })]));
    expect(lines.map(({ id, kind, parentId }) => [id, kind, parentId])).toEqual([
      ['3', 'Bundle', undefined],
      ['1', undefined, '3'],
      ['2', undefined, '3'],
    ]);
  });

  it('takes pieces out that were cancelled, and not those that were given back', () => {
    const less = [line('1', { currentQuantity: 1, unfulfilledQuantity: 1 })];
    const cancelled = map(order({ currentTotalPriceSet: euro('12.00') }, less), refund('CANCEL', '0.00'));
    expect(cancelled).toMatchObject({ grandTotal: 1200, refunds: [], cancellations: [{ id: '7' }] });
    expect(cancelled.lines[0]).toMatchObject({ quantity: 1, cancelledQuantity: 1 });
    const back = map(order({ currentTotalPriceSet: euro('12.00') }, less), refund('RETURN', '12.00'));
    expect(back).toMatchObject({ grandTotal: 2400, refunds: [{ amount: 1200, restocked: true }], cancellations: [] });
    expect(back.lines[0]).toMatchObject({ quantity: 2, cancelledQuantity: 0, fulfilledQuantity: 1 });
  });

  it('of the till names its channel, and is as sent as it says', () => {
    const sold = order({ sourceName: 'pos', displayFulfillmentStatus: 'FULFILLED' }, [
      line('1', { unfulfilledQuantity: 0 }),
    ]);
    expect(map(sold)).toMatchObject({ channel: 'pos', state: 'Completed', fulfilmentState: 'Fulfilled' });
  });

  it('that needs no sending is complete, and its lines are digital', () => {
    const download = order({ displayFulfillmentStatus: 'FULFILLMENT_NOT_REQUIRED' }, [
      line('1', { requiresShipping: false, sku: null }),
    ]);
    expect(map(download)).toMatchObject({ state: 'Completed', lines: [{ kind: 'Digital', sku: '' }] });
  });

  it('without personal data is taken all the same', () => {
    const record = map(order({ email: null, customer: null }));
    expect(record).toMatchObject({ shippingAddress: {}, billingAddress: {}, number: '#1001' });
    expect(record.customerEmail).toBeUndefined();
  });

  it('that is scheduled is held back, and one with a tip and duties has them as fees', () => {
    const nodes = [{ status: 'SCHEDULED', fulfillAt: '2026-12-01T00:00:00Z', fulfillmentHolds: [] }];
    const record = map(
      order({
        fulfillmentOrders: { nodes },
        ...{ totalTipReceivedSet: euro('2.00'), currentTotalDutiesSet: euro('1.00'), totalPriceSet: euro('27.00') },
      }),
    );
    expect(record).toMatchObject({ hold: { reason: 'Scheduled' }, itemsTotal: 2700, grandTotal: 2700 });
    expect(record.lines.map(({ kind }) => kind)).toEqual([undefined, 'Fee', 'Fee']);
  });

  it('keeps to the currency of the shop, whatever the buyer saw', () => {
    expect(map(order({ presentmentCurrencyCode: 'USD' }))).toMatchObject({ currency: 'EUR', grandTotal: 2400 });
  });

  it('whose amounts are in another currency than its own is not taken', () => {
    const other = { shopMoney: { amount: '24.00', currencyCode: 'USD' } };
    expect(() => map(order({ totalPriceSet: other }))).toThrow('is in EUR, and its total in USD');
  });

  it('on delivery, on terms, expired: each is told', () => {
    expect(map(order({ paymentGatewayNames: ['Cash on Delivery (COD)'] })).paymentTerms).toBe('OnDelivery');
    expect(map(order({ paymentTerms: { paymentTermsType: 'NET' } })).paymentTerms).toBe('Invoice');
    expect(map(order({ displayFinancialStatus: 'EXPIRED' })).paymentState).toBe('Failed');
  });
});
