import type { OrderRecord } from '../../model/records.ts';

/**
 * What becomes of an order, as far as the order alone says it. The hub adds what needs the catalogue (unknown SKU …).
 */
export interface Intake {
  readonly intake: 'Accepted' | 'Held' | 'Skipped';
  readonly reason?: string;
  readonly message?: string;
}

/** How long an order may stay unpaid until it is no longer looked at. */
export interface UnpaidLimit {
  readonly days: number;
  readonly now: Date;
}

type Rule = (order: OrderRecord, earliest: Date, unpaid: UnpaidLimit | undefined) => Intake | undefined;

const DAY_MS = 86_400_000;
/** Or there is nothing to pay: many shops call a free order unpaid for ever. */
const isPaid = ({ paymentState, grandTotal }: OrderRecord): boolean =>
  paymentState === 'Paid' || paymentState === 'PartiallyRefunded' || grandTotal === 0;

const skip = (reason: string, message: string): Intake => ({ intake: 'Skipped', reason, message });

/** In this order; the first that speaks decides. */
const RULES: readonly Rule[] = [
  // A cart or draft may become an order later: it is then seen with a time of placing.
  (order) =>
    order.state === 'Draft' || !order.placedAt ? skip('NotPlaced', 'a cart or draft, no order yet') : undefined,
  (order, earliest) =>
    Date.parse(order.placedAt!) < earliest.getTime()
      ? skip('TooOld', `placed before earliestOrderDate (${earliest.toISOString()})`)
      : undefined,
  (order) =>
    order.state === 'Cancelled' ? skip('Cancelled', 'cancelled at the store before it was imported') : undefined,
  (order) =>
    order.fulfilmentState === 'Fulfilled'
      ? skip('AlreadyShipped', 'shipped at the store before it was imported')
      : undefined,
  (order) =>
    order.state === 'Completed' ? skip('AlreadyCompleted', 'completed at the store before it was imported') : undefined,
  (order) => (order.paymentState === 'Refunded' ? skip('Refunded', 'refunded before it was imported') : undefined),
  (order) =>
    order.paymentState === 'Failed'
      ? skip('PaymentFailed', 'its payment was voided, expired or charged back')
      : undefined,
  (order) =>
    order.lines.every((line) => line.quantity === 0) ? skip('NoLines', 'nothing is left to deliver on it') : undefined,
  // Thousands of carts that nobody ever pays must not be read again every hour for ever.
  (order, _earliest, unpaid) =>
    unpaid && !isPaid(order) && unpaid.now.getTime() - Date.parse(order.placedAt!) > unpaid.days * DAY_MS
      ? skip(
          'NeverPaid',
          `not paid within ${unpaid.days} days (spec.orders.unpaidDays of the Store): it is taken once the shop says that it was paid`,
        )
      : undefined,
  // Put aside and looked at again every hour.
  (order) =>
    !isPaid(order)
      ? { intake: 'Held', reason: 'Unpaid', message: `payment is ${order.paymentState}: looked at again every hour` }
      : undefined,
];

/** Only paid, valid, open orders newer than `earliest` are accepted. Pure. */
export function decideIntake(order: OrderRecord, earliest: Date, unpaid?: UnpaidLimit): Intake {
  for (const rule of RULES) {
    const decision = rule(order, earliest, unpaid);
    if (decision) return decision;
  }
  return { intake: 'Accepted' };
}
