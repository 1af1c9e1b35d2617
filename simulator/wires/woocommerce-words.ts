import { decimalString } from '../../model/money.ts';
import {
  isPacked,
  shippedOf,
  taxesOf,
  wantedOf,
  type Credit,
  type Named,
  type Parcel,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';

/** An entry of `meta_data`. */
export interface Meta {
  readonly key: string;
  readonly value: unknown;
}

/** More than any number of minor units can hold. */
export const BEYOND = '99999999999999999999.00';
const TERMS = { OnDelivery: 'cod', Invoice: 'cheque', Prepaid: 'card' } as const;

/** Of what there are several in a post, each has a number of its own. */
export const metaOf = (entries: readonly Meta[]): unknown[] =>
  entries.map((entry, index) => ({ id: index + 1, ...entry }));

/** Whole seconds, no zone: GMT where the field says so, else the shop's own time. */
export const gmt = (time: string | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString().slice(0, 19);

/** The wall clock of the place where it happened, which the time carries as its offset. */
const local = (time: string | undefined): string | null => {
  if (time === undefined) return null;
  return time.endsWith('Z') ? gmt(time) : time.slice(0, 19);
};

export const dates = (name: string, time: string | undefined): Record<string, unknown> => ({
  [`date_${name}`]: local(time),
  [`date_${name}_gmt`]: gmt(time),
});

/** Completed, paid, held: WooCommerce has one word for all of it. */
export function statusOf({ progress, payment, terms, hold }: ShopOrder): string {
  if (progress === 'Draft') return 'checkout-draft';
  if (progress === 'Cancelled') return 'cancelled';
  if (payment === 'Failed') return 'failed';
  if (payment === 'Refunded') return 'refunded';
  if (progress === 'Completed') return 'completed';
  if (hold !== undefined) return 'on-hold';
  if (payment !== 'Unpaid') return 'processing';
  return { OnDelivery: 'processing', Invoice: 'on-hold', Prepaid: 'pending' }[terms];
}

/** An order as GET /orders has it. */
export function orderJson(
  order: ShopOrder,
  methods: readonly Named[],
  productOf: (variantId: string) => string | undefined,
  metas: readonly Meta[],
  poison?: Poison,
): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const paid = ['Paid', 'PartiallyRefunded', 'Refunded'].includes(order.payment) ? order.updatedAt : undefined;
  const [delivery] = order.deliveries;
  const method = TERMS[order.terms];
  const items = order.lines.filter(({ kind }) => kind !== 'Fee');
  const rates = taxesOf(order);
  return {
    id: Number(order.id),
    parent_id: 0,
    number: order.number,
    status: poison === 'state' ? 'in-quarantine' : statusOf(order),
    currency: order.currency,
    prices_include_tax: true,
    ...dates('created', order.placedAt ?? order.updatedAt),
    ...dates('modified', order.updatedAt),
    ...dates('paid', paid),
    ...dates('completed', order.progress === 'Completed' ? order.updatedAt : undefined),
    ...sums(order, money),
    total: poison === 'amount' ? BEYOND : money(order.grand),
    customer_id: Number(order.customer.id),
    customer_note: order.note ?? '',
    billing: { ...addressJson(order.billing), email: order.customer.email },
    shipping: addressJson(delivery?.address),
    payment_method: method,
    payment_method_title: method,
    transaction_id: order.payment === 'Unpaid' ? '' : `T-${order.id}`,
    created_via: 'checkout',
    meta_data: metaOf([
      { key: '_fulfillment_status', value: fulfilmentStatus(order) },
      ...Object.entries(order.extras ?? {}).map(([key, value]) => ({ key, value })),
      ...(order.redacted ? [{ key: '_anonymized', value: 'yes' }] : []),
      ...metas,
    ]),
    line_items: items.map((line) => ({
      ...itemJson(line, money),
      name: line.title,
      product_id: Number(productOf(line.variantId ?? '') ?? 0),
      variation_id: Number(line.variantId ?? 0),
      quantity: poison === 'shape' ? 'several' : wantedOf(line),
      sku: line.sku,
      // A number in practice, whatever the documentation says.
      price: Number(decimalString(line.unitPrice, order.currency)),
    })),
    fee_lines: order.lines
      .filter(({ kind }) => kind === 'Fee')
      .map((line) => ({ ...itemJson(line, money), name: line.title, tax_status: 'taxable', amount: '' })),
    tax_lines: rates.map(({ rate, amount }) => ({
      id: Number(order.id) * 1000 + rate,
      rate_id: rate,
      rate_code: `VAT-${rate}`,
      label: `VAT ${rate} %`,
      compound: false,
      tax_total: money(amount),
      shipping_tax_total: money(0),
      rate_percent: rate,
    })),
    shipping_lines: delivery ? [shippingJson(order, delivery.methodCode, methods, money)] : [],
    coupon_lines: order.promotions.map(({ code, amount }, index) => ({
      id: index + 1,
      code,
      discount: money(amount - taxIn(amount, 20)),
      discount_tax: money(taxIn(amount, 20)),
    })),
    refunds: order.refunds.map(({ id, reason, amount = 0 }) => ({
      id: Number(id),
      reason: reason ?? '',
      total: money(-amount),
    })),
  };
}

type Money = (units: number) => string;
export const moneyIn =
  (currency: string): Money =>
  (units) =>
    decimalString(units, currency);

/** Tax that a gross amount contains. */
const taxIn = (gross: number, rate: number): number => Math.round(gross - gross / (1 + rate / 100));

function sums(order: ShopOrder, money: Money): Record<string, unknown> {
  const discountTax = order.lines.reduce((sum, { discount, taxRate }) => sum + taxIn(discount, taxRate), 0);
  return {
    discount_total: money(order.discount - discountTax),
    discount_tax: money(discountTax),
    shipping_total: money(order.shipping),
    shipping_tax: money(0),
    cart_tax: money(order.tax),
    total_tax: money(order.tax),
  };
}

/** What a product's line and a fee have the same: amounts without tax, and the tax beside them. */
function itemJson({ id, total, tax, discount, taxRate }: ShopLine, money: Money): Record<string, unknown> {
  const before = taxIn(total + discount, taxRate);
  return {
    id: Number(id),
    tax_class: '',
    subtotal: money(total + discount - before),
    subtotal_tax: money(before),
    total: money(total - tax),
    total_tax: money(tax),
    taxes: [{ id: taxRate, total: money(tax), subtotal: money(before) }],
    meta_data: [],
  };
}

function shippingJson(order: ShopOrder, code: string, methods: readonly Named[], money: Money): unknown {
  const [methodId, instanceId = ''] = code.split(':');
  return {
    id: Number(order.id) * 10,
    method_title: methods.find((each) => each.code === code)?.name ?? code,
    method_id: methodId,
    instance_id: instanceId,
    total: money(order.shipping),
    total_tax: money(0),
    taxes: [],
    meta_data: [],
  };
}

const NOWHERE: ShopAddress = { name: '', street1: '', city: '', postalCode: '', country: '' };

function addressJson(address: ShopAddress = NOWHERE): Record<string, unknown> {
  const [first = '', ...rest] = address.name.split(' ');
  const { company = '', street1, street2 = '', city, region = '', postalCode, country, phone = '' } = address;
  return {
    ...{ first_name: first, last_name: rest.join(' '), company, address_1: street1, address_2: street2 },
    ...{ city, state: region, postcode: postalCode, country, phone },
  };
}

function fulfilmentStatus(order: ShopOrder): string {
  if (order.parcels.length === 0) return 'unfulfilled';
  return order.lines.filter(isPacked).every((line) => shippedOf(order, line.id) >= wantedOf(line))
    ? 'fulfilled'
    : 'partially_fulfilled';
}

/** One of GET /orders/ID/refunds: pieces and amounts are below zero, but for the sum. */
export function refundJson({ id, at, amount = 0, shipping = 0, reason, lines }: Credit, currency: string): unknown {
  const money = moneyIn(currency);
  return {
    id: Number(id),
    ...dates('created', at),
    amount: money(amount),
    reason: reason ?? '',
    refunded_by: 1,
    refunded_payment: false,
    meta_data: [],
    line_items: lines.map((line, index) => ({
      id: Number(id) * 10 + index,
      quantity: -line.quantity,
      total: money(-(line.amount ?? 0)),
      total_tax: money(0),
      meta_data: metaOf([{ key: '_refunded_item_id', value: line.lineId }]),
    })),
    shipping_lines:
      shipping === 0 ? [] : [{ id: Number(id) * 10 + 9, total: money(-shipping), total_tax: money(0), meta_data: [] }],
    fee_lines: [],
  };
}

/** A fulfilment of the order: what is not in a list of its own stands in `meta_data`. */
export function fulfillmentJson(orderId: string, parcel: Parcel, at: string, metas?: readonly Meta[]): unknown {
  const own: Meta[] = [
    { key: '_items', value: parcel.lines.map(({ lineId, quantity }) => ({ item_id: Number(lineId), qty: quantity })) },
    ...(parcel.trackingCode === undefined ? [] : [{ key: '_tracking_number', value: parcel.trackingCode }]),
    ...(parcel.carrier === undefined ? [] : [{ key: '_shipment_provider', value: parcel.carrier }]),
    ...(parcel.trackingUrl === undefined ? [] : [{ key: '_tracking_url', value: parcel.trackingUrl }]),
  ];
  return {
    id: Number(parcel.id),
    entity_type: 'WC_Order',
    entity_id: orderId,
    status: 'fulfilled',
    is_fulfilled: true,
    date_updated: `${gmt(at)!}Z`,
    date_deleted: null,
    meta_data: metaOf(metas ?? own),
  };
}
