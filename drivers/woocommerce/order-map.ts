import type {
  Address,
  CreditRecord,
  FulfilmentState,
  OrderLineRecord,
  OrderRecord,
  OrderState,
  PaymentState,
} from '../../model/records.ts';
import { roundingOf } from '../toolkit/money/rounding.ts';
import type { Settings } from './config.ts';
import { sum } from '../toolkit/money/exact.ts';
import { linesOf, NotTaken, taxOf } from './order-lines.ts';
import type { WooAddress, WooFulfillment, WooOrder, WooRefund } from './payload.ts';

/** What an order is made of. */
export interface OrderParts {
  readonly order: WooOrder;
  readonly refunds: readonly WooRefund[];
  readonly fulfillments: readonly WooFulfillment[];
}

/** What core's statuses say of how far an order is. */
const STATES: Readonly<Record<string, OrderState>> = {
  pending: 'Open',
  processing: 'Open',
  'on-hold': 'Open',
  failed: 'Open',
  refunded: 'Open',
  completed: 'Completed',
  cancelled: 'Cancelled',
  trash: 'Cancelled',
  'checkout-draft': 'Draft',
  'auto-draft': 'Draft',
};

/** The order as the hub has it. Throws NotTaken, or a RangeError for an amount that is none. */
export function orderRecord({ order, refunds, fulfillments }: OrderParts, settings: Settings): OrderRecord {
  const { currency } = order;
  const state = stateOf(order, settings);
  const redacted = order.meta_data.some(({ key, value }) => key === '_anonymized' && value === 'yes');
  const grandTotal = sum(currency, order.total);
  const shippingTotal = sum(currency, order.shipping_total, order.shipping_tax);
  const goods = linesOf(order, fulfillments, state);
  const lines = [...goods, ...roundingOf(goods, grandTotal - shippingTotal)];
  const [method] = order.shipping_lines;
  const shipping = addressOf(order.shipping, redacted);
  const billing = addressOf(order.billing, redacted);
  return {
    kind: 'order',
    id: String(order.id),
    number: order.number,
    ...(state === 'Draft' ? {} : { placedAt: placedAt(order) }),
    updatedAt: `${order.date_modified_gmt}Z`,
    state,
    fulfilmentState: fulfilmentOf(state, goods),
    platformState: order.status,
    currency,
    itemsTotal: lines.reduce((all, { total }) => all + total, 0),
    shippingTotal,
    taxTotal: sum(currency, order.total_tax),
    discountTotal: sum(currency, order.discount_total, order.discount_tax),
    grandTotal,
    ...paymentOf(order, settings, grandTotal),
    ...(redacted ? { redacted } : {}),
    customerId: order.customer_id > 0 ? String(order.customer_id) : undefined,
    customerEmail: given(order.billing.email, redacted),
    customerName: billing.name,
    customerPhone: billing.phone,
    // An order that needs no address of its own goes where the bill goes.
    shippingAddress: Object.values(shipping).some((part) => part !== undefined) ? shipping : billing,
    billingAddress: billing,
    shippingMethodCode: method && methodCode(method.method_id, method.instance_id),
    shippingMethodName: method && given(method.method_title),
    note: given(order.customer_note),
    lines,
    taxes: order.tax_lines.map((tax) => taxOf(tax, currency)),
    discounts: order.coupon_lines.map(({ code, discount, discount_tax }) => ({
      code,
      amount: sum(currency, discount, discount_tax),
    })),
    refunds: refunds.map((refund) => refundOf(refund, currency)),
    custom: customOf(order),
  };
}

/** The one that people choose at checkout: a method may be in several zones. */
export const methodCode = (method: string, instance: string | number): string =>
  String(instance) === '' ? method : `${method}:${instance}`;

function stateOf({ status, date_completed_gmt }: WooOrder, { statuses }: Settings): OrderState {
  const state = statuses[status] ?? STATES[status];
  if (state === undefined)
    throw new NotTaken(
      `has the status "${status}", which WooCommerce itself does not know: say in settings.statuses of the Connection what it means`,
    );
  // Refunded says nothing of how far it was; the time of completion does.
  return status === 'refunded' && date_completed_gmt != null ? 'Completed' : state;
}

/** With the shop's own offset: it gives the time twice, of its place and in GMT. */
function placedAt({ date_created: local, date_created_gmt: gmt }: WooOrder): string | undefined {
  if (gmt == null) return undefined;
  const minutes = local == null ? 0 : (Date.parse(`${local}Z`) - Date.parse(`${gmt}Z`)) / 60_000;
  if (minutes === 0 || local == null || !Number.isInteger(minutes)) return `${gmt}Z`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function paymentOf(order: WooOrder, settings: Settings, grandTotal: number) {
  const { currency, payment_method: method, status } = order;
  const paid = order.date_paid_gmt != null;
  const refundedTotal = -sum(currency, '0', ...order.refunds.map(({ total }) => total));
  const terms = settings.onDeliveryMethods.includes(method)
    ? ('OnDelivery' as const)
    : settings.invoiceMethods.includes(method)
      ? ('Invoice' as const)
      : undefined;
  const failed = status === 'failed';
  return {
    paymentState: paymentState(failed, paid, refundedTotal, grandTotal, status),
    paymentTerms: terms,
    paidTotal: paid && !failed ? grandTotal : 0,
    refundedTotal,
    payments:
      paid || failed
        ? [
            {
              method: method || 'other',
              amount: grandTotal,
              state: failed ? ('Failed' as const) : ('Paid' as const),
              reference: given(order.transaction_id),
            },
          ]
        : [],
    // On-hold is where a bank transfer waits for its money; of what is paid, or need not be yet, somebody holds it.
    hold:
      status === 'on-hold' && (paid || terms === 'OnDelivery')
        ? { reason: 'OnHold', message: 'the order is "On hold" in WooCommerce' }
        : undefined,
  };
}

function paymentState(
  failed: boolean,
  paid: boolean,
  refunded: number,
  grandTotal: number,
  status: string,
): PaymentState {
  if (failed) return 'Failed';
  if (status === 'refunded' || (refunded > 0 && refunded >= grandTotal)) return 'Refunded';
  if (refunded > 0) return 'PartiallyRefunded';
  return paid ? 'Paid' : 'Unpaid';
}

function fulfilmentOf(state: OrderState, lines: readonly OrderLineRecord[]): FulfilmentState {
  if (state === 'Completed') return 'Fulfilled';
  const goods = lines.filter(({ kind }) => kind === undefined);
  if (goods.every(({ fulfilledQuantity }) => fulfilledQuantity === 0)) return 'Unfulfilled';
  return goods.every(({ fulfilledQuantity, quantity }) => fulfilledQuantity >= quantity)
    ? 'Fulfilled'
    : 'PartiallyFulfilled';
}

function refundOf({ id, date_created_gmt, amount, reason, ...refund }: WooRefund, currency: string): CreditRecord {
  const shipping = sum(currency, '0', ...refund.shipping_lines.flatMap(({ total, total_tax }) => [total, total_tax]));
  return {
    id: String(id),
    at: `${date_created_gmt}Z`,
    state: 'Done',
    amount: sum(currency, amount),
    ...(shipping === 0 ? {} : { shippingAmount: -shipping }),
    reason: given(reason),
    lines: refund.line_items.flatMap(({ quantity, total, total_tax, meta_data }) => {
      const lineId = meta_data.find(({ key }) => key === '_refunded_item_id')?.value;
      const back = sum(currency, total, total_tax);
      if (typeof lineId !== 'string' && typeof lineId !== 'number') return [];
      if (quantity === 0 && back === 0) return [];
      return [{ lineId: String(lineId), quantity: Math.abs(quantity), ...(back === 0 ? {} : { amount: -back }) }];
    }),
  };
}

/** Fields of plugins that are not their own bookkeeping. */
function customOf({ meta_data }: WooOrder): Record<string, string> | undefined {
  const fields = meta_data.flatMap(({ key, value }) =>
    key.startsWith('_') || !['string', 'number', 'boolean'].includes(typeof value) || value === ''
      ? []
      : [[key, String(value)] as const],
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function addressOf(address: WooAddress, redacted: boolean): Address {
  const of = (text: string): string | undefined => given(text, redacted);
  return {
    name: of([address.first_name, address.last_name].filter((part) => of(part) !== undefined).join(' ')),
    company: of(address.company),
    street1: of(address.address_1),
    street2: of(address.address_2),
    city: of(address.city),
    region: of(address.state),
    postalCode: of(address.postcode),
    country: of(address.country),
    phone: of(address.phone),
  };
}

/** WooCommerce writes these in place of what it erased. */
const ERASED = /^(\[deleted\]|deleted@site\.invalid|0-000-000-0000)$/;

const given = (text: string, redacted = false): string | undefined =>
  text === '' || (redacted && ERASED.test(text)) ? undefined : text;
