import { decimalString } from '../../model/money.ts';
import {
  paidOf,
  refundedOf,
  shippedOf,
  taxesOf,
  wantedOf,
  type Credit,
  type Level,
  type Parcel,
  type Payment,
  type Progress,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
  type ShopProduct,
  type SupplierPrice,
  type Terms,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';

const STATES: Readonly<Record<Progress, string>> = {
  Draft: 'draft',
  Open: 'open',
  Completed: 'completed',
  Cancelled: 'cancelled',
};
const PAYMENTS: Readonly<Record<Payment, string>> = {
  Unpaid: 'unpaid',
  Authorized: 'authorized',
  PartiallyPaid: 'partially_paid',
  Paid: 'paid',
  PartiallyRefunded: 'partially_refunded',
  Refunded: 'refunded',
  Failed: 'failed',
};
/** More than any number of minor units can hold. */
const BEYOND = '99999999999999999999.00';

const TERMS: Readonly<Record<Terms, string>> = { Prepaid: 'prepaid', OnDelivery: 'on_delivery', Invoice: 'invoice' };
const KINDS: Readonly<Record<ShopLine['kind'], string>> = {
  Goods: 'goods',
  BundlePart: 'goods',
  Bundle: 'bundle',
  GiftCard: 'gift_card',
  Service: 'digital',
  Fee: 'fee',
};

/** An order as the Generic Store API has it (docs/generic-api.md). */
export function orderJson(order: ShopOrder, poison?: Poison): Record<string, unknown> {
  const money = (units: number): string => decimalString(units, order.currency);
  const [first] = order.deliveries;
  const json = {
    id: order.id,
    number: order.number,
    placed_at: order.placedAt ?? null,
    updated_at: order.updatedAt,
    state: STATES[order.progress],
    payment_state: PAYMENTS[order.payment],
    ...(order.redacted ? { redacted: true } : {}),
    currency: order.currency,
    totals: {
      items: money(order.items),
      shipping: money(order.shipping),
      tax: money(order.tax),
      discount: money(order.discount),
      grand: money(order.grand),
      paid: money(paidOf(order)),
      refunded: money(refundedOf(order)),
    },
    payment_terms: TERMS[order.terms],
    ...moreJson(order, money),
    customer: order.customer,
    shipping_address: addressJson(first?.address),
    billing_address: addressJson(order.billing),
    shipping_method: first && methodJson(first.methodCode),
    note: order.note,
    lines: order.lines.map((line) => lineJson(line, order, money)),
    shipments: order.parcels.map(parcelJson),
  };
  switch (poison) {
    case 'shape':
      return { ...json, lines: json.lines.map((line) => ({ ...line, quantity: 'several' })) };
    case 'state':
      return { ...json, state: 'in_quarantine' };
    case 'amount':
      return { ...json, totals: { ...json.totals, grand: BEYOND } };
    case undefined:
      return json;
  }
}

const methodJson = (code: string) => ({ code, name: code === 'express' ? 'Express' : 'Standard' });

/** What few orders have. */
function moreJson(order: ShopOrder, money: (units: number) => string): Record<string, unknown> {
  const { id, payment, deliveries, pickup } = order;
  const state = payment === 'Failed' ? 'failed' : payment === 'Authorized' ? 'authorized' : 'paid';
  return {
    ...(order.test ? { test: true } : {}),
    ...(order.hold === undefined ? {} : { hold: { reason: 'OnHold', message: order.hold } }),
    ...(order.sentByPlatform ? { fulfilled_by: 'platform' } : {}),
    channel: order.channel ?? null,
    references: order.references ?? null,
    ship_by: order.shipBy ?? null,
    deliver_by: order.deliverBy ?? null,
    gift_message: order.giftMessage ?? null,
    pickup_point: pickup ? { ...pickup, address: addressJson(pickup.address) } : null,
    deliveries:
      deliveries.length < 2
        ? null
        : deliveries.map(({ id: deliveryId, address, methodCode, locationId }) => ({
            id: deliveryId,
            address: addressJson(address),
            method: methodJson(methodCode),
            location_id: locationId,
          })),
    payments:
      payment === 'Unpaid'
        ? []
        : [
            {
              method: 'card',
              amount: money(state === 'paid' ? paidOf(order) : order.grand),
              state,
              reference: `T-${id}`,
            },
          ],
    taxes: taxesOf(order).map(({ rate, amount }) => ({ rate, amount: money(amount), title: `VAT ${rate} %` })),
    discounts: order.promotions.map(({ code, amount }) => ({ code, amount: money(amount) })),
    custom: order.extras ?? null,
    refunds: order.refunds.map((credit) => creditJson(credit, money)),
    returns: order.returns.map((credit) => creditJson(credit, money)),
    cancellations: order.cancellations.map((credit) => creditJson(credit, money)),
  };
}

function creditJson(credit: Credit, money: (units: number) => string): Record<string, unknown> {
  const amount = (units: number | undefined) => (units === undefined ? null : money(units));
  return {
    id: credit.id,
    at: credit.at,
    state: credit.announced ? 'requested' : 'done',
    amount: amount(credit.amount),
    shipping_amount: amount(credit.shipping),
    reason: credit.reason ?? null,
    restocked: credit.restocked ?? null,
    lines: credit.lines.map((line) => ({ line_id: line.lineId, quantity: line.quantity, amount: amount(line.amount) })),
  };
}

function lineJson(line: ShopLine, order: ShopOrder, money: (units: number) => string): Record<string, unknown> {
  return {
    id: line.id,
    kind: KINDS[line.kind],
    parent_id: line.parentId ?? null,
    delivery_id: line.deliveryId ?? null,
    sku: line.sku,
    variant_id: line.variantId ?? null,
    title: line.title,
    quantity: wantedOf(line),
    cancelled_quantity: line.cancelled,
    fulfilled_quantity: shippedOf(order, line.id),
    unit_price: money(line.unitPrice),
    total: money(line.total),
    tax_rate: line.taxRate,
    tax: money(line.tax),
    discount: money(line.discount),
  };
}

export function parcelJson(parcel: Parcel): Record<string, unknown> {
  return {
    id: parcel.id,
    reference: parcel.reference,
    state: 'shipped',
    carrier: parcel.carrier,
    service: parcel.service,
    tracking_code: parcel.trackingCode,
    tracking_codes: parcel.trackingCodes,
    return_tracking_code: parcel.returnTrackingCode,
    parcel: parcel.number,
    shipped_at: parcel.shippedAt,
    completes: parcel.completes,
    tracking_url: parcel.trackingUrl,
    location_id: parcel.locationId,
    lines: parcel.lines.map(({ lineId, quantity }) => ({ line_id: lineId, quantity })),
  };
}

function addressJson(address: ShopAddress | undefined): Record<string, unknown> | null {
  if (!address) return null;
  const { postalCode, ...rest } = address;
  return { ...rest, postal_code: postalCode };
}

export function productJson(product: ShopProduct, poison?: Poison): Record<string, unknown> {
  return {
    id: product.id,
    title: product.title,
    description: product.description,
    brand: product.brand,
    status: product.active ? 'active' : 'inactive',
    attributes: product.attributes,
    created_at: product.createdAt,
    updated_at: product.updatedAt,
    images: product.images,
    variants:
      poison === 'shape'
        ? 'none'
        : product.variants.map(({ price, comparePrice, weightGrams, ...variant }) => ({
            ...variant,
            price: poison === 'amount' ? BEYOND : decimalString(price, variant.currency),
            compare_at_price: comparePrice === undefined ? null : decimalString(comparePrice, variant.currency),
            weight_grams: weightGrams,
          })),
    ...(poison === 'state' ? { status: 'in_quarantine' } : {}),
  };
}

export const levelJson = ({ variantId, sku, locationId, onHand, allocated }: Level): Record<string, unknown> => ({
  variant_id: variantId,
  sku,
  location_id: locationId,
  on_hand: onHand,
  allocated,
  available: onHand - allocated,
});

export const supplierPriceJson = ({
  variantId,
  supplierId,
  supplierSku,
  cost,
  currency,
}: SupplierPrice): Record<string, unknown> => ({
  variant_id: variantId,
  supplier_id: supplierId,
  supplier_sku: supplierSku,
  cost_price: decimalString(cost, currency),
  currency,
});

/** As an API of a later release would answer: each object has a field more. */
export function withNewFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNewFields);
  if (typeof value !== 'object' || value === null) return value;
  return {
    ...Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        inner === undefined || NO_OBJECTS.has(name) ? inner : withNewFields(inner),
      ]),
    ),
    added_later: { by: ['another', 'release'] },
  };
}

/** Maps whose keys are the shop's own. */
const NO_OBJECTS = new Set(['attributes', 'options', 'references', 'custom']);
