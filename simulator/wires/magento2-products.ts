import type { ShopProduct, ShopVariant } from '../shop/model.ts';
import type { Poison } from '../shop/shop.ts';
import { BEYOND, moneyIn } from './magento2-orders.ts';
import { magentoTime, type ListRow } from './magento2-lists.ts';

/** Ids of attributes that every shop here has. */
const IDS: Readonly<Record<string, number>> = { manufacturer: 81, barcode: 150, size: 151, material: 152 };
const VISIBLE = 4;
const HIDDEN = 1;

/** An attribute of the shop with its options: values are numbers, labels are what people read. */
interface Attribute {
  readonly code: string;
  readonly input: 'select' | 'text';
  readonly labels: readonly string[];
}

/** What products of the shop have been given. */
function attributesIn(products: readonly ShopProduct[]): Attribute[] {
  const labels = (of: (product: ShopProduct) => readonly (string | undefined)[]): string[] =>
    [...new Set(products.flatMap(of))].filter((label) => label !== undefined);
  const options = labels(({ variants }) => variants.flatMap((variant) => Object.keys(variant.options)));
  const own = labels(({ attributes }) => Object.keys(attributes));
  return [
    { code: 'manufacturer', input: 'select', labels: labels(({ brand }) => [brand]) },
    { code: 'barcode', input: 'text', labels: [] },
    ...options.map((code) => ({
      ...{ code, input: 'select' as const },
      labels: labels(({ variants }) => variants.map((variant) => variant.options[code])),
    })),
    ...own.map((code) => ({
      ...{ code, input: 'select' as const },
      labels: labels(({ attributes }) => [attributes[code]]),
    })),
  ];
}

const idOf = (code: string): number => IDS[code] ?? 200;
const valueOf = (all: readonly Attribute[], code: string, label: string | undefined): string | undefined => {
  const index = all.find((each) => each.code === code)?.labels.indexOf(label ?? '') ?? -1;
  return index < 0 ? undefined : String(idOf(code) * 100 + index);
};

export const attributeRows = (products: readonly ShopProduct[]): ListRow[] =>
  attributesIn(products).map(({ code, input, labels }) => ({
    fields: { entity_id: idOf(code), attribute_id: idOf(code), attribute_code: code, is_user_defined: 1 },
    json: () => ({
      attribute_id: idOf(code),
      attribute_code: code,
      default_frontend_label: code,
      frontend_input: input,
      entity_type_id: '4',
      is_required: false,
      is_user_defined: true,
      frontend_labels: [],
      options:
        input === 'text'
          ? []
          : [
              { label: ' ', value: '' },
              ...labels.map((label, index) => ({ label, value: String(idOf(code) * 100 + index) })),
            ],
    }),
  }));

/** Each product is configurable, and each of its variants a simple product that is not visible by itself. */
export function productRows(products: readonly ShopProduct[], poisonOf: (id: string) => Poison | undefined): ListRow[] {
  const all = attributesIn(products);
  return products.flatMap((product) => {
    const { createdAt, updatedAt, variants, id } = product;
    const times = { created_at: magentoTime(createdAt), updated_at: magentoTime(updatedAt) };
    const poison = poisonOf(id);
    return [
      {
        fields: {
          ...{ entity_id: Number(id), sku: parentSku(product), type_id: 'configurable', visibility: VISIBLE },
          ...times,
        },
        json: () => ({ ...parentJson(product, all, poison), ...times }),
      },
      ...variants.map((variant) => ({
        fields: { entity_id: Number(variant.id), sku: variant.sku, type_id: 'simple', visibility: HIDDEN, ...times },
        json: () => ({ ...childJson(product, variant, all, poison), ...times }),
      })),
    ];
  });
}

const parentSku = ({ id }: ShopProduct): string => `CONF-${id}`;

type Custom = readonly (readonly [string, string | undefined])[];
const customOf = (values: Custom): unknown[] =>
  values.flatMap(([attribute_code, value]) => (value === undefined || value === '' ? [] : [{ attribute_code, value }]));

function parentJson(product: ShopProduct, all: readonly Attribute[], poison?: Poison): Record<string, unknown> {
  const axes = [...new Set(product.variants.flatMap(({ options }) => Object.keys(options)))];
  return {
    id: Number(product.id),
    sku: parentSku(product),
    name: product.title,
    attribute_set_id: 4,
    status: poison === 'state' ? 9 : product.active ? 1 : 2,
    visibility: VISIBLE,
    type_id: 'configurable',
    extension_attributes: {
      website_ids: [1],
      configurable_product_options: axes.map((code, position) => ({
        ...{ id: position + 1, attribute_id: String(idOf(code)), label: code, position },
        values: [],
      })),
      configurable_product_links: poison === 'shape' ? 'none' : product.variants.map(({ id }) => Number(id)),
    },
    product_links: [],
    media_gallery_entries: product.images.map(({ id, url, position, alt }) => ({
      ...{ id: Number(id), media_type: 'image', label: alt ?? null, position, disabled: false, types: [] },
      file: `/${url.split('/').at(-1)}`,
    })),
    custom_attributes: customOf([
      ['description', product.description],
      ['manufacturer', valueOf(all, 'manufacturer', product.brand)],
      ...Object.entries(product.attributes).map(([code, label]) => [code, valueOf(all, code, label)] as const),
      ['url_key', `product-${product.id}`],
    ]),
  };
}

function childJson(product: ShopProduct, variant: ShopVariant, all: readonly Attribute[], poison?: Poison) {
  const money = moneyIn(variant.currency);
  return {
    id: Number(variant.id),
    sku: variant.sku,
    name: variant.title,
    attribute_set_id: 4,
    price: poison === 'amount' ? BEYOND : money(variant.comparePrice ?? variant.price),
    status: variant.enabled ? 1 : 2,
    visibility: HIDDEN,
    type_id: 'simple',
    weight: variant.weightGrams / 1000,
    extension_attributes: { website_ids: [1] },
    product_links: [],
    media_gallery_entries: [],
    custom_attributes: customOf([
      ['barcode', variant.barcode],
      ['special_price', variant.comparePrice === undefined ? undefined : money(variant.price).toFixed(6)],
      ['manufacturer', valueOf(all, 'manufacturer', product.brand)],
      ...Object.entries(variant.options).map(([code, label]) => [code, valueOf(all, code, label)] as const),
    ]),
  };
}
