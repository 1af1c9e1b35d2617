import type { Address, CreditRecord, OrderLineRecord, OrderPayment, OrderRecord } from '../../model/records.ts';
import { customTexts } from './custom-fields.ts';
import { cancellationData, type AddressPayload, type OrderPayload } from './order-payload.ts';
import { fulfilmentState, isShipped, orderState, paymentState, piecesByLine, sumsOf } from './order-states.ts';
import { latest, toMinorUnits, type ShopFacts } from './shop.ts';

export function orderRecord(order: OrderPayload, shop: ShopFacts): OrderRecord {
  const money = (amount: number): number => toMinorUnits(amount, order.currencyCode, shop);
  const shipped = piecesByLine((order.fulfillments ?? []).filter(isShipped));
  const method = order.shippingLines[0]?.shippingMethod;
  return {
    kind: 'order',
    id: order.id,
    number: order.code,
    placedAt: order.orderPlacedAt ?? undefined,
    // Vendure's own does not move when an order is placed: a cart of last week that is bought today changed today.
    updatedAt: latest([order.updatedAt, order.orderPlacedAt]),
    state: orderState(order),
    paymentState: paymentState(order),
    fulfilmentState: fulfilmentState(order, shipped),
    platformState: order.state,
    currency: order.currencyCode,
    itemsTotal: money(order.subTotalWithTax),
    shippingTotal: money(order.shippingWithTax),
    taxTotal: money(order.totalWithTax - order.total),
    // Discounts come as negative amounts.
    discountTotal: money(order.discounts.reduce((sum, discount) => sum - discount.amountWithTax, 0)),
    grandTotal: money(order.totalWithTax),
    ...customerOf(order),
    shippingAddress: addressOf(order.shippingAddress),
    // A checkout that asks for one address only leaves the other empty.
    billingAddress: addressOf(
      given(order.billingAddress?.streetLine1) === undefined ? order.shippingAddress : order.billingAddress,
    ),
    shippingMethodCode: method?.code,
    shippingMethodName: method?.name,
    lines: [
      ...order.lines.map((line) => lineOf(line, shipped.get(line.id) ?? 0, money)),
      ...(order.surcharges ?? []).map((surcharge) => surchargeOf(surcharge, money)),
    ],
    ...moneyOf(order, money),
    custom: customTexts(order.customFields),
    refunds: (order.payments ?? []).flatMap(({ refunds }) => refunds.map((refund) => refundOf(refund, money))),
    cancellations: (order.history?.items ?? []).map(cancellationOf),
  };
}

type Money = (amount: number) => number;

/** By the state of a payment as Vendure's default process names it; a shop's own state is one that may still come. */
const PAYMENTS: Readonly<Record<string, OrderPayment['state']>> = {
  Authorized: 'Authorized',
  Settled: 'Paid',
  Declined: 'Failed',
  Error: 'Failed',
  Cancelled: 'Failed',
};

function moneyOf({ payments, taxSummary, discounts, promotions }: OrderPayload, money: Money): Partial<OrderRecord> {
  // A discount names what it comes of: "PROMOTION:7".
  const coupons = new Map((promotions ?? []).map(({ id, couponCode }) => [`PROMOTION:${id}`, given(couponCode)]));
  const { settled, refunded } = sumsOf(payments);
  return {
    paidTotal: money(settled),
    refundedTotal: money(refunded),
    payments: (payments ?? []).map(({ method, amount, state, transactionId }) => ({
      method: method ?? '',
      amount: money(amount),
      state: PAYMENTS[state] ?? 'Pending',
      reference: given(transactionId),
    })),
    taxes: (taxSummary ?? []).map(({ description, taxRate, taxTotal }) => ({
      rate: taxRate,
      amount: money(taxTotal),
      title: given(description),
    })),
    discounts: discounts.map(({ adjustmentSource, description, amountWithTax }) => ({
      code: coupons.get(adjustmentSource ?? '') ?? given(description) ?? 'discount',
      amount: money(-amountWithTax),
    })),
  };
}

/** What a shop puts on top (gift wrap) or takes off by hand. Its ids are of another series than those of lines. */
function surchargeOf(
  { id, sku, description, taxRate, price, priceWithTax }: NonNullable<OrderPayload['surcharges']>[number],
  money: Money,
): OrderLineRecord {
  const total = money(priceWithTax);
  return {
    id: `fee-${id}`,
    kind: total < 0 ? 'Discount' : 'Fee',
    sku: given(sku) ?? '',
    title: given(description) ?? 'surcharge',
    quantity: 1,
    cancelledQuantity: 0,
    fulfilledQuantity: 0,
    unitPrice: total,
    total,
    taxRate,
    taxAmount: money(priceWithTax - price),
    discountAmount: 0,
  };
}

type RefundPayload = NonNullable<OrderPayload['payments']>[number]['refunds'][number];
const REFUNDS: Readonly<Record<string, CreditRecord['state']>> = { Settled: 'Done', Failed: 'Failed' };

const refundOf = (
  { id, createdAt, state, total, shipping, reason, lines }: RefundPayload,
  money: Money,
): CreditRecord => ({
  id,
  at: createdAt,
  state: REFUNDS[state] ?? 'Requested',
  amount: money(total),
  // Vendure of today fills it where it was asked to refund shipping by itself.
  shippingAmount: shipping ? money(shipping) : undefined,
  reason: given(reason),
  lines: (lines ?? []).map(({ orderLineId, quantity }) => ({ lineId: orderLineId, quantity })),
});

function cancellationOf({ id, createdAt, data }: NonNullable<OrderPayload['history']>['items'][number]): CreditRecord {
  const { reason, lines } = cancellationData.safeParse(data).data ?? {};
  return {
    id,
    at: createdAt,
    state: 'Done',
    reason: given(reason),
    lines: (lines ?? []).map(({ orderLineId, quantity }) => ({ lineId: orderLineId, quantity })),
  };
}

function customerOf({
  customer,
  shippingAddress,
}: OrderPayload): Pick<OrderRecord, 'customerId' | 'customerEmail' | 'customerName' | 'customerPhone'> {
  return {
    customerId: customer?.id,
    customerEmail: given(customer?.emailAddress),
    customerName: given([customer?.firstName, customer?.lastName].filter(Boolean).join(' ')),
    customerPhone: given(customer?.phoneNumber) ?? given(shippingAddress?.phoneNumber),
  };
}

function lineOf(
  line: OrderPayload['lines'][number],
  fulfilledQuantity: number,
  money: (amount: number) => number,
): OrderLineRecord {
  return {
    id: line.id,
    sku: line.productVariant.sku,
    variantId: line.productVariant.id,
    title: line.productVariant.name,
    quantity: line.quantity,
    // Zero until the order is placed; an order that is edited may also grow.
    cancelledQuantity: Math.max(0, line.orderPlacedQuantity - line.quantity),
    fulfilledQuantity,
    unitPrice: money(line.unitPriceWithTax),
    total: money(line.proratedLinePriceWithTax),
    taxRate: line.taxRate,
    taxAmount: money(line.proratedLinePriceWithTax - line.proratedLinePrice),
    discountAmount: money(line.linePriceWithTax - line.proratedLinePriceWithTax),
    custom: customTexts(line.customFields),
  };
}

function addressOf(address: AddressPayload): Address {
  return {
    name: given(address?.fullName),
    company: given(address?.company),
    street1: given(address?.streetLine1),
    street2: given(address?.streetLine2),
    city: given(address?.city),
    region: given(address?.province),
    postalCode: given(address?.postalCode),
    country: given(address?.countryCode)?.toUpperCase(),
    phone: given(address?.phoneNumber),
  };
}

/** Vendure stores an empty string where nothing was typed. */
function given(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}
