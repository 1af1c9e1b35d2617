import type {
  Address,
  CreditRecord,
  FulfilmentState,
  OrderLineRecord,
  OrderPayment,
  OrderRecord,
  OrderState,
  PaymentState,
} from '../../model/records.ts';
import type { Settings } from './config.ts';
import { isoTime } from './criteria.ts';
import { minus, sum, total, units } from '../toolkit/money/exact.ts';
import { families, linesOf, NotTaken, restOf } from './order-lines.ts';
import type { MagentoAddress, MagentoCredit, MagentoOrder } from './order-payload.ts';

/** States of Magento itself; a status is a merchant's word for one of them. */
const STATES: Readonly<Record<string, OrderState>> = {
  new: 'Open',
  pending_payment: 'Open',
  payment_review: 'Open',
  processing: 'Open',
  holded: 'Open',
  complete: 'Completed',
  closed: 'Open',
  canceled: 'Cancelled',
};

/** The order as the hub has it, all in the currency of the order. Throws NotTaken, or a RangeError for an amount. */
export function orderRecord(order: MagentoOrder, credits: readonly MagentoCredit[], settings: Settings): OrderRecord {
  const { order_currency_code: currency, extension_attributes: more } = order;
  const cancelled = stateOf(order, settings) === 'Cancelled';
  const goods = linesOf(order, cancelled);
  const fulfilmentState = fulfilmentOf(order, goods);
  const state = order.state === 'closed' && fulfilmentState === 'Fulfilled' ? 'Completed' : stateOf(order, settings);
  const off = cancelled ? 0 : total(order.total_canceled);
  const grandTotal = units(minus(total(order.grand_total), off), currency);
  const shippingTotal = shippingOf(order);
  const lines = [...goods, ...restOf(goods, grandTotal - shippingTotal)];
  const discount = -sum(currency, order.discount_amount);
  return {
    kind: 'order',
    id: String(order.entity_id),
    number: order.increment_id,
    placedAt: isoTime(order.created_at),
    updatedAt: isoTime(order.updated_at),
    state,
    fulfilmentState,
    platformState: order.status || order.state,
    currency,
    itemsTotal: lines.reduce((all, line) => all + line.total, 0),
    shippingTotal,
    taxTotal: units(minus(total(order.tax_amount), cancelled ? 0 : total(order.tax_canceled)), currency),
    discountTotal: Math.max(0, discount),
    grandTotal,
    ...paymentOf(order, settings, grandTotal),
    ...peopleOf(order, settings),
    lines,
    hold: holdOf(order),
    channel: given(order.store_name.split('\n').at(-1)),
    references: referencesOf(order),
    taxes: (more?.applied_taxes ?? []).map(({ title, code, percent, amount }) => ({
      ...{ rate: Number(percent ?? 0), amount: sum(currency, amount), title: title || code || undefined },
    })),
    discounts:
      discount > 0 ? [{ code: order.coupon_code || order.discount_description || 'discount', amount: discount }] : [],
    refunds: credits.map((credit) => creditOf(credit, order)),
    custom: customOf(order),
  };
}

/** Who ordered it, and where it goes by which way. */
function peopleOf(order: MagentoOrder, { shippingMethods }: Settings) {
  const billing = addressOf(order.billing_address);
  const shipping = order.extension_attributes?.shipping_assignments[0]?.shipping;
  const method = given(shipping?.method);
  const pickup = given(order.extension_attributes?.pickup_location_code);
  return {
    customerId: order.customer_id == null ? undefined : String(order.customer_id),
    customerEmail: given(order.customer_email),
    customerName: given([order.customer_firstname, order.customer_lastname].join(' ').trim()) ?? billing.name,
    customerPhone: billing.phone,
    // What is only downloaded has no address of its own.
    shippingAddress: shipping?.address ? addressOf(shipping.address) : billing,
    billingAddress: billing,
    shippingMethodCode: method,
    shippingMethodName: (method && shippingMethods[method]) ?? given(order.shipping_description),
    note: given(order.customer_note),
    ...(pickup === undefined ? {} : { pickupPoint: { id: pickup } }),
  };
}

function stateOf({ state }: MagentoOrder, { states }: Settings): OrderState {
  const known = states[state] ?? STATES[state];
  if (known === undefined)
    throw new NotTaken(
      `has the state "${state}", which Magento itself does not know: say in settings.states of the Connection what it means`,
    );
  return known;
}

/** With tax and less its discount; after a cancellation what it was. */
function shippingOf(order: MagentoOrder): number {
  const { order_currency_code: currency, shipping_incl_tax, shipping_amount, shipping_tax_amount } = order;
  const whole = shipping_incl_tax == null ? total(shipping_amount, shipping_tax_amount) : total(shipping_incl_tax);
  return units(minus(whole, total(order.shipping_discount_amount)), currency);
}

function holdOf({ state, status }: MagentoOrder): OrderRecord['hold'] {
  if (state === 'holded') return { reason: 'OnHold', message: 'the order is "On Hold" in Magento' };
  if (state === 'payment_review')
    return { reason: 'PaymentReview', message: `the payment is under review in Magento (${status || state})` };
  return undefined;
}

function paymentOf(order: MagentoOrder, settings: Settings, grandTotal: number) {
  const { order_currency_code: currency, payment } = order;
  const [paidTotal, refundedTotal] = [sum(currency, order.total_paid), sum(currency, order.total_refunded)];
  const authorized = sum(currency, payment?.amount_authorized);
  const state = paymentState(order, { grandTotal, paidTotal, refundedTotal, authorized });
  const method = payment?.method ?? '';
  const terms = settings.onDeliveryMethods.includes(method)
    ? ('OnDelivery' as const)
    : settings.invoiceMethods.includes(method)
      ? ('Invoice' as const)
      : undefined;
  const made = paidTotal > 0 ? ('Paid' as const) : state === 'Authorized' ? ('Authorized' as const) : undefined;
  const payments: OrderPayment[] =
    made === undefined
      ? []
      : [
          {
            method: method || 'other',
            amount: made === 'Paid' ? paidTotal : authorized,
            state: made,
            reference: given(payment?.last_trans_id),
          },
        ];
  return { paymentState: state, paymentTerms: terms, paidTotal, refundedTotal, payments };
}

interface Sums {
  readonly grandTotal: number;
  readonly paidTotal: number;
  readonly refundedTotal: number;
  readonly authorized: number;
}

function paymentState(
  { state }: MagentoOrder,
  { grandTotal, paidTotal, refundedTotal, authorized }: Sums,
): PaymentState {
  if (refundedTotal > 0) return refundedTotal >= paidTotal || state === 'closed' ? 'Refunded' : 'PartiallyRefunded';
  if (paidTotal >= grandTotal && (paidTotal > 0 || state !== 'pending_payment')) return 'Paid';
  if (paidTotal > 0) return 'PartiallyPaid';
  return authorized > 0 ? 'Authorized' : 'Unpaid';
}

function fulfilmentOf({ state }: MagentoOrder, lines: readonly OrderLineRecord[]): FulfilmentState {
  if (state === 'complete') return 'Fulfilled';
  const goods = lines.filter(({ kind }) => kind === undefined);
  if (goods.every(({ fulfilledQuantity }) => fulfilledQuantity === 0)) return 'Unfulfilled';
  return goods.every(({ fulfilledQuantity, quantity }) => fulfilledQuantity >= quantity)
    ? 'Fulfilled'
    : 'PartiallyFulfilled';
}

const CREDIT_STATES = { 1: 'Requested', 2: 'Done', 3: 'Failed' } as const;

function creditOf(credit: MagentoCredit, order: MagentoOrder): CreditRecord {
  const { order_currency_code: currency } = order;
  const lines = new Set(families(order).map(({ item }) => item.item_id));
  const shipping = sum(currency, credit.shipping_incl_tax);
  return {
    id: String(credit.entity_id),
    at: isoTime(credit.created_at),
    state: CREDIT_STATES[credit.state as keyof typeof CREDIT_STATES] ?? 'Done',
    amount: sum(currency, credit.grand_total),
    ...(shipping === 0 ? {} : { shippingAmount: shipping }),
    reason: given(credit.comments[0]?.comment),
    lines: credit.items.flatMap((item) => {
      const quantity = Math.floor(item.qty ?? 0);
      if (!lines.has(item.order_item_id) || quantity <= 0) return [];
      const back = units(
        minus(
          total(item.row_total, item.tax_amount, item.discount_tax_compensation_amount),
          total(item.discount_amount),
        ),
        currency,
      );
      return [{ lineId: String(item.order_item_id), quantity, ...(back === 0 ? {} : { amount: back }) }];
    }),
  };
}

function referencesOf({ payment, ext_order_id, original_increment_id, increment_id }: MagentoOrder) {
  const found = {
    ...(payment?.po_number ? { purchase_order: payment.po_number } : {}),
    ...(ext_order_id ? { external: ext_order_id } : {}),
    ...(original_increment_id && original_increment_id !== increment_id ? { replaces: original_increment_id } : {}),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Magento's own beside those of extensions. */
const OWN = ['pickup_location_code', 'converting_from_quote'];

/** Plain fields that extensions have added to orders. */
function customOf({ extension_attributes }: MagentoOrder): Record<string, string> | undefined {
  const fields = Object.entries(extension_attributes ?? {}).flatMap(([key, value]) =>
    OWN.includes(key) || !['string', 'number', 'boolean'].includes(typeof value) || value === ''
      ? []
      : [[key, String(value)] as const],
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function addressOf(address: MagentoAddress | null | undefined): Address {
  if (!address) return {};
  const [street1, ...rest] = address.street;
  return {
    name: given([address.prefix, address.firstname, address.middlename, address.lastname].filter(Boolean).join(' ')),
    company: given(address.company),
    street1: given(street1),
    street2: given(rest.filter(Boolean).join(', ')),
    city: given(address.city),
    region: given(address.region),
    postalCode: given(address.postcode),
    country: given(address.country_id),
    phone: given(address.telephone),
  };
}

const given = (text: string | undefined): string | undefined => (text ? text : undefined);
