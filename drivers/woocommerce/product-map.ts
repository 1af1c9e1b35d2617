import type { ImageRecord, ProductRecord, StockRecord, VariantRecord } from '../../model/records.ts';
import type { UnreadableRecord } from '../contract/index.ts';
import { sum } from '../toolkit/money/exact.ts';
import type { WooProduct, WooSellable, WooVariation } from './payload.ts';

/** The one place that WooCommerce counts stock in. */
export const LOCATION = 'main';

/** What the shop has for all of its products. */
export interface ShopFacts {
  readonly currency: string;
  /** Of one unit of weight. */
  readonly grams: number;
}

export interface MappedProduct {
  readonly record: ProductRecord;
  /** Variants that are left out of it. */
  readonly parts: readonly UnreadableRecord[];
}

/** Types that have no price and no stock of their own. */
const NO_GOODS = ['grouped', 'external'];

/** What of a product is sold: itself, or its variations. */
export const sellables = (product: WooProduct, variations: readonly WooVariation[]): readonly WooSellable[] =>
  NO_GOODS.includes(product.type) ? [] : product.type.startsWith('variable') ? variations : [product];

/** The product as the hub has it. Throws a RangeError for an amount that is none. */
export function productRecord(
  product: WooProduct,
  variations: readonly WooVariation[],
  facts: ShopFacts,
): MappedProduct {
  const parts: UnreadableRecord[] = [];
  const variants: VariantRecord[] = [];
  for (const each of sellables(product, variations)) {
    const wrong = each.sku === '' ? 'NoSku' : (each.price ?? '') === '' ? 'NoPrice' : undefined;
    if (wrong === undefined) variants.push(variantOf(product, each, facts));
    else parts.push(leftOut(product, each, wrong));
  }
  return {
    parts,
    record: {
      kind: 'product',
      id: String(product.id),
      title: product.name,
      description: product.description || undefined,
      brand: product.brands[0]?.name,
      status: product.status === 'publish' ? 'Active' : 'Inactive',
      attributes: Object.fromEntries(
        product.attributes
          .filter(({ variation, options }) => !variation && options.length > 0)
          .map(({ name, options }) => [name, options.join(', ')]),
      ),
      createdAt: product.date_created_gmt == null ? undefined : `${product.date_created_gmt}Z`,
      updatedAt: `${product.date_modified_gmt}Z`,
      variants,
      images: imagesOf(product, variations),
    },
  };
}

const WORDS = {
  NoSku: 'has no SKU: give it one in WooCommerce',
  NoPrice: 'has no price: give it one in WooCommerce',
} as const;

function leftOut(product: WooProduct, { id }: WooSellable, reason: keyof typeof WORDS): UnreadableRecord {
  const which = id === product.id ? '' : `variation ${id} `;
  return {
    recordId: `variant:${id}`,
    part: true,
    reason,
    message: `product ${product.id} (${product.name.slice(0, 60)}): ${which}${WORDS[reason]}`,
  };
}

const optionsOf = (each: WooSellable): Record<string, string> =>
  'type' in each
    ? {}
    : Object.fromEntries(
        each.attributes.filter(({ option }) => option !== '').map(({ name, option }) => [name, option]),
      );

function variantOf(product: WooProduct, each: WooSellable, { currency, grams }: ShopFacts): VariantRecord {
  const options = optionsOf(each);
  const price = sum(currency, each.price ?? '');
  const onSale = (each.sale_price ?? '') !== '' && (each.regular_price ?? '') !== '';
  const regular = onSale ? sum(currency, each.regular_price ?? '') : price;
  const weight = each.weight === '' ? Number.NaN : Number(each.weight);
  const values = Object.values(options);
  return {
    id: String(each.id),
    sku: each.sku,
    title: values.length === 0 ? product.name : `${product.name} - ${values.join(', ')}`,
    barcode: each.global_unique_id || undefined,
    price,
    currency,
    compareAtPrice: regular > price ? regular : undefined,
    weightGrams: Number.isFinite(weight) ? Math.round(weight * grams) : undefined,
    enabled: each.id === product.id || each.status === 'publish',
    tracked: each.manage_stock === true,
    options,
  };
}

function imagesOf({ images }: WooProduct, variations: readonly WooVariation[]): ImageRecord[] {
  const variantOfImage = new Map(
    variations.flatMap(({ id, image }) => (image ? [[image.id, String(id)] as const] : [])),
  );
  const own = new Set(images.map(({ id }) => id));
  const more = variations.flatMap(({ image }) => (image && !own.has(image.id) ? [image] : []));
  const all = [...images, ...new Map(more.map((image) => [image.id, image])).values()];
  return all.map(({ id, src, alt }, position) => ({
    id: String(id),
    url: src,
    position,
    ...(alt === '' ? {} : { alt }),
    ...(variantOfImage.has(id) ? { variantId: variantOfImage.get(id)! } : {}),
  }));
}

/** Levels of what the shop counts by itself; what open orders have taken is not in the number. */
export function levelsOf(product: WooProduct, variations: readonly WooVariation[]): StockRecord[] {
  return sellables(product, variations).flatMap(({ id, sku, manage_stock, stock_quantity }) => {
    if (manage_stock !== true || stock_quantity == null || sku === '') return [];
    const pieces = Math.floor(stock_quantity);
    return [
      { kind: 'stock', variantId: String(id), sku, locationId: LOCATION, onHand: pieces, available: pieces } as const,
    ];
  });
}
