import { DEFAULT_ORDER_RULES, type OrderRules } from '../../model/order-rules.ts';
import { lineKinds } from '../../model/order-facts.ts';
import type { OrderRecord } from '../../model/records.ts';
import { isAccepted, paymentKind, unpaidMessage, type PaymentKind } from './payment.ts';

/**
 * What becomes of an order, as far as the order alone says it. The hub adds what needs the catalogue (unknown SKU …).
 */
export interface Intake {
  readonly intake: 'Accepted' | 'Held' | 'Skipped';
  readonly reason?: string;
  readonly message?: string;
  /** As what it is paid, where that is not simply Paid. */
  readonly paymentKind?: string;
}

/** What an order is judged by. */
export interface IntakeScope {
  readonly earliest: Date;
  readonly rules: OrderRules;
  /** By the store's clock; absent: nothing is too long unpaid. */
  readonly now?: Date;
}

type Rule = (order: OrderRecord, scope: IntakeScope, kind: PaymentKind | undefined) => Intake | undefined;

const DAY_MS = 86_400_000;

const skip = (reason: string, message: string): Intake => ({ intake: 'Skipped', reason, message });

/** In this order; the first that speaks decides. */
const RULES: readonly Rule[] = [
  (order) =>
    order.test
      ? skip('TestOrder', 'a test of the checkout: nobody ordered anything, nothing is to be sent')
      : undefined,
  // A cart or draft may become an order later: it is then seen with a time of placing.
  (order) =>
    order.state === 'Draft' || !order.placedAt ? skip('NotPlaced', 'a cart or draft, no order yet') : undefined,
  (order, { earliest }) =>
    Date.parse(order.placedAt!) < earliest.getTime()
      ? skip('TooOld', `placed before earliestOrderDate (${earliest.toISOString()})`)
      : undefined,
  (order) =>
    order.state === 'Cancelled' ? skip('Cancelled', 'cancelled at the store before it was imported') : undefined,
  (order) =>
    order.fulfilledBy === 'Platform'
      ? skip('FulfilledByPlatform', 'the marketplace ships it from its own warehouse')
      : undefined,
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
  // No parcel could ever end it: the shop completes it by itself.
  (order) =>
    hasGoods(order)
      ? undefined
      : skip('NoGoods', 'nothing on it is packed (downloads, gift cards, fees): the shop completes it by itself'),
  ({ channel }, { rules: { channels } }) =>
    channels && !channels.includes(channel ?? '')
      ? skip(
          'OtherChannel',
          `${channel === undefined ? 'it names no channel' : `it is of the channel "${channel.slice(0, 100)}"`}, and spec.orders.channels of the Store takes others alone`,
        )
      : undefined,
  ({ hold }) =>
    hold && {
      intake: 'Held',
      reason: 'OnHold',
      message: `the shop holds it back (${hold.reason.slice(0, 64)}): ${hold.message.slice(0, 500)}. It is taken by itself once the shop lets it go`,
    },
  // Thousands of carts that nobody ever pays must not be read again every hour for ever.
  (order, { rules, now }, kind) =>
    now && !isAccepted(kind, rules) && now.getTime() - Date.parse(order.placedAt!) > rules.unpaidDays * DAY_MS
      ? skip(
          'NeverPaid',
          `not paid within ${rules.unpaidDays} days (spec.orders.unpaidDays of the Store): it is taken once the shop says that it was paid`,
        )
      : undefined,
  // Put aside and looked at again every hour.
  (order, { rules }, kind) =>
    isAccepted(kind, rules) ? undefined : { intake: 'Held', reason: 'Unpaid', message: unpaidMessage(order, kind) },
];

/**
 * Only valid, open orders with goods, newer than `earliest`, are accepted, if they are paid or to be paid as the Store
 * takes it. Pure.
 */
export function decideIntake(order: OrderRecord, scope: IntakeScope): Intake {
  const kind = paymentKind(order);
  const said = kind === undefined || kind === 'Paid' ? {} : { paymentKind: kind };
  for (const rule of RULES) {
    const decision = rule(order, scope, kind);
    if (decision) return { ...decision, ...said };
  }
  return { intake: 'Accepted', ...said };
}

/** By the rules of a Store that says nothing. */
export const intakeByDefault = (order: OrderRecord, earliest: Date): Intake =>
  decideIntake(order, { earliest, rules: DEFAULT_ORDER_RULES });

function hasGoods({ lines }: OrderRecord): boolean {
  const kinds = lineKinds(lines);
  return lines.some(({ quantity }, index) => quantity > 0 && kinds[index] === 'Goods');
}
