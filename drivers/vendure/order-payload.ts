import { z } from 'zod';
import { customFieldSelection, customValues, type CustomField } from './custom-fields.ts';

const ADDRESS = 'fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber';

/** More cancellations than any order has. */
const CANCELLATIONS = '{ take: 50, filter: { type: { eq: "ORDER_CANCELLATION" } } }';

/** What to select of an order, with the fields that this shop has added to it. */
export const orderFields = (
  custom: readonly CustomField[],
): string => `code state orderPlacedAt updatedAt currencyCode subTotalWithTax shippingWithTax total totalWithTax
  customer { id emailAddress firstName lastName phoneNumber }
  shippingAddress { ${ADDRESS} }
  billingAddress { ${ADDRESS} }
  shippingLines { shippingMethod { code name } }
  discounts { adjustmentSource description amountWithTax }
  promotions { id couponCode }
  surcharges { id sku description taxRate price priceWithTax }
  taxSummary { description taxRate taxTotal }
  payments { id method amount state transactionId refunds { id createdAt state total shipping reason lines { orderLineId quantity } } }
  history(options: ${CANCELLATIONS}) { items { id createdAt type data } }
  lines { id quantity orderPlacedQuantity unitPriceWithTax linePriceWithTax proratedLinePrice proratedLinePriceWithTax taxRate productVariant { id sku name } ${customFieldSelection(custom, 'OrderLine')} }
  fulfillments { id state method trackingCode lines { orderLineId quantity } }
  ${customFieldSelection(custom, 'Order')}`;

const text = z.string().nullish();

const address = z
  .object({
    fullName: text,
    company: text,
    streetLine1: text,
    streetLine2: text,
    city: text,
    province: text,
    postalCode: text,
    countryCode: text,
    phoneNumber: text,
  })
  .nullish();

export const fulfillment = z.object({
  id: z.string(),
  state: z.string(),
  method: text,
  trackingCode: text,
  lines: z.array(z.object({ orderLineId: z.string(), quantity: z.int() })),
});

const refund = z.object({
  id: z.string(),
  createdAt: z.string(),
  state: z.string(),
  total: z.int(),
  shipping: z.int().nullish(),
  reason: text,
  lines: z.array(z.object({ orderLineId: z.string(), quantity: z.int() })).nullish(),
});

/** `data` is whatever the shop's version wrote. */
const cancellation = z.object({ id: z.string(), createdAt: z.string(), type: z.string(), data: z.unknown() });
export const cancellationData = z.object({
  reason: text,
  lines: z
    .array(z.object({ orderLineId: z.union([z.string(), z.number()]).transform(String), quantity: z.int() }))
    .nullish(),
});

export const orderPayload = z.object({
  id: z.string(),
  code: z.string().min(1),
  state: z.string(),
  orderPlacedAt: text,
  updatedAt: z.string(),
  currencyCode: z.string().length(3),
  subTotalWithTax: z.int(),
  shippingWithTax: z.int(),
  total: z.int(),
  totalWithTax: z.int(),
  customer: z
    .object({ id: z.string(), emailAddress: text, firstName: text, lastName: text, phoneNumber: text })
    .nullish(),
  shippingAddress: address,
  billingAddress: address,
  shippingLines: z.array(z.object({ shippingMethod: z.object({ code: z.string(), name: z.string() }) })),
  discounts: z.array(z.object({ adjustmentSource: text, description: text, amountWithTax: z.int() })),
  promotions: z.array(z.object({ id: z.string(), couponCode: text })).nullish(),
  surcharges: z
    .array(
      z.object({
        id: z.string(),
        sku: text,
        description: text,
        taxRate: z.number(),
        price: z.int(),
        priceWithTax: z.int(),
      }),
    )
    .nullish(),
  taxSummary: z.array(z.object({ description: text, taxRate: z.number(), taxTotal: z.int() })).nullish(),
  history: z.object({ items: z.array(cancellation) }).nullish(),
  customFields: customValues,
  payments: z
    .array(
      z.object({ method: text, state: z.string(), amount: z.int(), transactionId: text, refunds: z.array(refund) }),
    )
    .nullish(),
  lines: z.array(
    z.object({
      id: z.string(),
      quantity: z.int(),
      orderPlacedQuantity: z.int(),
      unitPriceWithTax: z.int(),
      linePriceWithTax: z.int(),
      proratedLinePrice: z.int(),
      proratedLinePriceWithTax: z.int(),
      taxRate: z.number(),
      productVariant: z.object({ id: z.string(), sku: z.string(), name: z.string() }),
      customFields: customValues,
    }),
  ),
  fulfillments: z.array(fulfillment).nullish(),
});

export type OrderPayload = z.infer<typeof orderPayload>;
export type FulfillmentPayload = z.infer<typeof fulfillment>;
export type AddressPayload = z.infer<typeof address>;
