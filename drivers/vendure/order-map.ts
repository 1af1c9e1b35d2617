import type { Address, OrderLineRecord, OrderRecord } from '../../model/records.ts';
import type { AddressPayload, OrderPayload } from './order-payload.ts';
import { fulfilmentState, isShipped, orderState, paymentState, piecesByLine } from './order-states.ts';
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
    lines: order.lines.map((line) => lineOf(line, shipped.get(line.id) ?? 0, money)),
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
