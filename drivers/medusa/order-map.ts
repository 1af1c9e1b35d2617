import { currencyExponent } from '../../model/money.ts';
import type {
  Address,
  CreditRecord,
  FulfilmentState,
  OrderPayment,
  OrderRecord,
  OrderState,
  PaymentState,
  PaymentTerms,
} from '../../model/records.ts';
import { amount } from '../toolkit/money/amount.ts';
import { roundingOf } from '../toolkit/money/rounding.ts';
import type { Settings } from './config.ts';
import { linesOf, NotTaken, sentPieces } from './order-lines.ts';
import type { MedusaAddress, MedusaOrder, MedusaPayment, MedusaReturn } from './payload.ts';

const STATES: Readonly<Record<string, OrderState>> = {
  draft: 'Draft',
  pending: 'Open',
  requires_action: 'Open',
  completed: 'Completed',
  archived: 'Completed',
  canceled: 'Cancelled',
};

/** The order as the hub has it. Throws NotTaken, or a RangeError for an amount that is none. */
export function orderRecord(order: MedusaOrder, returns: readonly MedusaReturn[], settings: Settings): OrderRecord {
  const currency = order.currency_code.toUpperCase();
  const state = stateOf(order);
  const grandTotal = amount(order.total, currency);
  const shippingTotal = amount(order.shipping_total, currency);
  const own = linesOf(order);
  const lines = [...own, ...roundingOf(own, grandTotal - shippingTotal)];
  const billing = addressOf(order.billing_address ?? order.shipping_address);
  const [method] = order.shipping_methods;
  return {
    kind: 'order',
    id: order.id,
    number: order.custom_display_id || String(order.display_id),
    ...(state === 'Draft' ? {} : { placedAt: order.created_at }),
    updatedAt: order.updated_at,
    state,
    fulfilmentState: fulfilmentOf(order, state),
    platformState: [order.status, order.payment_status, order.fulfillment_status]
      .filter((each) => each !== '')
      .join(', '),
    currency,
    itemsTotal: lines.reduce((all, { total }) => all + total, 0),
    shippingTotal,
    taxTotal: amount(order.tax_total, currency),
    discountTotal: amount(order.discount_total, currency),
    grandTotal,
    ...paymentOf(order, settings, grandTotal),
    customerId: order.customer_id ?? undefined,
    customerEmail: given(order.email),
    customerName: nameOf(order.customer) ?? billing.name,
    customerPhone: given(order.customer?.phone ?? '') ?? billing.phone,
    shippingAddress: addressOf(order.shipping_address ?? order.billing_address),
    billingAddress: billing,
    shippingMethodCode: method?.shipping_option_id ?? undefined,
    shippingMethodName: method && given(method.name),
    channel: given(order.sales_channel?.name ?? ''),
    lines,
    taxes: taxesOf(order, currency),
    discounts: discountsOf(order, currency),
    returns: returns.filter(({ status }) => status !== 'open').map((each) => returnOf(each, currency)),
    custom: customOf(order),
  };
}

function stateOf({ status }: MedusaOrder): OrderState {
  const state = STATES[status];
  if (state === undefined)
    throw new NotTaken(`has the status "${status.slice(0, 40)}", which this release does not know: update Supercargo`);
  return state;
}

function paymentOf(order: MedusaOrder, settings: Settings, grandTotal: number) {
  const currency = order.currency_code.toUpperCase();
  const payments = order.payment_collections.flatMap((collection) => collection.payments);
  const refunds = payments.flatMap((payment) => payment.refunds);
  const paidTotal = sum(
    payments.flatMap(({ captures }) => captures),
    currency,
  );
  const refundedTotal = sum(refunds, currency);
  const terms = termsOf(order, settings);
  const listed = payments.flatMap((payment) => shownPayment(payment, terms, currency) ?? []);
  return {
    paymentState: paymentState(order, { paidTotal, refundedTotal, grandTotal, listed }),
    paymentTerms: terms,
    paidTotal,
    refundedTotal,
    payments: listed,
    refunds: refunds.map((refund): CreditRecord => ({
      id: refund.id,
      at: refund.created_at,
      state: 'Done',
      amount: amount(refund.amount, currency),
      reason: given(refund.note) ?? given(refund.refund_reason?.label ?? ''),
      lines: [],
    })),
  };
}

const sum = (parts: readonly { readonly amount: number }[], currency: string): number =>
  parts.reduce((all, part) => all + amount(part.amount, currency), 0);

/** By the provider: Medusa has a payment of one that reserves nothing as authorized, too. */
function termsOf({ payment_collections: collections }: MedusaOrder, settings: Settings): PaymentTerms | undefined {
  const providers = collections.flatMap(({ payments, payment_sessions: sessions }) =>
    [...payments, ...sessions].map(({ provider_id }) => provider_id),
  );
  if (providers.some((provider) => settings.onDeliveryProviders.includes(provider))) return 'OnDelivery';
  return providers.some((provider) => settings.invoiceProviders.includes(provider)) ? 'Invoice' : undefined;
}

function shownPayment(
  { id, provider_id: method, captures, canceled_at: cancelled, ...payment }: MedusaPayment,
  terms: PaymentTerms | undefined,
  currency: string,
): OrderPayment | undefined {
  const paid = sum(captures, currency);
  if (paid > 0) return { method, amount: paid, state: 'Paid', reference: id };
  const whole = amount(payment.amount, currency);
  if (cancelled != null) return { method, amount: whole, state: 'Failed', reference: id };
  return terms === undefined ? { method, amount: whole, state: 'Authorized', reference: id } : undefined;
}

function paymentState(
  { payment_collections: collections }: MedusaOrder,
  facts: {
    readonly paidTotal: number;
    readonly refundedTotal: number;
    readonly grandTotal: number;
    readonly listed: readonly OrderPayment[];
  },
): PaymentState {
  const { paidTotal, refundedTotal, grandTotal, listed } = facts;
  if (refundedTotal > 0) return refundedTotal >= paidTotal ? 'Refunded' : 'PartiallyRefunded';
  if (paidTotal > 0) return paidTotal >= grandTotal ? 'Paid' : 'PartiallyPaid';
  if (grandTotal <= 0) return 'Paid';
  if (listed.some(({ state }) => state === 'Authorized')) return 'Authorized';
  const failed = collections.length > 0 && collections.every(({ status }) => ['failed', 'canceled'].includes(status));
  return failed || (listed.length > 0 && listed.every(({ state }) => state === 'Failed')) ? 'Failed' : 'Unpaid';
}

function fulfilmentOf({ items }: MedusaOrder, state: OrderState): FulfilmentState {
  if (state === 'Completed') return 'Fulfilled';
  const goods = items.filter(({ requires_shipping }) => requires_shipping);
  if (goods.every((item) => sentPieces(item) === 0)) return 'Unfulfilled';
  return goods.every((item) => sentPieces(item) >= item.quantity) ? 'Fulfilled' : 'PartiallyFulfilled';
}

/** Tax by rate, of items and of shipping. */
function taxesOf(
  { items, shipping_methods: methods }: MedusaOrder,
  currency: string,
): NonNullable<OrderRecord['taxes']> {
  const byRate = new Map<string, { rate: number; title: string; exact: number }>();
  for (const { rate, description, code, total = 0 } of [...items, ...methods].flatMap(({ tax_lines }) => tax_lines)) {
    const known = byRate.get(`${rate} ${code}`) ?? { rate, title: description || code, exact: 0 };
    byRate.set(`${rate} ${code}`, { ...known, exact: known.exact + total });
  }
  return [...byRate.values()].map(({ rate, title, exact }) => ({
    rate,
    amount: amount(whole(exact, currency), currency),
    title: given(title),
  }));
}

/** Sums of decimals carry dust behind their last digit. */
const whole = (value: number, currency: string): string => value.toFixed(currencyExponent(currency) + 2);

/** By code; what automatic promotions take off has one as well. */
function discountsOf(
  { items, shipping_methods: methods }: MedusaOrder,
  currency: string,
): NonNullable<OrderRecord['discounts']> {
  const byCode = new Map<string, number>();
  for (const item of items) add(byCode, item, 1 + item.tax_lines.reduce((all, { rate }) => all + rate, 0) / 100);
  for (const method of methods)
    add(byCode, method, 1 + method.tax_lines.reduce((all, { rate }) => all + rate, 0) / 100);
  return [...byCode].map(([code, exact]) => ({ code, amount: amount(whole(exact, currency), currency) }));
}

function add(
  byCode: Map<string, number>,
  { adjustments }: Pick<MedusaOrder['items'][number], 'adjustments'>,
  withTax: number,
): void {
  for (const { code, amount: off, is_tax_inclusive: gross } of adjustments)
    byCode.set(code || 'discount', (byCode.get(code || 'discount') ?? 0) + off * (gross ? 1 : withTax));
}

/** Requested until it is received; part of it may be there before. */
function returnOf(each: MedusaReturn, currency: string): CreditRecord {
  const received = each.status === 'received';
  const note = each.items.map(({ reason, note: words }) => reason?.label || words).find((words) => words !== '');
  return {
    id: each.id,
    at: each.received_at ?? each.requested_at ?? each.created_at,
    state: each.status === 'canceled' ? 'Failed' : received ? 'Done' : 'Requested',
    ...(each.refund_amount ? { amount: amount(each.refund_amount, currency) } : {}),
    reason: given(note ?? ''),
    ...(received ? { restocked: each.location_id != null } : {}),
    lines: each.items.map(({ item_id, quantity }) => ({ lineId: item_id, quantity })),
  };
}

function customOf({ metadata }: MedusaOrder): Record<string, string> | undefined {
  const fields = Object.entries(metadata).flatMap(([key, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) && value !== '' ? [[key, String(value)] as const] : [],
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function addressOf(address: MedusaAddress | null | undefined): Address {
  if (!address) return {};
  return {
    name: nameOf(address),
    company: given(address.company),
    street1: given(address.address_1),
    street2: given(address.address_2),
    city: given(address.city),
    region: given(address.province),
    postalCode: given(address.postal_code),
    country: given(address.country_code.toUpperCase()),
    phone: given(address.phone),
  };
}

function nameOf(
  person: { readonly first_name: string; readonly last_name: string } | null | undefined,
): string | undefined {
  return given([person?.first_name ?? '', person?.last_name ?? ''].filter((part) => part !== '').join(' '));
}

const given = (text: string): string | undefined => (text === '' ? undefined : text);
