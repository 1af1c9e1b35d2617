import { decimalString } from '../../model/money.ts';
import type { Level, ShopProduct, ShopVariant } from '../shop/model.ts';
import type { Poison, Shop } from '../shop/shop.ts';
import { connection, gid, locationObject, seconds, type Obj } from './shopify-words.ts';

/** Levels by their variant. */
export type Levels = ReadonlyMap<string, readonly Level[]>;
export const levelsOf = (shop: Shop): Levels => Map.groupBy(shop.levels.values(), ({ variantId }) => variantId);

/** A product with its variants. */
export function productObject(shop: Shop, product: ShopProduct, levels: Levels): Obj {
  const poison = shop.poisoned.get(product.id);
  return {
    __typename: 'Product',
    id: gid('Product', product.id),
    title: product.title,
    descriptionHtml: product.description,
    vendor: product.brand,
    productType: '',
    status: product.active ? 'ACTIVE' : 'DRAFT',
    tags: [],
    createdAt: poison === 'shape' || poison === 'state' ? 'some day' : seconds(product.createdAt),
    updatedAt: seconds(product.updatedAt),
    metafields: connection(
      Object.entries(product.attributes).map(([key, value]) => ({
        id: gid('Metafield', `${product.id}${key}`),
        namespace: 'custom',
        key,
        value,
        type: 'single_line_text_field',
      })),
    ),
    media: connection(
      product.images.map(({ id, url, alt }) => ({
        __typename: 'MediaImage',
        id: gid('MediaImage', id),
        alt: alt ?? null,
        image: { id: gid('ImageSource', id), url, altText: alt ?? null },
      })),
    ),
    variants: connection(product.variants.map((variant) => variantObject(shop, product, variant, levels, poison))),
  };
}

/** A variant; Shopify gives it a time of its own, which moves with its product here. */
export function variantObject(
  shop: Shop,
  product: ShopProduct,
  variant: ShopVariant,
  levels: Levels,
  poison?: Poison,
): Obj {
  const own = levels.get(variant.id) ?? [];
  const title = Object.values(variant.options).join(' / ') || 'Default Title';
  return {
    __typename: 'ProductVariant',
    id: gid('ProductVariant', variant.id),
    legacyResourceId: variant.id,
    sku: variant.sku === '' ? null : variant.sku,
    title,
    displayName: `${product.title} - ${title}`,
    barcode: variant.barcode ?? null,
    price: poison === 'amount' ? 'on request' : decimalString(variant.price, variant.currency),
    compareAtPrice: variant.comparePrice === undefined ? null : decimalString(variant.comparePrice, variant.currency),
    createdAt: seconds(product.createdAt),
    updatedAt: seconds(product.updatedAt),
    selectedOptions: Object.entries(variant.options).map(([name, value]) => ({ name, value })),
    inventoryQuantity: own.reduce((sum, { onHand, allocated }) => sum + onHand - allocated, 0),
    inventoryItem: {
      __typename: 'InventoryItem',
      id: gid('InventoryItem', variant.id),
      sku: variant.sku,
      tracked: variant.tracked,
      requiresShipping: true,
      measurement: { weight: { unit: 'GRAMS', value: variant.weightGrams } },
      inventoryLevels: connection(variant.tracked ? own.map((level) => levelObject(shop, level)) : []),
    },
    media: connection([]),
    product: () => productObject(shop, product, levels),
  };
}

function levelObject(shop: Shop, { variantId, locationId, onHand, allocated }: Level): Obj {
  const counted: Readonly<Record<string, number>> = {
    available: onHand - allocated,
    on_hand: onHand,
    committed: allocated,
    incoming: 0,
    reserved: 0,
  };
  return {
    __typename: 'InventoryLevel',
    id: gid('InventoryLevel', `${variantId}-${locationId}`),
    location: locationObject(
      shop.locations.find(({ id }) => id === locationId) ?? { id: locationId, name: locationId },
    ),
    updatedAt: seconds(shop.now().toISOString()),
    quantities: ({ names }: { readonly names: readonly string[] }) =>
      names.flatMap((name) => (counted[name] === undefined ? [] : [{ name, quantity: counted[name] }])),
  };
}
