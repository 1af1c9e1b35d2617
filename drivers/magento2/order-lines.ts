import type { LineKind, OrderLineRecord } from '../../model/records.ts';
import { exact, minus, total, units, type Exact } from '../toolkit/money/exact.ts';
import type { MagentoItem, MagentoOrder } from './order-payload.ts';

/** An order that cannot be taken, in words for the shop's owner. */
export class NotTaken extends Error {}

/** What is neither packed nor counted by itself. */
const DIGITAL = ['virtual', 'downloadable'];

/** Items with what stands above and below them. */
export interface Family {
  readonly item: MagentoItem;
  readonly parent: MagentoItem | undefined;
  readonly children: readonly MagentoItem[];
}

/** The items that are lines: of a configurable product the upper one, of a bundle both. */
export function families({ items }: Pick<MagentoOrder, 'items'>): Family[] {
  const byId = new Map(items.map((item) => [item.item_id, item]));
  const parentOf = (item: MagentoItem) => (item.parent_item_id == null ? undefined : byId.get(item.parent_item_id));
  return items.flatMap((item) => {
    const parent = parentOf(item);
    if (parent && parent.product_type !== 'bundle') return [];
    return [{ item, parent, children: items.filter((each) => parentOf(each) === item) }];
  });
}

/**
 * Goods and all else that was bought. A configurable product has its price above and its product below; of a bundle
 * either has the price, never both. Of an order that was cancelled as a whole the pieces stay.
 */
export function linesOf(order: MagentoOrder, cancelled: boolean): OrderLineRecord[] {
  const all = families(order);
  return all.map((family, index) => {
    const { item } = family;
    for (const [name, quantity] of [
      ['ordered', item.qty_ordered],
      ['cancelled', item.qty_canceled],
    ] as const)
      if (!Number.isInteger(quantity))
        throw new NotTaken(
          `line ${index + 1} (${item.name.slice(0, 60)}) has the quantity ${quantity} (${name}): only whole pieces can be handled, sell it in a smaller unit or split the order by hand`,
        );
    return lineOf(family, order.order_currency_code, cancelled, index);
  });
}

function lineOf(family: Family, currency: string, whole: boolean, index: number): OrderLineRecord {
  const { item, parent, children } = family;
  const kind = kindOf(family);
  if (item.sku === '' && kind === undefined)
    throw new NotTaken(`line ${index + 1} (${item.name.slice(0, 60)}) has no SKU: enter the order again with one`);
  const cancelledQuantity = whole ? 0 : item.qty_canceled;
  const quantity = item.qty_ordered - cancelledQuantity;
  // What the parts of a bundle cost, the bundle repeats.
  const free = kind === 'Bundle' && children.some((child) => gross(child) !== 0);
  const part = (value: Exact): number =>
    free || item.qty_ordered === 0 ? 0 : units(value, currency, quantity, item.qty_ordered);
  const paid = part(gross(item));
  const before = part(total(item.row_total_incl_tax ?? 0));
  return {
    id: String(item.item_id),
    ...(kind === undefined ? {} : { kind }),
    sku: item.sku,
    variantId: variantOf(family),
    title: item.name,
    quantity,
    cancelledQuantity,
    fulfilledQuantity: shippedOf(item, parent),
    unitPrice: free ? 0 : units(exact(item.price_incl_tax ?? item.price ?? 0), currency),
    total: paid,
    taxRate: Number(item.tax_percent ?? 0),
    taxAmount: part(total(item.tax_amount)),
    discountAmount: Math.max(0, before - paid),
    ...(parent ? { parentId: String(parent.item_id) } : {}),
  };
}

/** Of all pieces that were ordered, with tax and without what was taken off. */
const gross = (item: MagentoItem): Exact =>
  minus(total(item.row_total, item.tax_amount, item.discount_tax_compensation_amount), total(item.discount_amount));

function kindOf({ item, children }: Family): LineKind | undefined {
  if (item.product_type === 'bundle') return 'Bundle';
  if (item.product_type === 'giftcard') return item.is_virtual ? 'GiftCard' : undefined;
  const sold = item.product_type === 'configurable' ? (children[0] ?? item) : item;
  return DIGITAL.includes(sold.product_type) ? 'Digital' : undefined;
}

function variantOf({ item, children }: Family): string | undefined {
  const sold = item.product_type === 'configurable' ? children[0] : item;
  return sold?.product_id == null ? undefined : String(sold.product_id);
}

/** Parts of a bundle that goes out as one are counted at the bundle. */
export function shippedOf(item: MagentoItem, parent: MagentoItem | undefined): number {
  if (item.qty_shipped > 0 || !parent || parent.qty_shipped === 0 || parent.qty_ordered === 0)
    return Math.floor(item.qty_shipped);
  return Math.floor((parent.qty_shipped * item.qty_ordered) / parent.qty_ordered);
}

/** Store credit, gift cards, gift wrapping, extensions: what items and shipping do not explain is a line of its own. */
export function restOf(lines: readonly OrderLineRecord[], wanted: number): OrderLineRecord[] {
  const off = wanted - lines.reduce((sum, line) => sum + line.total, 0);
  if (off === 0) return [];
  const small = Math.abs(off) <= lines.length + 1;
  return [
    {
      ...{ id: 'other', kind: off < 0 ? 'Discount' : 'Fee', sku: '' },
      title: small ? 'Rounding' : off < 0 ? 'Store credit and other deductions' : 'Other charges',
      ...{ quantity: 1, cancelledQuantity: 0, fulfilledQuantity: 0, unitPrice: off, total: off },
      ...{ taxRate: 0, taxAmount: 0, discountAmount: 0 },
    },
  ];
}
