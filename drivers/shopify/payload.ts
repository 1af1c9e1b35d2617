import { z } from 'zod';
import { pageInfo } from './pages.ts';

const time = z.iso.datetime({ offset: true });
const text = z.string().nullish();
export const moneyBag = z.object({ shopMoney: z.object({ amount: z.string() }) });
const namedMoney = z.object({ shopMoney: z.object({ amount: z.string(), currencyCode: z.string() }) });
export type MoneyBag = z.infer<typeof moneyBag>;

const taxLine = z.object({
  title: text,
  rate: z.number().nullish(),
  ratePercentage: z.number().nullish(),
  priceSet: moneyBag,
});
export type TaxLine = z.infer<typeof taxLine>;
const allocations = z.array(
  z.object({ allocatedAmountSet: moneyBag, discountApplication: z.object({ index: z.int() }) }),
);
const attributes = z.array(z.object({ key: z.string(), value: text }));
const nodes = <T extends z.ZodType>(of: T) => z.object({ nodes: z.array(of) });
const reference = z.object({ id: z.string() });

export const linePayload = z.object({
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
    .object({ id: z.string(), title: z.string(), quantity: z.int(), variantId: text, variantSku: text })
    .nullish(),
  customAttributes: attributes,
});
export type LinePayload = z.infer<typeof linePayload>;

const address = z
  .object({
    ...{ name: text, company: text, address1: text, address2: text, city: text },
    ...{ province: text, zip: text, countryCodeV2: text, phone: text },
  })
  .nullish();
export type AddressPayload = z.infer<typeof address>;

/** An order with what most orders have; its refunds and returns are asked for by themselves. */
export const orderPayload = z.compile(
  z.object({
    id: z.string(),
    name: z.string(),
    ...{ email: text, phone: text, note: text, sourceName: text, poNumber: text },
    test: z.boolean(),
    ...{ processedAt: time, updatedAt: time, cancelledAt: time.nullish() },
    displayFinancialStatus: text,
    displayFulfillmentStatus: z.string(),
    currencyCode: z.string(),
    taxesIncluded: z.boolean(),
    customAttributes: attributes,
    paymentGatewayNames: z.array(z.string()),
    paymentTerms: z.object({ paymentTermsType: z.string() }).nullish(),
    customer: z.object({ id: z.string(), displayName: text }).nullish(),
    billingAddress: address,
    shippingAddress: address,
    ...{ totalPriceSet: namedMoney, currentTotalPriceSet: moneyBag },
    ...{ totalTaxSet: moneyBag.nullish(), currentTotalTaxSet: moneyBag },
    ...{ totalDiscountsSet: moneyBag.nullish(), currentTotalDiscountsSet: moneyBag },
    ...{ totalReceivedSet: moneyBag, totalRefundedSet: moneyBag, totalTipReceivedSet: moneyBag },
    currentTotalDutiesSet: moneyBag.nullish(),
    additionalFees: z.array(
      z.object({ id: z.string(), name: z.string(), price: moneyBag, taxLines: z.array(taxLine) }),
    ),
    taxLines: z.array(taxLine),
    discountApplications: nodes(
      z.object({ index: z.int(), code: z.string().optional(), title: z.string().optional() }),
    ),
    lineItems: z.object({ nodes: z.array(linePayload), pageInfo }),
    shippingLines: nodes(
      z.object({
        ...{ title: text, code: text, isRemoved: z.boolean(), discountedPriceSet: moneyBag },
        ...{ taxLines: z.array(taxLine), discountAllocations: allocations },
      }),
    ),
    transactions: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        status: z.string(),
        gateway: text,
        paymentId: text,
        amountSet: moneyBag,
      }),
    ),
    fulfillmentOrders: nodes(
      z.object({
        status: z.string(),
        fulfillAt: time.nullish(),
        fulfillmentHolds: z.array(z.object({ reasonNotes: text, displayReason: text })),
      }),
    ),
  }),
);
export type OrderPayload = z.infer<typeof orderPayload>;

const whole = z.object({ hasNextPage: z.boolean() });
/** What was given back, came back or is not delivered. */
export const creditsPayload = z.object({
  id: z.string(),
  refunds: z.array(
    z.object({
      id: z.string(),
      createdAt: time.nullish(),
      note: text,
      totalRefundedSet: moneyBag,
      refundLineItems: z.object({
        nodes: z.array(
          z.object({
            lineItem: reference,
            quantity: z.int(),
            restockType: z.string(),
            subtotalSet: moneyBag,
            totalTaxSet: moneyBag,
          }),
        ),
        pageInfo: whole,
      }),
      refundShippingLines: nodes(z.object({ subtotalAmountSet: moneyBag, taxAmountSet: moneyBag })),
    }),
  ),
  returns: z.object({
    pageInfo: whole,
    nodes: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        createdAt: time,
        returnLineItems: z.object({
          nodes: z.array(
            z.object({
              quantity: z.int(),
              returnReasonNote: text,
              fulfillmentLineItem: z.object({ lineItem: reference }).nullish(),
            }),
          ),
          pageInfo: whole,
        }),
      }),
    ),
  }),
});
export type CreditsPayload = z.infer<typeof creditsPayload>;

export const variantPayload = z.object({
  id: z.string(),
  sku: text,
  title: z.string(),
  barcode: text,
  price: z.string(),
  compareAtPrice: text,
  selectedOptions: z.array(z.object({ name: z.string(), value: z.string() })),
  inventoryItem: z.object({
    tracked: z.boolean(),
    measurement: z.object({ weight: z.object({ unit: z.string(), value: z.number() }).nullish() }).nullish(),
  }),
  media: nodes(z.object({ id: z.string().optional() })),
});
export type VariantPayload = z.infer<typeof variantPayload>;

export const productPayload = z.object({
  id: z.string(),
  title: z.string(),
  ...{ descriptionHtml: text, vendor: text, productType: text },
  status: z.string(),
  ...{ createdAt: time, updatedAt: time },
  metafields: nodes(z.object({ key: z.string(), value: z.string() })),
  media: nodes(z.object({ id: z.string(), alt: text, image: z.object({ url: z.string() }).nullish() })),
  variants: z.object({ nodes: z.array(variantPayload), pageInfo }),
});
export type ProductPayload = z.infer<typeof productPayload>;

export const stockedPayload = z.object({
  id: z.string(),
  sku: text,
  inventoryItem: z.object({
    tracked: z.boolean(),
    inventoryLevels: z.object({
      nodes: z.array(
        z.object({ location: reference, quantities: z.array(z.object({ name: z.string(), quantity: z.int() })) }),
      ),
      pageInfo: whole,
    }),
  }),
});
