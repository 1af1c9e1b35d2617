import type { OrderLineRecord } from '../../model/records.ts';
import { amount } from '../toolkit/money/amount.ts';
import type { MedusaItem, MedusaOrder } from './payload.ts';

/** An order that cannot be taken, in words for the shop's owner. */
export class NotTaken extends Error {}

/** Items, and credits of the whole order, which are no item. Throws NotTaken, or a RangeError. */
export function linesOf(order: MedusaOrder): OrderLineRecord[] {
  const currency = order.currency_code.toUpperCase();
  return [
    ...order.items.map((item, index) => lineOf(item, index, currency)),
    ...order.credit_lines.map(({ id, amount: credit, reference }): OrderLineRecord => {
      const total = -amount(credit, currency);
      return {
        ...{ id, kind: total < 0 ? 'Discount' : 'Fee', sku: '', title: reference || 'Credit' },
        ...{ quantity: 1, cancelledQuantity: 0, fulfilledQuantity: 0, unitPrice: total, total },
        ...{ taxRate: 0, taxAmount: 0, discountAmount: 0 },
      };
    }),
  ];
}

/** What is sent already: what was brought without being sent (a download) counts, too. */
export const sentPieces = ({ detail }: MedusaItem): number =>
  Math.max(detail.shipped_quantity, detail.delivered_quantity);

function lineOf(item: MedusaItem, index: number, currency: string): OrderLineRecord {
  const kind = item.is_giftcard ? 'GiftCard' : item.requires_shipping ? undefined : 'Digital';
  if (kind === undefined && item.variant_sku === '')
    throw new NotTaken(`line ${index + 1} (${item.title.slice(0, 60)}) has no SKU: give the variant a SKU in Medusa`);
  const total = amount(item.total, currency);
  const original = amount(item.original_total, currency);
  // Medusa takes what came back out of the totals of a line, and leaves its quantity.
  const counted = item.quantity - item.detail.return_received_quantity - item.detail.return_dismissed_quantity;
  return {
    id: item.id,
    ...(kind === undefined ? {} : { kind }),
    sku: item.variant_sku,
    variantId: item.variant_id ?? undefined,
    title: titleOf(item),
    quantity: item.quantity,
    cancelledQuantity: 0,
    fulfilledQuantity: sentPieces(item),
    unitPrice: counted > 0 ? amount(item.original_total / counted, currency) : 0,
    total,
    taxRate: item.tax_lines.reduce((sum, { rate }) => sum + rate, 0),
    taxAmount: amount(item.tax_total, currency),
    discountAmount: Math.max(0, original - total),
  };
}

/** The product, and which of its variants where it has several. */
function titleOf({ title, variant_title: variant }: MedusaItem): string {
  return variant === '' || variant === title || variant.startsWith('Default') ? title : `${title} - ${variant}`;
}
