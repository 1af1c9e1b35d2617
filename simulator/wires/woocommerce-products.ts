import type { Level, ShopProduct, ShopVariant } from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';
import { BEYOND, dates, metaOf, moneyIn, type Meta } from './woocommerce-words.ts';

/** A product of GET /products: always one with variations, since each of the shop's has options. */
export function productJson(product: ShopProduct, poison?: Poison): Record<string, unknown> {
  const names = [...new Set(product.variants.flatMap(({ options }) => Object.keys(options)))];
  return {
    id: Number(product.id),
    name: product.title,
    ...dates('created', product.createdAt),
    ...dates('modified', product.updatedAt),
    type: 'variable',
    status: poison === 'state' ? 'in-quarantine' : product.active ? 'publish' : 'draft',
    description: product.description,
    sku: '',
    price: '',
    regular_price: '',
    sale_price: '',
    weight: '',
    manage_stock: false,
    stock_quantity: null,
    parent_id: 0,
    brands: [{ id: 1, name: product.brand, slug: product.brand.toLowerCase() }],
    attributes: [
      ...Object.entries(product.attributes).map(([name, value]) => ({
        ...{ id: 0, name, position: 0, visible: true, variation: false },
        options: [value],
      })),
      ...names.map((name) => ({
        ...{ id: 0, name, position: 1, visible: true, variation: true },
        options: product.variants.flatMap(({ options }) => options[name] ?? []),
      })),
    ],
    images: product.images.map(({ id, url, alt }) => ({ id: Number(id), src: url, name: '', alt: alt ?? '' })),
    variations: poison === 'shape' ? 'none' : product.variants.map(({ id }) => Number(id)),
    meta_data: [],
  };
}

export function variationJson(
  product: ShopProduct,
  variant: ShopVariant,
  level: Level | undefined,
  metas: readonly Meta[],
  poison?: Poison,
): Record<string, unknown> {
  const money = moneyIn(variant.currency);
  const price = poison === 'amount' ? BEYOND : money(variant.price);
  return {
    id: Number(variant.id),
    parent_id: Number(product.id),
    ...dates('created', product.createdAt),
    ...dates('modified', product.updatedAt),
    description: '',
    sku: variant.sku,
    global_unique_id: variant.barcode ?? '',
    price,
    regular_price: variant.comparePrice === undefined ? price : money(variant.comparePrice),
    sale_price: variant.comparePrice === undefined ? '' : price,
    on_sale: variant.comparePrice !== undefined,
    status: variant.enabled ? 'publish' : 'private',
    manage_stock: variant.tracked,
    stock_quantity: variant.tracked && level ? level.onHand - level.allocated : null,
    weight: String(variant.weightGrams / 1000),
    image: null,
    attributes: Object.entries(variant.options).map(([name, option]) => ({ id: 0, name, option })),
    meta_data: metaOf(metas),
  };
}
