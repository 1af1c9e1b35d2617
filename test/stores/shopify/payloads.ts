import { orderPayload, type CreditsPayload, type OrderPayload } from '../../../drivers/shopify/payload.ts';

export const euro = (value: string) => ({ shopMoney: { amount: value, currencyCode: 'EUR' } });
const tax = (value: string) => ({ title: 'VAT 20 %', rate: 0.2, ratePercentage: 20, priceSet: euro(value) });

/** A line of two pieces at 12 euro with tax. */
export const line = (id: string, more: object = {}): object => ({
  ...{ id: `gid://shopify/LineItem/${id}`, title: 'Cup', variantTitle: null, sku: `SKU-${id}`, quantity: 2 },
  ...{ currentQuantity: 2, unfulfilledQuantity: 2, isGiftCard: false, requiresShipping: true },
  variant: { id: 'gid://shopify/ProductVariant/9' },
  originalUnitPriceSet: euro('12.00'),
  taxLines: [tax('4.00')],
  ...{ discountAllocations: [], lineItemGroup: null, customAttributes: [] },
  ...more,
});

/** A paid order as Shopify gives it. */
export function order(more: object = {}, lines: readonly object[] = [line('1')]): OrderPayload {
  return orderPayload.parse({
    ...{ id: 'gid://shopify/Order/1', name: '#1001', email: 'a@buyers.example', phone: null, note: null, test: false },
    createdAt: '2026-11-01T10:00:00Z',
    processedAt: '2026-11-01T10:00:00Z',
    updatedAt: '2026-11-01T11:00:00Z',
    ...{ cancelledAt: null, closed: false, displayFinancialStatus: 'PAID', displayFulfillmentStatus: 'UNFULFILLED' },
    ...{ currencyCode: 'EUR', presentmentCurrencyCode: 'EUR', taxesIncluded: true, sourceName: 'web', poNumber: null },
    ...{ customAttributes: [], paymentGatewayNames: ['card'], paymentTerms: null },
    customer: { id: 'gid://shopify/Customer/5', displayName: 'Ada Berg' },
    ...{ billingAddress: null, shippingAddress: null },
    ...{ totalPriceSet: euro('24.00'), currentTotalPriceSet: euro('24.00'), totalTaxSet: euro('4.00') },
    ...{ currentTotalTaxSet: euro('4.00'), totalDiscountsSet: euro('0.00'), currentTotalDiscountsSet: euro('0.00') },
    ...{ totalReceivedSet: euro('24.00'), totalRefundedSet: euro('0.00'), totalTipReceivedSet: euro('0.00') },
    ...{ currentTotalDutiesSet: null, additionalFees: [], taxLines: [tax('4.00')] },
    discountApplications: { nodes: [] },
    lineItems: { nodes: lines, pageInfo: { hasNextPage: false, endCursor: null } },
    shippingLines: { nodes: [] },
    transactions: [],
    fulfillmentOrders: { nodes: [] },
    ...more,
  });
}

/** One refund of a piece of line 1. */
export const refund = (restockType: string, amount: string): CreditsPayload => ({
  id: 'gid://shopify/Order/1',
  refunds: [
    {
      ...{ id: 'gid://shopify/Refund/7', createdAt: '2026-11-01T11:00:00Z', note: 'broken' },
      totalRefundedSet: euro(amount),
      refundLineItems: {
        nodes: [
          {
            ...{ lineItem: { id: 'gid://shopify/LineItem/1' }, quantity: 1, restockType },
            ...{ subtotalSet: euro(amount), totalTaxSet: euro('0.00') },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
      refundShippingLines: { nodes: [] },
    },
  ],
  returns: { nodes: [], pageInfo: { hasNextPage: false } },
});
