import type { CanonicalRecord, CreditRecord, OrderRecord, ProductRecord } from './records.ts';

/** Ids, numbers, SKUs and codes: what tables are indexed by, and people search for. */
export const LONGEST_KEY = 253;
/** Platforms without ids of images name them by their address. */
const LONGEST_IMAGE_ID = 1000;

/** A text by which a record or a part of it is known, what it is called, and how long it may be. */
type KeyText = readonly [what: string, text: string | undefined, longest?: number];

/**
 * What no table could hold: a key text that is too long for an index, in words that follow "the order 1001 cannot be
 * taken:". Judged before a record travels, for all drivers: one such record would stop its page. Pure.
 */
export function overlongKey(record: CanonicalRecord): string | undefined {
  for (const [what, text, longest = LONGEST_KEY] of keyTexts(record))
    if (text !== undefined && text.length > longest)
      return `${what} "${text.slice(0, 40).toWellFormed()}…" has ${text.length} characters, ${longest} is the most`;
  return undefined;
}

function keyTexts(record: CanonicalRecord): readonly KeyText[] {
  switch (record.kind) {
    case 'order':
      return orderTexts(record);
    case 'product':
      return productTexts(record);
    case 'stock':
      return [
        ['its SKU', record.sku],
        ['its variant id', record.variantId],
        ['its location id', record.locationId],
      ];
    case 'productSupplier':
      return [
        ['its variant id', record.variantId],
        ['its supplier id', record.supplierId],
        ["its supplier's SKU", record.supplierSku],
      ];
    case 'attributeSet':
    case 'attribute':
    case 'location':
    case 'shippingMethod':
    case 'supplier':
      return [
        ['its id', record.id],
        ['its code', record.code],
      ];
  }
}

function orderTexts(order: OrderRecord): readonly KeyText[] {
  const credits = (found: readonly CreditRecord[] = []): KeyText[] =>
    found.map(({ id }) => ['the id of a refund, return or cancellation', id]);
  return [
    ['its number', order.number],
    ['its id', order.id],
    ['its shipping method', order.shippingMethodCode],
    ...order.lines.flatMap(({ id, sku, variantId }): KeyText[] => [
      ['the SKU', sku],
      ['the id of the line', id],
      ['the variant id', variantId],
    ]),
    ...credits(order.refunds),
    ...credits(order.returns),
    ...credits(order.cancellations),
  ];
}

function productTexts({ id, variants, images, attributeSetId }: ProductRecord): readonly KeyText[] {
  return [
    ['its id', id],
    ['the id of its attribute set', attributeSetId],
    ...variants.flatMap((variant): KeyText[] => [
      ['the SKU', variant.sku],
      ['the variant id', variant.id],
    ]),
    ...images.map((image): KeyText => ['the id of the image', image.id, LONGEST_IMAGE_ID]),
  ];
}
