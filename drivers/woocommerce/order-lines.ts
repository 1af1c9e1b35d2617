import type { OrderLineRecord, OrderState } from '../../model/records.ts';
import { sum, total as totalOf, units } from '../toolkit/money/exact.ts';
import type { WooFee, WooFulfillment, WooLine, WooOrder, WooTax } from './payload.ts';

/** An order that cannot be taken, in words for the shop's owner. */
export class NotTaken extends Error {}

/** Goods and fees, with what of them was sent. Throws NotTaken. */
export function linesOf(
  order: WooOrder,
  fulfillments: readonly WooFulfillment[],
  state: OrderState,
): OrderLineRecord[] {
  const rates = new Map(order.tax_lines.map((tax) => [String(tax.rate_id), tax]));
  const shipped = shippedPieces(fulfillments);
  // A shop that does not use fulfilments completes an order when all of it has left.
  const allOut = state === 'Completed' && fulfillments.length === 0;
  return [
    ...order.line_items.map((line, index) => {
      if (line.sku === '')
        throw new NotTaken(
          `line ${index + 1} (${line.name.slice(0, 60)}) has no SKU: give the product a SKU in WooCommerce`,
        );
      const pieces = allOut ? line.quantity : (shipped.get(String(line.id)) ?? 0);
      return lineOf(line, order.currency, rates, pieces);
    }),
    ...order.fee_lines.map((fee) => feeOf(fee, order.currency, rates)),
  ];
}

/** Pieces of each line that are in parcels. */
export function shippedPieces(fulfillments: readonly WooFulfillment[]): ReadonlyMap<string, number> {
  const pieces = new Map<string, number>();
  for (const { lineId, quantity } of fulfillments.filter(({ shipped }) => shipped).flatMap(({ lines }) => lines))
    pieces.set(lineId, (pieces.get(lineId) ?? 0) + quantity);
  return pieces;
}

function lineOf(
  line: WooLine,
  currency: string,
  rates: ReadonlyMap<string, WooTax>,
  fulfilledQuantity: number,
): OrderLineRecord {
  const before = totalOf(line.subtotal, line.subtotal_tax);
  const total = sum(currency, line.total, line.total_tax);
  return {
    id: String(line.id),
    sku: line.sku,
    variantId: variantOf(line),
    title: line.name,
    quantity: line.quantity,
    cancelledQuantity: 0,
    fulfilledQuantity,
    unitPrice: line.quantity === 0 ? 0 : units(before, currency, 1, line.quantity),
    total,
    ...taxesIn(line, currency, rates),
    discountAmount: Math.max(0, units(before, currency) - total),
  };
}

/** A product without variations is its own variant. */
function variantOf({ product_id, variation_id }: WooLine): string | undefined {
  const id = variation_id || product_id;
  return id > 0 ? String(id) : undefined;
}

function feeOf(fee: WooFee, currency: string, rates: ReadonlyMap<string, WooTax>): OrderLineRecord {
  const total = sum(currency, fee.total, fee.total_tax);
  return {
    ...{ id: String(fee.id), kind: total < 0 ? 'Discount' : 'Fee', sku: '', title: fee.name },
    ...{ quantity: 1, cancelledQuantity: 0, fulfilledQuantity: 0, unitPrice: total, total, discountAmount: 0 },
    ...taxesIn(fee, currency, rates),
  };
}

function taxesIn({ total, total_tax, taxes }: WooFee, currency: string, rates: ReadonlyMap<string, WooTax>) {
  const taxAmount = sum(currency, total_tax);
  const percents = taxes.filter((tax) => tax.total !== '').map(({ id }) => rates.get(String(id))?.rate_percent);
  const net = Number(total);
  const computed = net === 0 ? 0 : Math.round((Number(total_tax) / net) * 1000) / 10;
  return {
    taxAmount,
    taxRate: percents.every((percent) => percent != null)
      ? percents.reduce((all, percent) => all + percent, 0)
      : computed,
  };
}

/** What the order has at one rate, shipping with it. */
export const taxOf = ({ label, rate_percent, tax_total, shipping_tax_total }: WooTax, currency: string) => ({
  rate: rate_percent ?? 0,
  amount: sum(currency, tax_total, shipping_tax_total),
  title: label || undefined,
});
