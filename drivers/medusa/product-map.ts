import type { ProductRecord, StockRecord, VariantRecord } from '../../model/records.ts';
import type { UnreadableRecord } from '../contract/index.ts';
import { amount } from '../toolkit/money/amount.ts';
import type { MedusaPrice, MedusaProduct, MedusaStock, MedusaVariant } from './payload.ts';

export interface MappedProduct {
  readonly record: ProductRecord;
  /** Variants that are left out of it. */
  readonly parts: readonly UnreadableRecord[];
}

/** The product as the hub has it; `currency`: of its prices. Throws a RangeError for an amount that is none. */
export function productRecord(product: MedusaProduct, currency: string): MappedProduct {
  const parts: UnreadableRecord[] = [];
  const variants: VariantRecord[] = [];
  for (const variant of product.variants) {
    const price = priceIn(variant.prices, currency);
    if (variant.sku === '') parts.push(leftOut(product, variant, 'NoSku', 'has no SKU: give it one in Medusa'));
    else if (!price) parts.push(leftOut(product, variant, 'NoPrice', `has no price: give it one in ${currency}`));
    else variants.push(variantOf(product, variant, price));
  }
  return {
    parts,
    record: {
      kind: 'product',
      id: product.id,
      title: product.title,
      description: product.description || undefined,
      status: product.status === 'published' ? 'Active' : 'Inactive',
      attributes: attributesOf(product),
      createdAt: product.created_at,
      updatedAt: product.updated_at,
      variants,
      images: product.images
        .map(({ id, url, rank }, index) => ({ id, url, position: rank ?? index }))
        .sort((a, b) => a.position - b.position),
    },
  };
}

/** The plain price of the currency, else the first that the variant has: no price list, no rule, no minimum. */
export function priceIn(prices: readonly MedusaPrice[], currency: string): MedusaPrice | undefined {
  const plain = prices.filter(isPlain);
  return plain.find((price) => price.currency_code.toUpperCase() === currency) ?? plain[0];
}

export const isPlain = ({ price_list_id: list, rules, min_quantity: min, max_quantity: max }: MedusaPrice): boolean =>
  list == null && min == null && max == null && Object.keys(rules ?? {}).length === 0;

function leftOut(
  { id, title }: MedusaProduct,
  variant: MedusaVariant,
  reason: string,
  words: string,
): UnreadableRecord {
  return {
    recordId: `variant:${variant.id}`,
    part: true,
    reason,
    message: `product ${id} (${title.slice(0, 60)}): its variant "${variant.title.slice(0, 60)}" ${words}`,
  };
}

function variantOf(product: MedusaProduct, variant: MedusaVariant, price: MedusaPrice): VariantRecord {
  const currency = price.currency_code.toUpperCase();
  const { title } = variant;
  return {
    id: variant.id,
    sku: variant.sku,
    title: title === '' || title === product.title ? product.title : `${product.title} - ${title}`,
    barcode: variant.barcode || variant.ean || variant.upc || undefined,
    price: amount(price.amount, currency),
    currency,
    weightGrams: variant.weight == null ? undefined : Math.round(variant.weight),
    enabled: true,
    tracked: variant.manage_inventory,
    options: Object.fromEntries(
      variant.options.flatMap(({ value, option }) => (option ? [[option.title, value] as const] : [])),
    ),
    ...(variant.updated_at == null ? {} : { updatedAt: variant.updated_at }),
  };
}

function attributesOf({ material, type, collection, metadata }: MedusaProduct): Record<string, string> {
  const own = { material, type: type?.value ?? '', collection: collection?.title ?? '' };
  return Object.fromEntries(
    Object.entries({ ...metadata, ...own }).flatMap(([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) && value !== '' ? [[name, String(value)] as const] : [],
    ),
  );
}

/** The one inventory item of which a variant takes one piece; undefined of a kit, and of what is not counted. */
export function ownItem({
  inventory_items: items,
  manage_inventory,
}: MedusaStock): MedusaStock['inventory_items'][number] | undefined {
  const [only, ...more] = items;
  return manage_inventory && more.length === 0 && only?.required_quantity === 1 ? only : undefined;
}

/** Levels of a variant by location: of a kit how many can be made of what lies there. */
export function levelsOf(variant: MedusaStock): StockRecord[] {
  const { id, sku, inventory_items: items } = variant;
  if (!variant.manage_inventory || sku === '' || items.length === 0) return [];
  const places = new Set(items[0]!.inventory?.location_levels.map(({ location_id }) => location_id));
  return [...places].flatMap((locationId) => {
    const parts = items.map(({ inventory, required_quantity: needed }) => {
      const level = inventory?.location_levels.find(({ location_id }) => location_id === locationId);
      return level && { level, needed: Math.max(1, needed) };
    });
    const there = parts.filter((part) => part !== undefined);
    if (there.length < parts.length) return [];
    const made = (of: (level: (typeof there)[number]['level']) => number): number =>
      Math.min(...there.map(({ level, needed }) => Math.floor(of(level) / needed)));
    const onHand = made(({ stocked_quantity }) => stocked_quantity);
    const available = made(({ stocked_quantity, reserved_quantity }) => stocked_quantity - reserved_quantity);
    return [
      { kind: 'stock', variantId: id, sku, locationId, onHand, allocated: onHand - available, available } as const,
    ];
  });
}
