import { z } from 'zod';

const ADDRESS = 'fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber';

export const ORDER_FIELDS = `code state orderPlacedAt updatedAt currencyCode subTotalWithTax shippingWithTax total totalWithTax
  customer { id emailAddress firstName lastName phoneNumber }
  shippingAddress { ${ADDRESS} }
  billingAddress { ${ADDRESS} }
  shippingLines { shippingMethod { code name } }
  discounts { amountWithTax }
  payments { state amount refunds { state total } }
  lines { id quantity orderPlacedQuantity unitPriceWithTax linePriceWithTax proratedLinePrice proratedLinePriceWithTax taxRate productVariant { id sku name } }
  fulfillments { id state method trackingCode lines { orderLineId quantity } }`;

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
  discounts: z.array(z.object({ amountWithTax: z.int() })),
  payments: z
    .array(
      z.object({
        state: z.string(),
        amount: z.int(),
        refunds: z.array(z.object({ state: z.string(), total: z.int() })),
      }),
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
    }),
  ),
  fulfillments: z.array(fulfillment).nullish(),
});

export type OrderPayload = z.infer<typeof orderPayload>;
export type FulfillmentPayload = z.infer<typeof fulfillment>;
export type AddressPayload = z.infer<typeof address>;
