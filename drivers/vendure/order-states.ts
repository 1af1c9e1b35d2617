import type { FulfilmentState, OrderState, PaymentState } from '../../model/records.ts';
import type { FulfillmentPayload, OrderPayload } from './order-payload.ts';

/** States before the customer has bought anything. */
const NOT_PLACED = new Set(['Created', 'Draft', 'AddingItems', 'ArrangingPayment']);
const COMPLETED = new Set(['Shipped', 'Delivered']);
/** A fulfilment in one of these has not left the house, or never will. */
const NOT_SHIPPED = new Set(['Created', 'Pending', 'Cancelled']);

export function orderState(order: Pick<OrderPayload, 'state' | 'orderPlacedAt'>): OrderState {
  if (order.state === 'Cancelled') return 'Cancelled';
  if (NOT_PLACED.has(order.state)) return 'Draft';
  return COMPLETED.has(order.state) ? 'Completed' : 'Open';
}

/** What was paid, what is reserved, what was given back. */
export function sumsOf(
  payments: OrderPayload['payments'],
): Readonly<Record<'settled' | 'authorized' | 'refunded', number>> {
  const sum = (state: string): number =>
    (payments ?? []).reduce((total, payment) => (payment.state === state ? total + payment.amount : total), 0);
  const refunded = (payments ?? [])
    .flatMap((payment) => payment.refunds)
    .reduce((total, refund) => (refund.state === 'Settled' ? total + refund.total : total), 0);
  return { settled: sum('Settled'), authorized: sum('Authorized'), refunded };
}

/**
 * From the payments themselves: a shop may add states of its own to an order, and Modifying says nothing about money.
 */
export function paymentState({
  payments,
  totalWithTax,
}: Pick<OrderPayload, 'payments' | 'totalWithTax'>): PaymentState {
  const { settled, authorized, refunded } = sumsOf(payments);
  if (refunded > 0) return refunded >= settled ? 'Refunded' : 'PartiallyRefunded';
  if (settled >= totalWithTax) return 'Paid';
  if (settled + authorized >= totalWithTax) return 'Authorized';
  return settled > 0 ? 'PartiallyPaid' : 'Unpaid';
}

export const isShipped = (fulfillment: Pick<FulfillmentPayload, 'state'>): boolean =>
  !NOT_SHIPPED.has(fulfillment.state);

/** Pieces of each line in the given fulfilments. */
export function piecesByLine(fulfillments: readonly FulfillmentPayload[]): Map<string, number> {
  const pieces = new Map<string, number>();
  for (const { orderLineId, quantity } of fulfillments.flatMap((fulfillment) => fulfillment.lines))
    pieces.set(orderLineId, (pieces.get(orderLineId) ?? 0) + quantity);
  return pieces;
}

export function fulfilmentState(
  order: Pick<OrderPayload, 'state' | 'lines'>,
  shipped: ReadonlyMap<string, number>,
): FulfilmentState {
  if (COMPLETED.has(order.state)) return 'Fulfilled';
  if (shipped.size === 0) return 'Unfulfilled';
  return order.lines.every((line) => (shipped.get(line.id) ?? 0) >= line.quantity) ? 'Fulfilled' : 'PartiallyFulfilled';
}
