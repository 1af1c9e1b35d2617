import type { CanonicalRecord, OrderRecord, ProductRecord } from './records.ts';

/** Ids, numbers, SKUs and codes: what tables are indexed by, and people search for. */
export const LONGEST_KEY = 253;
/** Platforms without ids of images name them by their address. */
const LONGEST_IMAGE_ID = 1000;

/** A text by which a record or a part of it is known: what it is called, and how long it may be. */
type Visit = (what: string, text: string | undefined, longest?: number) => void;

/**
 * What no table could hold: a key text that is too long for an index, in words that follow "the order 1001 cannot be
 * taken:". Judged before a record travels, for all drivers: one such record would stop its page. Pure.
 */
export function overlongKey(record: CanonicalRecord): string | undefined {
  let fault: string | undefined;
  eachKeyText(record, (what, text, longest = LONGEST_KEY) => {
    if (text === undefined || text.length <= longest) return;
    fault ??= `${what} "${text.slice(0, 40).toWellFormed()}…" has ${text.length} characters, ${longest} is the most`;
  });
  return fault;
}

function eachKeyText(record: CanonicalRecord, visit: Visit): void {
  switch (record.kind) {
    case 'order':
      return eachOfOrder(record, visit);
    case 'product':
      return eachOfProduct(record, visit);
    case 'stock':
      visit('its SKU', record.sku);
      visit('its variant id', record.variantId);
      return visit('its location id', record.locationId);
    case 'productSupplier':
      visit('its variant id', record.variantId);
      visit('its supplier id', record.supplierId);
      return visit("its supplier's SKU", record.supplierSku);
    case 'attributeSet':
    case 'attribute':
    case 'location':
    case 'shippingMethod':
    case 'supplier':
      visit('its id', record.id);
      return visit('its code', record.code);
  }
}

function eachOfOrder(order: OrderRecord, visit: Visit): void {
  visit('its number', order.number);
  visit('its id', order.id);
  visit('its shipping method', order.shippingMethodCode);
  for (const { id, sku, variantId } of order.lines) {
    visit('the SKU', sku);
    visit('the id of the line', id);
    visit('the variant id', variantId);
  }
  for (const credits of [order.refunds, order.returns, order.cancellations])
    for (const { id } of credits ?? []) visit('the id of a refund, return or cancellation', id);
}

function eachOfProduct({ id, variants, images, attributeSetId }: ProductRecord, visit: Visit): void {
  visit('its id', id);
  visit('the id of its attribute set', attributeSetId);
  for (const variant of variants) {
    visit('the SKU', variant.sku);
    visit('the variant id', variant.id);
  }
  for (const image of images) visit('the id of the image', image.id, LONGEST_IMAGE_ID);
}
