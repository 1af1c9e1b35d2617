import { currencyExponent } from '../../model/money.ts';
import {
  isPacked,
  paidOf,
  shippedOf,
  taxesOf,
  wantedOf,
  type Level,
  type Parcel,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';

/** Vendure keeps money of every currency with the same number of digits. */
export const PRECISION = 3;
/** More than any number of minor units can hold. */
const BEYOND = 1e30;

const utc = (time: string | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());
const moneyIn =
  (currency: string) =>
  (units: number): number =>
    units * 10 ** (PRECISION - currencyExponent(currency));

/** As Vendure's default order process names it. */
function stateOf(order: ShopOrder): string {
  if (order.progress === 'Cancelled') return 'Cancelled';
  if (order.progress === 'Draft') return 'AddingItems';
  if (order.progress === 'Completed') return 'Shipped';
  if (order.parcels.length > 0)
    return order.lines.filter(isPacked).every((line) => shippedOf(order, line.id) >= wantedOf(line))
      ? 'Shipped'
      : 'PartiallyShipped';
  return order.payment === 'Authorized'
    ? 'PaymentAuthorized'
    : order.payment === 'PartiallyPaid'
      ? 'ArrangingAdditionalPayment'
      : 'PaymentSettled';
}

const PAYMENTS: Readonly<Record<ShopOrder['payment'], string | undefined>> = {
  Unpaid: undefined,
  Failed: 'Declined',
  Authorized: 'Authorized',
  PartiallyPaid: 'Settled',
  Paid: 'Settled',
  PartiallyRefunded: 'Settled',
  Refunded: 'Settled',
};

function paymentsOf(order: ShopOrder, money: (units: number) => number): unknown[] {
  const state = PAYMENTS[order.payment];
  if (state === undefined) return [];
  return [
    {
      id: `${order.id}pay`,
      method: 'card',
      state,
      amount: money(state === 'Settled' ? paidOf(order) : order.grand),
      transactionId: `T-${order.id}`,
      refunds: order.refunds.map((refund) => ({
        id: refund.id,
        createdAt: utc(refund.at),
        state: refund.announced ? 'Pending' : 'Settled',
        total: money(refund.amount ?? 0),
        shipping: money(refund.shipping ?? 0),
        reason: refund.reason ?? '',
        lines: refund.lines.map(({ lineId, quantity }) => ({ orderLineId: lineId, quantity })),
      })),
    },
  ];
}

/** Cancellations stand in the history of an order. */
const historyOf = ({ cancellations }: ShopOrder): unknown => ({
  items: cancellations.map(({ id, at, reason, lines }) => ({
    id,
    createdAt: utc(at),
    type: 'ORDER_CANCELLATION',
    data: { reason, lines: lines.map(({ lineId, quantity }) => ({ orderLineId: lineId, quantity })) },
  })),
});

/** An Order of Vendure's Admin API, whole. */
export function orderObject(order: ShopOrder, poison?: Poison): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const [delivery] = order.deliveries;
  const [firstName = '', ...lastNames] = order.customer.name.split(' ');
  const lines = order.lines.filter(({ kind }) => kind !== 'Fee').map((line) => lineObject(line, money));
  return {
    id: order.id,
    code: order.number,
    state: poison === 'state' ? 'InQuarantine' : stateOf(order),
    orderPlacedAt: utc(order.placedAt),
    createdAt: utc(order.placedAt ?? order.updatedAt),
    updatedAt: utc(order.updatedAt),
    currencyCode: order.currency,
    subTotalWithTax: money(order.items),
    shippingWithTax: money(order.shipping),
    total: money(order.grand - order.tax),
    totalWithTax: poison === 'amount' ? BEYOND : money(order.grand),
    customer: {
      id: order.customer.id,
      emailAddress: order.customer.email,
      firstName,
      lastName: lastNames.join(' '),
      phoneNumber: order.customer.phone ?? null,
    },
    shippingAddress: addressObject(delivery?.address),
    billingAddress: addressObject(order.billing),
    shippingLines: delivery
      ? [
          {
            shippingMethod: {
              code: delivery.methodCode,
              name: delivery.methodCode === 'express' ? 'Express' : 'Standard',
            },
          },
        ]
      : [],
    // Its name is for people, its coupon what was typed in.
    discounts: order.promotions.map(({ code, amount }, index) => ({
      adjustmentSource: `PROMOTION:${index + 1}`,
      description: `Campaign ${code}`,
      amountWithTax: -money(amount),
    })),
    promotions: order.promotions.map(({ code }, index) => ({ id: `${index + 1}`, couponCode: code })),
    surcharges: order.lines.filter(({ kind }) => kind === 'Fee').map((line) => surchargeObject(line, money)),
    taxSummary: taxesOf(order).map(({ rate, amount }) => ({
      description: `VAT ${rate} %`,
      taxRate: rate,
      taxTotal: money(amount),
    })),
    history: historyOf(order),
    customFields: { campaign: null, engraving: null, ...order.extras },
    payments: paymentsOf(order, money),
    lines: poison === 'shape' ? lines.map((line) => ({ ...line, quantity: 'several' })) : lines,
    fulfillments: order.parcels.map(parcelObject),
  };
}

/** What is neither goods nor a discount has a list of its own. */
const surchargeObject = (line: ShopLine, money: (units: number) => number): Record<string, unknown> => ({
  id: line.id.replace(/^fee-/, ''),
  sku: line.sku,
  description: line.title,
  taxRate: line.taxRate,
  price: money(line.total - line.tax),
  priceWithTax: money(line.total),
});

function lineObject(line: ShopLine, money: (units: number) => number): Record<string, unknown> {
  return {
    id: line.id,
    quantity: wantedOf(line),
    orderPlacedQuantity: line.ordered,
    unitPriceWithTax: money(line.unitPrice),
    linePriceWithTax: money(line.total + line.discount),
    proratedLinePriceWithTax: money(line.total),
    proratedLinePrice: money(line.total - line.tax),
    taxRate: line.taxRate,
    productVariant: { id: line.variantId ?? '', sku: line.sku, name: line.title },
  };
}

function addressObject(address: ShopAddress | undefined): Record<string, unknown> | null {
  if (!address) return null;
  return {
    fullName: address.name,
    company: address.company ?? '',
    streetLine1: address.street1,
    streetLine2: address.street2 ?? '',
    city: address.city,
    province: address.region ?? '',
    postalCode: address.postalCode,
    countryCode: address.country,
    phoneNumber: address.phone ?? '',
  };
}

/** The shop sends a parcel the moment it is told of it: a fulfilment is never Pending here. */
export function parcelObject(parcel: Parcel): Record<string, unknown> {
  return {
    __typename: 'Fulfillment',
    id: parcel.id,
    state: 'Shipped',
    method: parcel.carrier ?? '',
    trackingCode: parcel.trackingCode ?? '',
    lines: parcel.lines.map(({ lineId, quantity }) => ({ orderLineId: lineId, quantity })),
  };
}

export function productObject(
  product: ShopProduct,
  levels: readonly Level[],
  poison?: Poison,
): Record<string, unknown> {
  return {
    id: product.id,
    createdAt: utc(product.createdAt),
    updatedAt: utc(product.updatedAt),
    name: product.title,
    description: product.description,
    enabled: product.active,
    facetValues: [...Object.entries(product.attributes), ['brand', product.brand] as const].map(([code, name]) => ({
      name,
      facet: { code },
    })),
    featuredAsset: product.images[0] ? { id: product.images[0].id } : null,
    assets: product.images.map(({ id, url, alt }) => ({ id, source: url, name: alt ?? '', type: 'IMAGE' })),
    variants: poison === 'shape' ? 'none' : variantObjects(product, levels, poison),
  };
}

export function variantObjects(
  product: ShopProduct,
  levels: readonly Level[],
  poison?: Poison,
): Record<string, unknown>[] {
  return product.variants.map((variant) => ({
    id: variant.id,
    productId: product.id,
    createdAt: utc(product.createdAt),
    updatedAt: utc(product.updatedAt),
    sku: variant.sku,
    name: variant.title,
    enabled: variant.enabled,
    trackInventory: variant.tracked ? 'TRUE' : 'FALSE',
    priceWithTax: poison === 'amount' ? BEYOND : moneyIn(variant.currency)(variant.price),
    currencyCode: variant.currency,
    options: Object.entries(variant.options).map(([group, name]) => ({ name, group: { name: group } })),
    featuredAsset: null,
    assets: [],
    customFields: { ean: variant.barcode ?? null, weightGrams: variant.weightGrams },
    outOfStockThreshold: 0,
    useGlobalOutOfStockThreshold: true,
    stockLevels: levels
      .filter(({ variantId }) => variantId === variant.id)
      .map(({ locationId, onHand, allocated }) => ({
        stockLocationId: locationId,
        stockOnHand: onHand,
        stockAllocated: allocated,
      })),
  }));
}
