import { z } from 'zod';
import { pageInfo } from './pages.ts';

const time = z.iso.datetime({ offset: true });
const text = z.string().nullish();
export const moneyBag = z.looseObject({ shopMoney: z.looseObject({ amount: z.string(), currencyCode: z.string() }) });
export type MoneyBag = z.infer<typeof moneyBag>;

const taxLine = z.looseObject({
  title: text,
  rate: z.number().nullish(),
  ratePercentage: z.number().nullish(),
  priceSet: moneyBag,
});
export type TaxLine = z.infer<typeof taxLine>;
const allocations = z.array(
  z.looseObject({ allocatedAmountSet: moneyBag, discountApplication: z.looseObject({ index: z.int() }) }),
);
const attributes = z.array(z.looseObject({ key: z.string(), value: text }));
const nodes = <T extends z.ZodType>(of: T) => z.looseObject({ nodes: z.array(of) });
const reference = z.looseObject({ id: z.string() });

export const linePayload = z.looseObject({
  id: z.string(),
  title: z.string(),
  variantTitle: text,
  sku: text,
  quantity: z.int().min(0),
  currentQuantity: z.int().min(0),
  unfulfilledQuantity: z.int(),
  isGiftCard: z.boolean(),
  requiresShipping: z.boolean(),
  variant: reference.nullish(),
  originalUnitPriceSet: moneyBag,
  taxLines: z.array(taxLine),
  discountAllocations: allocations,
  lineItemGroup: z
    .looseObject({ id: z.string(), title: z.string(), quantity: z.int(), variantId: text, variantSku: text })
    .nullish(),
  customAttributes: attributes,
});
export type LinePayload = z.infer<typeof linePayload>;

const address = z
  .looseObject({
    ...{ name: text, company: text, address1: text, address2: text, city: text },
    ...{ province: text, zip: text, countryCodeV2: text, phone: text },
  })
  .nullish();
export type AddressPayload = z.infer<typeof address>;

/** An order with what most orders have; its refunds and returns are asked for by themselves. */
export const orderPayload = z.looseObject({
  id: z.string(),
  name: z.string(),
  ...{ email: text, phone: text, note: text, sourceName: text, poNumber: text },
  test: z.boolean(),
  ...{ createdAt: time, processedAt: time, updatedAt: time, cancelledAt: time.nullish() },
  closed: z.boolean(),
  displayFinancialStatus: text,
  displayFulfillmentStatus: z.string(),
  currencyCode: z.string(),
  presentmentCurrencyCode: z.string(),
  taxesIncluded: z.boolean(),
  customAttributes: attributes,
  paymentGatewayNames: z.array(z.string()),
  paymentTerms: z.looseObject({ paymentTermsType: z.string() }).nullish(),
  customer: z.looseObject({ id: z.string(), displayName: text }).nullish(),
  billingAddress: address,
  shippingAddress: address,
  ...{ totalPriceSet: moneyBag, currentTotalPriceSet: moneyBag },
  ...{ totalTaxSet: moneyBag.nullish(), currentTotalTaxSet: moneyBag },
  ...{ totalDiscountsSet: moneyBag.nullish(), currentTotalDiscountsSet: moneyBag },
  ...{ totalReceivedSet: moneyBag, totalRefundedSet: moneyBag, totalTipReceivedSet: moneyBag },
  currentTotalDutiesSet: moneyBag.nullish(),
  additionalFees: z.array(
    z.looseObject({ id: z.string(), name: z.string(), price: moneyBag, taxLines: z.array(taxLine) }),
  ),
  taxLines: z.array(taxLine),
  discountApplications: nodes(
    z.looseObject({ index: z.int(), code: z.string().optional(), title: z.string().optional() }),
  ),
  lineItems: z.looseObject({ nodes: z.array(linePayload), pageInfo }),
  shippingLines: nodes(
    z.looseObject({
      ...{ title: text, code: text, isRemoved: z.boolean(), discountedPriceSet: moneyBag },
      ...{ taxLines: z.array(taxLine), discountAllocations: allocations },
    }),
  ),
  transactions: z.array(
    z.looseObject({
      id: z.string(),
      kind: z.string(),
      status: z.string(),
      gateway: text,
      paymentId: text,
      amountSet: moneyBag,
    }),
  ),
  fulfillmentOrders: nodes(
    z.looseObject({
      status: z.string(),
      fulfillAt: time.nullish(),
      fulfillmentHolds: z.array(z.looseObject({ reasonNotes: text, displayReason: text })),
    }),
  ),
});
export type OrderPayload = z.infer<typeof orderPayload>;

const whole = z.looseObject({ hasNextPage: z.boolean() });
/** What was given back, came back or is not delivered. */
export const creditsPayload = z.looseObject({
  id: z.string(),
  refunds: z.array(
    z.looseObject({
      id: z.string(),
      createdAt: time.nullish(),
      note: text,
      totalRefundedSet: moneyBag,
      refundLineItems: z.looseObject({
        nodes: z.array(
          z.looseObject({
            lineItem: reference,
            quantity: z.int(),
            restockType: z.string(),
            subtotalSet: moneyBag,
            totalTaxSet: moneyBag,
          }),
        ),
        pageInfo: whole,
      }),
      refundShippingLines: nodes(z.looseObject({ subtotalAmountSet: moneyBag, taxAmountSet: moneyBag })),
    }),
  ),
  returns: z.looseObject({
    pageInfo: whole,
    nodes: z.array(
      z.looseObject({
        id: z.string(),
        status: z.string(),
        createdAt: time,
        returnLineItems: z.looseObject({
          nodes: z.array(
            z.looseObject({
              quantity: z.int(),
              returnReasonNote: text,
              fulfillmentLineItem: z.looseObject({ lineItem: reference }).nullish(),
            }),
          ),
          pageInfo: whole,
        }),
      }),
    ),
  }),
});
export type CreditsPayload = z.infer<typeof creditsPayload>;

export const variantPayload = z.looseObject({
  id: z.string(),
  sku: text,
  title: z.string(),
  barcode: text,
  price: z.string(),
  compareAtPrice: text,
  selectedOptions: z.array(z.looseObject({ name: z.string(), value: z.string() })),
  inventoryItem: z.looseObject({
    tracked: z.boolean(),
    measurement: z.looseObject({ weight: z.looseObject({ unit: z.string(), value: z.number() }).nullish() }).nullish(),
  }),
  media: nodes(z.looseObject({ id: z.string().optional() })),
});
export type VariantPayload = z.infer<typeof variantPayload>;

export const productPayload = z.looseObject({
  id: z.string(),
  title: z.string(),
  ...{ descriptionHtml: text, vendor: text, productType: text },
  status: z.string(),
  ...{ createdAt: time, updatedAt: time },
  metafields: nodes(z.looseObject({ key: z.string(), value: z.string() })),
  media: nodes(z.looseObject({ id: z.string(), alt: text, image: z.looseObject({ url: z.string() }).nullish() })),
  variants: z.looseObject({ nodes: z.array(variantPayload), pageInfo }),
});
export type ProductPayload = z.infer<typeof productPayload>;

export const stockedPayload = z.looseObject({
  id: z.string(),
  sku: text,
  inventoryItem: z.looseObject({
    tracked: z.boolean(),
    inventoryLevels: z.looseObject({
      nodes: z.array(
        z.looseObject({
          location: reference,
          quantities: z.array(z.looseObject({ name: z.string(), quantity: z.int() })),
        }),
      ),
      pageInfo: whole,
    }),
  }),
});
