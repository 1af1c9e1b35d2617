import type {
  Address,
  CreditRecord,
  LineKind,
  FulfilmentState,
  LocationRecord,
  OrderRecord,
  ProductRecord,
  ProductSupplierRecord,
  ShippingMethodRecord,
  StockRecord,
  SupplierRecord,
} from '../../model/records.ts';
import {
  isPacked,
  paidOf,
  refundedOf,
  shippedOf,
  taxesOf,
  wantedOf,
  type Credit,
  type Level,
  type Named,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
  type SupplierPrice,
} from './model.ts';

/*
 * What a driver must make of the shop's truth, whatever the platform. It looks at no platform's words, so that a driver
 * and its expectation never share a mistake. `platformState` alone is the platform's own and is left out.
 */

export type ExpectedOrder = Omit<OrderRecord, 'platformState'>;

export function canonicalOrder(order: ShopOrder, methodName: (code: string) => string | undefined): ExpectedOrder {
  const [delivery] = order.deliveries;
  return {
    ...(order.redacted ? { redacted: true as const } : {}),
    kind: 'order',
    id: order.id,
    number: order.number,
    placedAt: order.placedAt,
    updatedAt: order.updatedAt,
    state: order.progress,
    paymentState: order.payment,
    fulfilmentState: fulfilmentOf(order),
    currency: order.currency,
    itemsTotal: order.items,
    shippingTotal: order.shipping,
    taxTotal: order.tax,
    discountTotal: order.discount,
    grandTotal: order.grand,
    customerId: given(order.customer.id),
    customerEmail: given(order.customer.email),
    customerName: given(order.customer.name),
    customerPhone: given(order.customer.phone),
    shippingAddress: addressOf(delivery?.address),
    billingAddress: addressOf(order.billing),
    shippingMethodCode: delivery?.methodCode,
    shippingMethodName: delivery && methodName(delivery.methodCode),
    note: given(order.note),
    lines: order.lines.map((line) => lineOf(order, line)),
    ...moneyOf(order),
    ...factsOf(order, methodName),
    refunds: order.refunds.map(creditOf),
    returns: order.returns.map(creditOf),
    cancellations: order.cancellations.map(creditOf),
  };
}

function moneyOf(order: ShopOrder): Partial<ExpectedOrder> {
  const { grand, terms, payment, id } = order;
  const state = PAYMENTS[payment];
  return {
    paymentTerms: terms === 'Prepaid' ? undefined : terms,
    paidTotal: paidOf(order),
    refundedTotal: refundedOf(order),
    payments:
      state === undefined
        ? []
        : [{ method: 'card', amount: state === 'Paid' ? paidOf(order) : grand, state, reference: `T-${id}` }],
    taxes: taxesOf(order).map(({ rate, amount }) => ({ rate, amount, title: `VAT ${rate} %` })),
    discounts: order.promotions.map(({ code, amount }) => ({ code, amount })),
  };
}

/** What its one payment is, if there is any. */
const PAYMENTS: Readonly<Record<ShopOrder['payment'], 'Authorized' | 'Paid' | 'Failed' | undefined>> = {
  Unpaid: undefined,
  Failed: 'Failed',
  Authorized: 'Authorized',
  PartiallyPaid: 'Paid',
  Paid: 'Paid',
  PartiallyRefunded: 'Paid',
  Refunded: 'Paid',
};

function factsOf(order: ShopOrder, methodName: (code: string) => string | undefined): Partial<ExpectedOrder> {
  const { hold, pickup, deliveries } = order;
  return {
    ...(order.test ? { test: true as const } : {}),
    hold: hold === undefined ? undefined : { reason: 'OnHold', message: hold },
    fulfilledBy: order.sentByPlatform ? 'Platform' : undefined,
    channel: order.channel,
    references: order.references,
    shipBy: order.shipBy,
    deliverBy: order.deliverBy,
    giftMessage: order.giftMessage,
    pickupPoint: pickup && { ...pickup, address: addressOf(pickup.address) },
    deliveries:
      deliveries.length < 2
        ? undefined
        : deliveries.map(({ id, address, methodCode, locationId }) => ({
            id,
            address: addressOf(address),
            methodCode,
            methodName: methodName(methodCode),
            locationId,
          })),
    custom: order.extras,
  };
}

const creditOf = ({ id, at, announced, amount, shipping, reason, restocked, lines }: Credit): CreditRecord => ({
  id,
  at,
  state: announced ? 'Requested' : 'Done',
  amount,
  shippingAmount: shipping,
  reason,
  restocked,
  lines,
});

function fulfilmentOf(order: ShopOrder): FulfilmentState {
  if (order.progress === 'Completed') return 'Fulfilled';
  if (order.parcels.length === 0) return 'Unfulfilled';
  return order.lines.filter(isPacked).every((line) => shippedOf(order, line.id) >= wantedOf(line))
    ? 'Fulfilled'
    : 'PartiallyFulfilled';
}

/** Goods need no word. */
const KINDS: Readonly<Record<ShopLine['kind'], LineKind | undefined>> = {
  Goods: undefined,
  BundlePart: undefined,
  Bundle: 'Bundle',
  GiftCard: 'GiftCard',
  Service: 'Digital',
  Fee: 'Fee',
};

function lineOf(order: ShopOrder, line: ShopLine): OrderRecord['lines'][number] {
  return {
    id: line.id,
    sku: line.sku,
    variantId: line.variantId,
    title: line.title,
    quantity: wantedOf(line),
    cancelledQuantity: line.cancelled,
    fulfilledQuantity: shippedOf(order, line.id),
    unitPrice: line.unitPrice,
    total: line.total,
    taxRate: line.taxRate,
    taxAmount: line.tax,
    discountAmount: line.discount,
    kind: KINDS[line.kind],
    parentId: line.parentId,
    deliveryId: line.deliveryId,
  };
}

function addressOf(address: ShopAddress | undefined): Address {
  if (!address) return {};
  const { name, company, street1, street2, city, region, postalCode, country, phone } = address;
  return {
    name: given(name),
    company: given(company),
    street1: given(street1),
    street2: given(street2),
    city: given(city),
    region: given(region),
    postalCode: given(postalCode),
    country: given(country),
    phone: given(phone),
  };
}

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

export function canonicalProduct(product: ShopProduct): ProductRecord {
  return {
    kind: 'product',
    id: product.id,
    title: product.title,
    description: given(product.description),
    brand: given(product.brand),
    status: product.active ? 'Active' : 'Inactive',
    attributes: product.attributes,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    variants: product.variants.map(({ comparePrice, ...variant }) => ({ ...variant, compareAtPrice: comparePrice })),
    images: product.images,
  };
}

export const canonicalLevel = ({ variantId, sku, locationId, onHand, allocated }: Level): StockRecord => ({
  kind: 'stock',
  variantId,
  sku,
  locationId,
  onHand,
  allocated,
  available: onHand - allocated,
});
export const canonicalLocation = ({ id, code, name, readOnly }: Named): LocationRecord => ({
  kind: 'location',
  id,
  code,
  name,
  ...(readOnly ? { readOnly } : {}),
});
export const canonicalMethod = ({ id, code, name }: Named): ShippingMethodRecord => ({
  kind: 'shippingMethod',
  id,
  code,
  name,
});
export const canonicalSupplier = ({ id, code, name, email }: Named): SupplierRecord => ({
  kind: 'supplier',
  id,
  code,
  name,
  email,
});
export const canonicalSupplierPrice = ({
  variantId,
  supplierId,
  supplierSku,
  cost,
  currency,
}: SupplierPrice): ProductSupplierRecord => ({
  kind: 'productSupplier',
  variantId,
  supplierId,
  supplierSku,
  costPrice: cost,
  currency,
});
