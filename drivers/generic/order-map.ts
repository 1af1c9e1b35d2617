import { lineKinds } from '../../model/order-facts.ts';
import type {
  Address,
  CreditRecord,
  FulfilmentState,
  LineKind,
  OrderLineRecord,
  OrderRecord,
  OrderState,
  PaymentState,
} from '../../model/records.ts';
import type { AddressPayload, CreditPayload, OrderPayload } from './payload.ts';
import { amount } from '../toolkit/money/amount.ts';
import { given } from './values.ts';

const ORDER_STATES: Readonly<Record<OrderPayload['state'], OrderState>> = {
  draft: 'Draft',
  open: 'Open',
  completed: 'Completed',
  cancelled: 'Cancelled',
};
const PAYMENT_STATES: Readonly<Record<OrderPayload['payment_state'], PaymentState>> = {
  unpaid: 'Unpaid',
  authorized: 'Authorized',
  partially_paid: 'PartiallyPaid',
  paid: 'Paid',
  partially_refunded: 'PartiallyRefunded',
  refunded: 'Refunded',
  failed: 'Failed',
};

/** An order of docs/generic-api.md as the hub knows orders. */
export function orderRecord(order: OrderPayload): OrderRecord {
  const units = (text: string): number => amount(text, order.currency);
  const lines = order.lines.map((line) => lineOf(line, units));
  return {
    ...(order.redacted ? { redacted: true as const } : {}),
    kind: 'order',
    id: order.id,
    number: order.number,
    placedAt: order.placed_at ?? undefined,
    updatedAt: order.updated_at,
    state: ORDER_STATES[order.state],
    paymentState: PAYMENT_STATES[order.payment_state],
    fulfilmentState: fulfilmentState(order.state, lines),
    platformState: given(order.platform_state) ?? order.state,
    currency: order.currency,
    itemsTotal: units(order.totals.items),
    shippingTotal: units(order.totals.shipping),
    taxTotal: units(order.totals.tax),
    discountTotal: units(order.totals.discount),
    grandTotal: units(order.totals.grand),
    customerId: given(order.customer?.id),
    customerEmail: given(order.customer?.email),
    customerName: given(order.customer?.name),
    customerPhone: given(order.customer?.phone),
    shippingAddress: addressOf(order.shipping_address),
    billingAddress: addressOf(order.billing_address ?? order.shipping_address),
    shippingMethodCode: order.shipping_method?.code,
    shippingMethodName: given(order.shipping_method?.name),
    note: given(order.note),
    lines,
    ...moneyOf(order, units),
    ...factsOf(order),
    refunds: order.refunds?.map((credit) => creditOf(credit, units)),
    returns: order.returns?.map((credit) => creditOf(credit, units)),
    cancellations: order.cancellations?.map((credit) => creditOf(credit, units)),
  };
}

type Units = (amount: string) => number;
type LinePayload = OrderPayload['lines'][number];

const KINDS: Readonly<Record<NonNullable<LinePayload['kind']>, LineKind | undefined>> = {
  goods: undefined,
  digital: 'Digital',
  gift_card: 'GiftCard',
  fee: 'Fee',
  discount: 'Discount',
  bundle: 'Bundle',
};

const lineOf = (line: LinePayload, units: Units): OrderLineRecord => ({
  id: line.id,
  kind: KINDS[line.kind ?? 'goods'],
  sku: line.sku ?? '',
  variantId: given(line.variant_id),
  title: line.title,
  quantity: line.quantity,
  cancelledQuantity: line.cancelled_quantity ?? 0,
  fulfilledQuantity: line.fulfilled_quantity ?? 0,
  unitPrice: units(line.unit_price),
  total: units(line.total),
  taxRate: line.tax_rate ?? 0,
  taxAmount: units(line.tax ?? '0'),
  discountAmount: units(line.discount ?? '0'),
  parentId: given(line.parent_id),
  deliveryId: given(line.delivery_id),
  custom: customOf(line.custom),
});

const TERMS = { prepaid: undefined, on_delivery: 'OnDelivery', invoice: 'Invoice' } as const;
const PAYMENTS = { pending: 'Pending', authorized: 'Authorized', paid: 'Paid', failed: 'Failed' } as const;

function moneyOf({ totals, payments, taxes, discounts, payment_terms }: OrderPayload, units: Units) {
  return {
    paymentTerms: TERMS[payment_terms ?? 'prepaid'],
    paidTotal: totals.paid == null ? undefined : units(totals.paid),
    refundedTotal: totals.refunded == null ? undefined : units(totals.refunded),
    payments: payments?.map(({ method, amount, state, reference }) => ({
      method,
      amount: units(amount),
      state: PAYMENTS[state],
      reference: given(reference),
    })),
    taxes: taxes?.map(({ rate, amount, title }) => ({ rate, amount: units(amount), title: given(title) })),
    discounts: discounts?.map(({ code, amount }) => ({ code, amount: units(amount) })),
  } satisfies Partial<OrderRecord>;
}

function factsOf(order: OrderPayload) {
  const { hold, pickup_point: pickup, references } = order;
  return {
    ...(order.test ? { test: true as const } : {}),
    hold: hold ? { reason: given(hold.reason) ?? 'OnHold', message: hold.message } : undefined,
    fulfilledBy: order.fulfilled_by === 'platform' ? 'Platform' : undefined,
    channel: given(order.channel),
    references: references ? textsOf(references) : undefined,
    shipBy: order.ship_by ?? undefined,
    deliverBy: order.deliver_by ?? undefined,
    giftMessage: given(order.gift_message),
    pickupPoint: pickup
      ? {
          id: pickup.id,
          name: given(pickup.name),
          carrier: given(pickup.carrier),
          address: pickup.address ? addressOf(pickup.address) : undefined,
        }
      : undefined,
    deliveries: order.deliveries?.map(({ id, address, method, location_id }) => ({
      id,
      address: addressOf(address),
      methodCode: method?.code,
      methodName: given(method?.name),
      locationId: given(location_id),
    })),
    custom: customOf(order.custom),
  } satisfies Partial<OrderRecord>;
}

const CREDITS = { requested: 'Requested', done: 'Done', failed: 'Failed' } as const;

const creditOf = (credit: CreditPayload, units: Units): CreditRecord => ({
  id: credit.id,
  at: credit.at,
  state: CREDITS[credit.state ?? 'done'],
  amount: credit.amount == null ? undefined : units(credit.amount),
  shippingAmount: credit.shipping_amount == null ? undefined : units(credit.shipping_amount),
  reason: given(credit.reason),
  restocked: credit.restocked ?? undefined,
  lines: (credit.lines ?? []).map(({ line_id, quantity, amount }) => ({
    lineId: line_id,
    quantity,
    amount: amount == null ? undefined : units(amount),
  })),
});

/** Lists and objects as JSON; what is empty is left out. */
function customOf(custom: Readonly<Record<string, unknown>> | null | undefined): Record<string, string> | undefined {
  return custom ? textsOf(custom) : undefined;
}

const textsOf = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value == null || value === '' ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );

/** What is not packed is never shipped, and keeps no order open. */
function fulfilmentState(state: OrderPayload['state'], lines: readonly OrderLineRecord[]): FulfilmentState {
  if (state === 'completed') return 'Fulfilled';
  if (lines.every(({ fulfilledQuantity }) => fulfilledQuantity === 0)) return 'Unfulfilled';
  const kinds = lineKinds(lines);
  return lines.every(
    ({ fulfilledQuantity, quantity }, index) => kinds[index] !== 'Goods' || fulfilledQuantity >= quantity,
  )
    ? 'Fulfilled'
    : 'PartiallyFulfilled';
}

function addressOf(address: AddressPayload): Address {
  return {
    name: given(address?.name),
    company: given(address?.company),
    street1: given(address?.street1),
    street2: given(address?.street2),
    city: given(address?.city),
    region: given(address?.region),
    postalCode: given(address?.postal_code),
    country: given(address?.country)?.toUpperCase(),
    phone: given(address?.phone),
  };
}
