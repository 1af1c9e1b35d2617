import type { OrderLineRecord, OrderTax } from '../../model/records.ts';
import { amount } from '../toolkit/money/amount.ts';
import { numberOf } from './ids.ts';
import type { CreditsPayload, LinePayload, MoneyBag, OrderPayload, TaxLine } from './payload.ts';

/** An order that cannot be taken, in words for the shop's owner. */
export class NotTaken extends Error {}

/** In the currency of the shop, always: what buyers see in another one is Shopify's conversion. */
export const units = ({ shopMoney }: MoneyBag, currency: string): number => amount(shopMoney.amount, currency);
export const sumOf = (bags: readonly MoneyBag[], currency: string): number =>
  bags.reduce((sum, bag) => sum + units(bag, currency), 0);

export const taxIn = (taxes: readonly TaxLine[], currency: string): number =>
  sumOf(
    taxes.map(({ priceSet }) => priceSet),
    currency,
  );
const percent = ({ rate, ratePercentage }: TaxLine): number =>
  ratePercentage ?? (rate == null ? 0 : Math.round(rate * 1e6) / 1e4);
const rateOf = (taxes: readonly TaxLine[]): number => taxes.reduce((sum, tax) => sum + percent(tax), 0);

export const taxesOf = (order: OrderPayload): OrderTax[] =>
  order.taxLines.map((tax) => ({
    rate: percent(tax),
    amount: units(tax.priceSet, order.currencyCode),
    title: tax.title ?? undefined,
  }));

/** Goods, the bundles that they are parts of, and fees. */
export function linesOf(order: OrderPayload, credits: CreditsPayload | undefined): OrderLineRecord[] {
  const items = order.lineItems.nodes;
  const groups = new Map(items.flatMap(({ lineItemGroup: group }) => (group ? [[group.id, group] as const] : [])));
  return [
    ...[...groups.values()].map(bundleOf),
    ...items.map((line, index) => lineOf(order, line, index, kept(credits, line.id))),
    ...feesOf(order),
  ];
}

/** Pieces that were given back and are in the order all the same: they were sent, or still are to be. */
function kept(credits: CreditsPayload | undefined, lineId: string): number {
  return (credits?.refunds ?? [])
    .flatMap(({ refundLineItems }) => refundLineItems.nodes)
    .filter(({ lineItem, restockType }) => lineItem.id === lineId && restockType !== 'CANCEL')
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Pieces that an edit or a cancellation took out; of a cancelled order all stay, its state says enough. */
export const cancelledOf = (order: OrderPayload, line: LinePayload, returned: number): number =>
  order.cancelledAt == null ? Math.max(0, line.quantity - line.currentQuantity - returned) : 0;

function lineOf(order: OrderPayload, line: LinePayload, index: number, returned: number): OrderLineRecord {
  const kind = line.isGiftCard ? 'GiftCard' : line.requiresShipping ? undefined : 'Digital';
  const sku = line.sku ?? '';
  if (sku === '' && kind === undefined)
    throw new NotTaken(`line ${index + 1} (${line.title.slice(0, 60)}) has no SKU: give the variant a SKU in Shopify`);
  const cancelledQuantity = cancelledOf(order, line, returned);
  const quantity = line.quantity - cancelledQuantity;
  const { currencyCode: currency } = order;
  const price = units(line.originalUnitPriceSet, currency);
  const discount = sumOf(
    line.discountAllocations.map(({ allocatedAmountSet }) => allocatedAmountSet),
    currency,
  );
  const taxAmount = taxIn(line.taxLines, currency);
  const taxRate = rateOf(line.taxLines);
  const added = order.taxesIncluded ? 0 : taxAmount;
  return {
    id: numberOf(line.id),
    sku,
    variantId: line.variant ? numberOf(line.variant.id) : undefined,
    title: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    quantity,
    cancelledQuantity,
    fulfilledQuantity: order.cancelledAt == null ? Math.max(0, quantity - line.unfulfilledQuantity) : 0,
    unitPrice: order.taxesIncluded ? price : Math.round(price * (1 + taxRate / 100)),
    total: price * quantity - discount + added,
    taxRate,
    taxAmount,
    discountAmount: discount,
    ...(kind === undefined ? {} : { kind }),
    ...(line.lineItemGroup ? { parentId: numberOf(line.lineItemGroup.id) } : {}),
    ...customOf(line.customAttributes),
  };
}

/** Fields that the shop has added; those that begin with an underscore are an app's own. */
export function customOf(fields: LinePayload['customAttributes']): { readonly custom?: Record<string, string> } {
  const given = fields.flatMap(({ key, value }) => (key.startsWith('_') || !value ? [] : [[key, value] as const]));
  return given.length === 0 ? {} : { custom: Object.fromEntries(given) };
}

/** The set that the buyer chose: its price stands at its parts. */
const bundleOf = (group: NonNullable<LinePayload['lineItemGroup']>): OrderLineRecord => ({
  ...{ id: numberOf(group.id), kind: 'Bundle', sku: group.variantSku ?? '', title: group.title },
  ...(group.variantId ? { variantId: numberOf(group.variantId) } : {}),
  ...{ quantity: group.quantity, cancelledQuantity: 0, fulfilledQuantity: 0, unitPrice: 0, total: 0 },
  ...{ taxRate: 0, taxAmount: 0, discountAmount: 0 },
});

function feesOf(order: OrderPayload): OrderLineRecord[] {
  const { currencyCode: currency } = order;
  const fee = (id: string, title: string, total: number, taxes: readonly TaxLine[] = []): OrderLineRecord => ({
    ...{ id, kind: 'Fee', sku: '', title, quantity: 1, cancelledQuantity: 0, fulfilledQuantity: 0 },
    ...{ unitPrice: total, total, taxRate: rateOf(taxes), taxAmount: taxIn(taxes, currency), discountAmount: 0 },
  });
  const tip = units(order.totalTipReceivedSet, currency);
  const duties = order.currentTotalDutiesSet ? units(order.currentTotalDutiesSet, currency) : 0;
  return [
    ...order.additionalFees.map(({ id, name, price, taxLines }) =>
      fee(numberOf(id), name, units(price, currency) + (order.taxesIncluded ? 0 : taxIn(taxLines, currency)), taxLines),
    ),
    ...(tip > 0 ? [fee('tip', 'Tip', tip)] : []),
    ...(duties > 0 ? [fee('duties', 'Duties', duties)] : []),
  ];
}
