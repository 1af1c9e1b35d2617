import type { Level, ShopProduct, ShopVariant, SupplierPrice } from '../shop/model.ts';
import type { Poison, Shop } from '../shop/shop.ts';
import { localTime } from './prestashop-lists.ts';
import { both, fieldsOf, moneyIn } from './prestashop-orders.ts';
import { Words, type Fields } from './prestashop-output.ts';

const UNREADABLE = 'upon request';

/** Numbers of texts, in the order in which they are first asked for. */
export class Numbers {
  readonly #known = new Map<string, string>();

  of(...texts: readonly string[]): string {
    const key = JSON.stringify(texts);
    const known = this.#known.get(key) ?? String(this.#known.size + 1);
    this.#known.set(key, known);
    return known;
  }

  all(): { readonly number: string; readonly texts: readonly string[] }[] {
    return [...this.#known].map(([key, number]) => ({ number, texts: JSON.parse(key) as string[] }));
  }
}

/** Groups and values of attributes (of combinations) and features (of products). */
export interface Dictionary {
  readonly groups: Numbers;
  readonly values: Numbers;
  readonly features: Numbers;
  readonly featureValues: Numbers;
}

/** One that is sold as it is has its number with a p before it. */
const isSimple = ({ variants }: ShopProduct): boolean => variants[0]?.id.startsWith('p') ?? false;

export function productFields(product: ShopProduct, base: number, words: Dictionary, poison?: Poison): Fields {
  const [first] = product.variants;
  const simple = isSimple(product);
  const price = first ? moneyIn(first.currency)(base) : '0.000000';
  return {
    id: product.id,
    values: fieldsOf({
      ...{ id: product.id, id_manufacturer: '1', id_supplier: '1', id_category_default: '2', new: '' },
      cache_default_attribute: simple || !first ? '0' : first.id,
      id_default_image: product.images[0]?.id ?? '',
      id_tax_rules_group: '1',
      position_in_category: '0',
      manufacturer_name: product.brand,
      ...{ quantity: '0', type: 'simple', id_shop_default: '1' },
      reference: simple ? first!.sku : '',
      weight: weightOf(first),
      ean13: simple ? (first!.barcode ?? '') : '',
      is_virtual: '0',
      state: '1',
      price: poison === 'amount' ? '99999999999999999999.000000' : poison === 'shape' ? UNREADABLE : price,
      active: poison === 'state' ? 'perhaps' : product.active ? '1' : '0',
      date_add: localTime(product.createdAt),
      date_upd: localTime(product.updatedAt),
      name: new Words({ 1: product.title, 2: `${product.title} (de)` }),
      description: new Words({ 1: product.description, 2: '' }),
    }),
    associations: {
      images: { node: 'image', rows: product.images.map(({ id }) => ({ id })) },
      combinations: { node: 'combination', rows: simple ? [] : product.variants.map(({ id }) => ({ id })) },
      product_features: {
        node: 'product_feature',
        rows: Object.entries(product.attributes).map(([name, value]) => {
          const id = words.features.of(name);
          return { id, id_feature_value: words.featureValues.of(id, value) };
        }),
      },
    },
  };
}

const weightOf = (variant: ShopVariant | undefined): string => ((variant?.weightGrams ?? 0) / 1000).toFixed(6);

/** Price and weight of a combination are what it adds to those of its product. */
export function combinationFields(product: ShopProduct, base: number, words: Dictionary): Fields[] {
  const [first] = product.variants;
  if (!first || isSimple(product)) return [];
  return product.variants.map((variant) => ({
    id: variant.id,
    values: fieldsOf({
      ...{
        id: variant.id,
        id_product: product.id,
        ean13: variant.barcode ?? '',
        quantity: '0',
        reference: variant.sku,
      },
      price: signed(variant.price - base, variant.currency),
      weight: ((variant.weightGrams - first.weightGrams) / 1000).toFixed(6),
      ...{ minimal_quantity: '1', default_on: variant === first ? '1' : '' },
    }),
    associations: {
      product_option_values: {
        node: 'product_option_value',
        rows: Object.entries(variant.options).map(([name, value]) => ({
          id: words.values.of(words.groups.of(name), value),
        })),
      },
      images: { node: 'image', rows: [] },
    },
  }));
}

const signed = (units: number, currency: string): string =>
  `${units < 0 ? '-' : ''}${moneyIn(currency)(Math.abs(units))}`;

/** All words that products have; asking for the products numbers them. */
export function dictionaryRows(words: Dictionary) {
  const named = (numbers: Numbers, more: Readonly<Record<string, string>>): Fields[] =>
    numbers
      .all()
      .map(({ number, texts: [name = ''] }) => ({
        id: number,
        values: fieldsOf({ id: number, ...more, name: both(name) }),
      }));
  const valued = (numbers: Numbers, group: string, field: string): Fields[] =>
    numbers
      .all()
      .map(({ number, texts: [of = '', value = ''] }) => ({
        id: number,
        values: fieldsOf({ id: number, [group]: of, [field]: both(value) }),
      }));
  return {
    product_options: () => named(words.groups, { group_type: 'select' }),
    product_option_values: () => valued(words.values, 'id_attribute_group', 'name'),
    product_features: () => named(words.features, {}),
    product_feature_values: () => valued(words.featureValues, 'id_feature', 'value'),
  };
}

/** A row for each combination, and one of the product with the sum. */
export function stockFields(shop: Shop): Fields[] {
  const row = (id: string, product: string, attribute: string, quantity: number): Fields => ({
    id,
    values: fieldsOf({
      ...{ id, id_product: product, id_product_attribute: attribute, id_shop: '1', id_shop_group: '0' },
      ...{ quantity: String(quantity), depends_on_stock: '0', out_of_stock: '2', location: '' },
    }),
  });
  const levels = new Map([...shop.levels.values()].map((level) => [level.variantId, level] as const));
  return shop.readProducts().flatMap((product) => {
    const sellable = ({ onHand, allocated }: Level): number => onHand - allocated;
    const own = product.variants.flatMap(({ id }) => levels.get(id) ?? []);
    const sum = own.reduce((all, level) => all + sellable(level), 0);
    return [
      row(`${product.id}2`, product.id, '0', sum),
      ...(isSimple(product)
        ? []
        : own.map((level) => row(`${level.variantId}1`, product.id, level.variantId, sellable(level)))),
    ];
  });
}

export const supplierPriceFields = (
  { variantId, supplierId, supplierSku, cost, currency }: SupplierPrice,
  index: number,
  productId: string,
): Fields => ({
  id: String(index + 1),
  values: fieldsOf({
    ...{ id: String(index + 1), id_product: productId, id_supplier: supplierId, id_currency: '1' },
    id_product_attribute: variantId.startsWith('p') ? '0' : variantId,
    product_supplier_reference: supplierSku,
    product_supplier_price_te: moneyIn(currency)(cost),
  }),
});
