import { decimalString } from '../../model/money.ts';
import {
  isPacked,
  paidOf,
  refundedOf,
  shippedOf,
  taxesOf,
  wantedOf,
  type Credit,
  type Named,
  type ShopAddress,
  type ShopLine,
  type ShopOrder,
} from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';
import { magentoTime } from './magento2-lists.ts';

/** More than any number of minor units can hold. */
export const BEYOND = 1e20;
const METHODS = { OnDelivery: 'cashondelivery', Invoice: 'purchaseorder', Prepaid: 'card' } as const;
/** The lower item of a configurable product has a number behind that of its upper one. */
const LOWER = 5;

/** Amounts are JSON numbers of four digits. */
export const moneyIn =
  (currency: string) =>
  (units: number): number =>
    Number(decimalString(units, currency));

/** What an order is to Magento: a state, of which a merchant may have several statuses. */
export function stateOf({ progress, payment, terms, hold }: ShopOrder): string {
  if (progress === 'Cancelled') return 'canceled';
  if (payment === 'Refunded') return 'closed';
  if (progress === 'Completed') return 'complete';
  if (hold !== undefined) return 'holded';
  if (payment !== 'Unpaid') return 'processing';
  return terms === 'Prepaid' ? 'pending_payment' : 'new';
}

/** An order as GET /V1/orders has it. */
export function orderJson(order: ShopOrder, methods: readonly Named[], poison?: Poison): Record<string, unknown> {
  const money = moneyIn(order.currency);
  const state = stateOf(order);
  const ordered = order.lines.map((line) => asOrdered(line));
  const sum = (part: (line: AsOrdered) => number): number => ordered.reduce((all, line) => all + part(line), 0);
  const cancelled = sum(({ total }) => total) - order.items;
  const [delivery] = order.deliveries;
  const [first, last] = namesOf(order.customer.name);
  const [coupon] = order.promotions;
  return {
    entity_id: Number(order.id),
    increment_id: order.number,
    state: poison === 'state' ? 'in-quarantine' : state,
    status: state === 'new' ? 'pending' : state,
    created_at: magentoTime(order.placedAt ?? order.updatedAt),
    updated_at: magentoTime(order.updatedAt),
    store_id: 1,
    store_name: 'Main Website\nMain Website Store\nDefault Store View',
    order_currency_code: order.currency,
    base_currency_code: 'EUR',
    ...totals(order, money, { cancelled, tax: sum(({ tax }) => tax) }, poison),
    coupon_code: coupon?.code,
    customer_id: Number(order.customer.id),
    customer_email: order.customer.email,
    customer_firstname: first,
    customer_lastname: last,
    customer_note: order.note ?? null,
    billing_address: addressJson(order.billing),
    payment: {
      method: METHODS[order.terms],
      amount_authorized: order.payment === 'Authorized' ? money(order.grand) : null,
      last_trans_id: order.payment === 'Unpaid' ? null : `T-${order.id}`,
      additional_information: [],
      account_status: null,
      cc_last4: null,
    },
    items: poison === 'shape' ? 'several' : ordered.flatMap((line) => itemsJson(order, line, money)),
    status_histories: [],
    shipping_description: methods.find(({ code }) => code === delivery?.methodCode)?.name,
    extension_attributes: {
      shipping_assignments: delivery
        ? [{ shipping: { address: addressJson(delivery.address), method: delivery.methodCode, total: {} }, items: [] }]
        : [],
      applied_taxes: taxesOf(order).map(({ rate, amount }) => ({
        ...{ code: `VAT-${rate}`, title: `VAT ${rate} %`, percent: rate, amount: money(amount) },
      })),
      ...order.extras,
    },
  };
}

type Money = (units: number) => number;

/** With what was cancelled since: Magento keeps the sums as they were, and what is off them beside. */
function totals(order: ShopOrder, money: Money, off: { cancelled: number; tax: number }, poison?: Poison) {
  const paid = paidOf(order);
  return {
    grand_total: poison === 'amount' ? BEYOND : money(order.grand) + off.cancelled / scale(order.currency),
    ...(off.cancelled === 0 ? {} : { total_canceled: off.cancelled / scale(order.currency) }),
    subtotal_incl_tax: money(order.items + order.discount),
    tax_amount: off.tax / scale(order.currency),
    ...(off.cancelled === 0 ? {} : { tax_canceled: (off.tax - order.tax) / scale(order.currency) }),
    discount_amount: -money(order.discount),
    shipping_amount: money(order.shipping),
    shipping_incl_tax: money(order.shipping),
    shipping_tax_amount: 0,
    shipping_discount_amount: 0,
    ...(paid === 0 ? {} : { total_paid: money(paid) }),
    total_due: money(order.grand - paid),
    ...(order.refunds.length === 0 ? {} : { total_refunded: money(refundedOf(order)) }),
  };
}

const scale = (currency: string): number => Math.round(1 / moneyIn(currency)(1));

/** A line with the sums of all pieces that were ordered. */
interface AsOrdered {
  readonly line: ShopLine;
  readonly total: number;
  readonly tax: number;
  readonly discount: number;
}

function asOrdered(line: ShopLine): AsOrdered {
  const times = wantedOf(line) === 0 ? 1 : line.ordered / wantedOf(line);
  return { line, total: line.total * times, tax: line.tax * times, discount: line.discount * times };
}

const TYPES = {
  Goods: 'configurable',
  BundlePart: 'simple',
  Bundle: 'bundle',
  GiftCard: 'giftcard',
  Service: 'virtual',
  Fee: 'virtual',
};

/** A configurable product is two items: the price is above, what is sold below. */
function itemsJson(order: ShopOrder, { line, total, tax, discount }: AsOrdered, money: Money): unknown[] {
  const { id, kind, sku, title, ordered, cancelled, unitPrice, taxRate, parentId, variantId } = line;
  const exact = (units: number): number => Number((units / scale(order.currency)).toFixed(6));
  const before = total + discount;
  const net = before / (1 + taxRate / 100);
  const quantities = {
    qty_ordered: ordered,
    qty_canceled: cancelled,
    qty_shipped: isPacked(line) ? shippedOf(order, id) : 0,
    qty_refunded: 0,
    qty_invoiced: 0,
  };
  const upper = {
    item_id: Number(id),
    order_id: Number(order.id),
    parent_item_id: parentId === undefined ? null : Number(parentId),
    product_type: TYPES[kind],
    is_virtual: kind === 'GiftCard' || kind === 'Service' ? 1 : 0,
    sku,
    name: title,
    ...quantities,
    price: exact(unitPrice / (1 + taxRate / 100)),
    price_incl_tax: money(unitPrice),
    row_total: exact(net),
    row_total_incl_tax: exact(before),
    tax_percent: taxRate,
    tax_amount: exact(tax),
    discount_amount: exact(discount),
    discount_tax_compensation_amount: exact(before - net - tax),
    product_id: variantId === undefined ? null : Number(variantId),
  };
  if (kind !== 'Goods') return [upper];
  const lower = { ...upper, item_id: Number(`${id}${LOWER}`), parent_item_id: Number(id), product_type: 'simple' };
  const free = { price: 0, price_incl_tax: 0, row_total: 0, row_total_incl_tax: 0, tax_amount: 0, tax_percent: 0 };
  const nothing = { discount_amount: 0, discount_tax_compensation_amount: 0 };
  // The upper one is of the configurable product itself.
  return [
    { ...upper, product_id: 999_999 },
    { ...lower, ...free, ...nothing },
  ];
}

/** One of GET /V1/creditmemos. */
export function creditJson(order: ShopOrder, { id, at, announced, amount = 0, shipping = 0, reason, lines }: Credit) {
  const money = moneyIn(order.currency);
  return {
    entity_id: Number(id),
    order_id: Number(order.id),
    increment_id: `C-${id}`,
    created_at: magentoTime(at),
    state: announced ? 1 : 2,
    grand_total: money(amount),
    shipping_amount: money(shipping),
    shipping_incl_tax: money(shipping),
    order_currency_code: order.currency,
    items: lines.flatMap(({ lineId, quantity, amount: back = 0 }) => [
      {
        ...{ entity_id: 1, order_item_id: Number(lineId), qty: quantity, base_cost: null, base_price: 0 },
        ...{ row_total: money(back), tax_amount: 0, discount_amount: 0 },
      },
      {
        ...{ entity_id: 2, order_item_id: Number(`${lineId}${LOWER}`), qty: quantity, base_cost: null, base_price: 0 },
        ...{ row_total: 0, tax_amount: 0, discount_amount: 0 },
      },
    ]),
    comments: reason === undefined ? [] : [{ comment: reason, is_visible_on_front: 0 }],
  };
}

const namesOf = (name: string): [string, string] => {
  const [first = '', ...rest] = name.split(' ');
  return [first, rest.join(' ')];
};

function addressJson(address: ShopAddress): Record<string, unknown> {
  const [firstname, lastname] = namesOf(address.name);
  return {
    firstname,
    lastname,
    company: address.company ?? null,
    street: [address.street1, ...(address.street2 === undefined ? [] : [address.street2])],
    city: address.city,
    region: address.region ?? null,
    postcode: address.postalCode,
    country_id: address.country,
    telephone: address.phone ?? null,
    address_type: 'shipping',
  };
}
