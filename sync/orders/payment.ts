import type { OrderRules } from '../../model/order-rules.ts';
import type { OrderRecord } from '../../model/records.ts';

/** As what an order is paid, as far as it may be sent for it. Free: there is nothing to pay. */
export type PaymentKind = OrderRules['accept'][number] | 'Free';

/** Undefined: nothing that it could be sent for. Many shops never call a free order paid. */
export function paymentKind({ paymentState, paymentTerms, grandTotal }: OrderRecord): PaymentKind | undefined {
  if (paymentState === 'Refunded' || paymentState === 'Failed') return undefined;
  if (paymentState === 'Paid' || paymentState === 'PartiallyRefunded') return paymentState;
  if (grandTotal === 0) return 'Free';
  if (paymentTerms === 'OnDelivery' || paymentTerms === 'Invoice') return paymentTerms;
  return paymentState === 'Authorized' ? 'Authorized' : undefined;
}

export const isAccepted = (kind: PaymentKind | undefined, { accept }: OrderRules): boolean =>
  kind !== undefined && (kind === 'Free' || accept.includes(kind));

const SAID: Readonly<Record<PaymentKind, string>> = {
  Paid: 'it is paid',
  PartiallyRefunded: 'it is paid, and some of it was refunded',
  Authorized: 'its payment is only reserved (Authorized)',
  OnDelivery: 'it is to be paid on delivery',
  Invoice: 'it is to be paid on an invoice',
  Free: 'there is nothing to pay',
};

/** Why it is put aside. */
export function unpaidMessage(order: OrderRecord, kind: PaymentKind | undefined): string {
  return kind === undefined
    ? `payment is ${order.paymentState}: looked at again every hour`
    : `${SAID[kind]}, which the Store does not take: add ${kind} to spec.orders.accept of the Store, or wait until it is paid. It is looked at again every hour`;
}
