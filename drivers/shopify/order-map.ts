import type {
  Address,
  FulfilmentState,
  OrderLineRecord,
  OrderPayment,
  OrderRecord,
  OrderState,
  PaymentState,
} from '../../model/records.ts';
import type { Settings } from './config.ts';
import { numberOf } from './ids.ts';
import { creditsOf } from './order-credits.ts';
import { customOf, linesOf, NotTaken, sumOf, taxesOf, taxIn, units } from './order-lines.ts';
import type { AddressPayload, CreditsPayload, OrderPayload } from './payload.ts';

const PAYMENTS: Readonly<Record<string, PaymentState>> = {
  PENDING: 'Unpaid',
  AUTHORIZED: 'Authorized',
  PARTIALLY_PAID: 'PartiallyPaid',
  PAID: 'Paid',
  PARTIALLY_REFUNDED: 'PartiallyRefunded',
  REFUNDED: 'Refunded',
  VOIDED: 'Failed',
  EXPIRED: 'Failed',
};
const FULFILLED = ['FULFILLED', 'FULFILLMENT_NOT_REQUIRED'];

/** The order as the hub has it. Throws NotTaken, or a RangeError for an amount that is none. */
export function orderRecord(order: OrderPayload, credits: CreditsPayload | undefined, settings: Settings): OrderRecord {
  const { currencyCode: currency } = order;
  const { currencyCode: told } = order.totalPriceSet.shopMoney;
  if (told !== currency) throw new NotTaken(`is in ${currency}, and its total in ${told}: no amount of it is sure`);
  const lines = linesOf(order, credits);
  const state = stateOf(order);
  const [shipping] = order.shippingLines.nodes.filter(({ isRemoved }) => !isRemoved);
  return {
    kind: 'order',
    id: numberOf(order.id),
    number: order.name,
    placedAt: order.processedAt,
    updatedAt: order.updatedAt,
    state,
    fulfilmentState: fulfilmentOf(state, lines),
    platformState: `${order.displayFinancialStatus ?? 'NO PAYMENT'}, ${order.displayFulfillmentStatus}`,
    currency,
    ...totalsOf(order, credits, lines),
    ...moneyOf(order, settings),
    ...creditsOf(credits, currency),
    customerId: order.customer ? numberOf(order.customer.id) : undefined,
    customerEmail: given(order.email),
    customerName: given(order.customer?.displayName) ?? given(order.billingAddress?.name),
    customerPhone: given(order.phone),
    shippingAddress: addressOf(order.shippingAddress ?? order.billingAddress),
    billingAddress: addressOf(order.billingAddress),
    shippingMethodCode: shipping && (given(shipping.code) ?? given(shipping.title)),
    shippingMethodName: shipping && given(shipping.title),
    note: given(order.note),
    lines,
    ...(order.test ? { test: true as const } : {}),
    hold: holdOf(order),
    channel: order.sourceName === 'web' ? undefined : given(order.sourceName),
    references: order.poNumber ? { purchase_order: order.poNumber } : undefined,
    ...customOf(order.customAttributes),
  };
}

function stateOf({ cancelledAt, displayFulfillmentStatus }: OrderPayload): OrderState {
  if (cancelledAt != null) return 'Cancelled';
  return FULFILLED.includes(displayFulfillmentStatus) ? 'Completed' : 'Open';
}

/** By the pieces: Shopify's own word tells of holds and schedules, too. */
function fulfilmentOf(state: OrderState, lines: readonly OrderLineRecord[]): FulfilmentState {
  if (state === 'Completed') return 'Fulfilled';
  const goods = lines.filter(({ kind }) => kind === undefined);
  if (goods.every(({ fulfilledQuantity }) => fulfilledQuantity === 0)) return 'Unfulfilled';
  return goods.every(({ quantity, fulfilledQuantity }) => fulfilledQuantity >= quantity)
    ? 'Fulfilled'
    : 'PartiallyFulfilled';
}

/**
 * What the buyer was to pay, before anything was given back. Where pieces were taken out, the order as it is now says
 * so, and what was given back for others is added to it.
 */
function totalsOf(order: OrderPayload, credits: CreditsPayload | undefined, lines: readonly OrderLineRecord[]) {
  const { currencyCode: currency } = order;
  const edited = lines.some(({ cancelledQuantity }) => cancelledQuantity > 0);
  const returned = (credits?.refunds ?? []).flatMap(({ refundLineItems }) =>
    refundLineItems.nodes.filter(({ restockType }) => restockType !== 'CANCEL'),
  );
  const shippingBack = (credits?.refunds ?? []).flatMap(({ refundShippingLines }) => refundShippingLines.nodes);
  const goodsBack = returned.map(({ subtotalSet }) => subtotalSet);
  const taxBack = [
    ...returned.map(({ totalTaxSet }) => totalTaxSet),
    ...shippingBack.map(({ taxAmountSet }) => taxAmountSet),
  ];
  const shippingLines = order.shippingLines.nodes.filter(({ isRemoved }) => !isRemoved);
  const back = sumOf(
    [...goodsBack, ...taxBack, ...shippingBack.map(({ subtotalAmountSet }) => subtotalAmountSet)],
    currency,
  );
  return {
    itemsTotal: lines.reduce((sum, { total }) => sum + total, 0),
    shippingTotal:
      sumOf(
        shippingLines.map(({ discountedPriceSet }) => discountedPriceSet),
        currency,
      ) + (order.taxesIncluded ? 0 : shippingLines.reduce((sum, { taxLines }) => sum + taxIn(taxLines, currency), 0)),
    taxTotal: edited
      ? units(order.currentTotalTaxSet, currency) + sumOf(taxBack, currency)
      : sumOf(order.totalTaxSet ? [order.totalTaxSet] : [], currency),
    discountTotal: edited
      ? units(order.currentTotalDiscountsSet, currency)
      : sumOf(order.totalDiscountsSet ? [order.totalDiscountsSet] : [], currency),
    grandTotal: edited ? units(order.currentTotalPriceSet, currency) + back : units(order.totalPriceSet, currency),
    taxes: taxesOf(order),
    discounts: discountsOf(order),
  };
}

/** What each code took off, from lines and shipping together. */
function discountsOf(order: OrderPayload): { readonly code: string; readonly amount: number }[] {
  const allocated = [...order.lineItems.nodes, ...order.shippingLines.nodes].flatMap(
    ({ discountAllocations }) => discountAllocations,
  );
  return order.discountApplications.nodes.flatMap(({ index, code, title }) => {
    const name = code ?? title ?? '';
    const own = allocated.filter(({ discountApplication }) => discountApplication.index === index);
    return name === ''
      ? []
      : [
          {
            code: name,
            amount: sumOf(
              own.map(({ allocatedAmountSet }) => allocatedAmountSet),
              order.currencyCode,
            ),
          },
        ];
  });
}

function moneyOf(order: OrderPayload, settings: Settings) {
  const { currencyCode: currency } = order;
  const paymentState = paymentOf(order);
  const { paymentGatewayNames: gateways } = order;
  const terms = gateways.some((name) => settings.onDeliveryGateways.includes(name))
    ? ('OnDelivery' as const)
    : order.paymentTerms || gateways.some((name) => settings.invoiceGateways.includes(name))
      ? ('Invoice' as const)
      : undefined;
  return {
    paymentState,
    paymentTerms: terms,
    paidTotal: units(order.totalReceivedSet, currency),
    refundedTotal: units(order.totalRefundedSet, currency),
    payments: order.transactions.flatMap((each) => paymentRecord(each, paymentState, currency)),
  };
}

function paymentOf({ displayFinancialStatus: status }: OrderPayload): PaymentState {
  const state = status == null ? 'Unpaid' : PAYMENTS[status];
  if (state === undefined)
    throw new NotTaken(`has the payment status ${status}, which the driver does not know: a newer release may`);
  return state;
}

/** What was paid, reserved or failed; an authorisation that was captured is told by its capture. */
function paymentRecord(
  { kind, status, gateway, paymentId, amountSet }: OrderPayload['transactions'][number],
  payment: PaymentState,
  currency: string,
): OrderPayment[] {
  const of = (state: OrderPayment['state']): OrderPayment[] => [
    { method: gateway || 'other', amount: units(amountSet, currency), state, reference: given(paymentId) },
  ];
  if (!['SALE', 'CAPTURE', 'AUTHORIZATION', 'EMV_AUTHORIZATION'].includes(kind)) return [];
  if (status === 'FAILURE' || status === 'ERROR') return of('Failed');
  if (status !== 'SUCCESS') return [];
  if (kind === 'SALE' || kind === 'CAPTURE') return of('Paid');
  if (payment === 'Failed') return of('Failed');
  return payment === 'Authorized' ? of('Authorized') : [];
}

function holdOf({ fulfillmentOrders: { nodes }, cancelledAt }: OrderPayload): OrderRecord['hold'] {
  if (cancelledAt != null) return undefined;
  const held = nodes.find(({ status }) => status === 'ON_HOLD');
  const [hold] = held?.fulfillmentHolds ?? [];
  if (held)
    return {
      reason: 'OnHold',
      message: given(hold?.reasonNotes) ?? given(hold?.displayReason) ?? 'the order is on hold in Shopify',
    };
  const scheduled = nodes.find(({ status }) => status === 'SCHEDULED');
  return scheduled && { reason: 'Scheduled', message: `not to be sent before ${scheduled.fulfillAt ?? 'its day'}` };
}

function addressOf(address: AddressPayload): Address {
  if (!address) return {};
  return {
    name: given(address.name),
    company: given(address.company),
    street1: given(address.address1),
    street2: given(address.address2),
    city: given(address.city),
    region: given(address.province),
    postalCode: given(address.zip),
    country: given(address.countryCodeV2),
    phone: given(address.phone),
  };
}

const given = (text: string | null | undefined): string | undefined => text || undefined;
