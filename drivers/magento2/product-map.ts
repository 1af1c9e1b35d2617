import type { ImageRecord, ProductRecord, VariantRecord } from '../../model/records.ts';
import type { UnreadableRecord } from '../contract/index.ts';
import { labelOf, type MagentoAttribute } from './attributes.ts';
import type { Settings } from './config.ts';
import { isoTime } from './criteria.ts';
import { sum } from '../toolkit/money/exact.ts';
import { valueOf, type MagentoProduct } from './product-payload.ts';
import type { ShopFacts } from './shop.ts';

/** What is needed of the shop to make sense of its products. */
export interface Catalogue {
  readonly facts: ShopFacts;
  readonly attributes: readonly MagentoAttribute[];
  readonly settings: Settings;
  readonly now: Date;
}

export interface MappedProduct {
  readonly record: ProductRecord;
  /** Variants that are left out of it. */
  readonly parts: readonly UnreadableRecord[];
}

/** Types that are sold and counted by themselves. */
export const SOLD = ['simple', 'virtual', 'downloadable', 'giftcard'];

/** The product as the hub has it. Throws a RangeError for an amount that is none. */
export function productRecord(
  product: MagentoProduct,
  children: readonly MagentoProduct[],
  catalogue: Catalogue,
): MappedProduct {
  const parts: UnreadableRecord[] = [];
  const variants: VariantRecord[] = [];
  const axes = axesOf(product, catalogue);
  for (const each of SOLD.includes(product.type_id) ? [product] : children) {
    const wrong = each.sku === '' ? 'NoSku' : each.price == null ? 'NoPrice' : undefined;
    if (wrong === undefined) variants.push(variantOf(each, axes, catalogue));
    else parts.push(leftOut(product, each, wrong));
  }
  const { brandAttribute } = catalogue.settings;
  const brand = catalogue.attributes.find(({ code }) => code === brandAttribute);
  const brandValue = valueOf(product, brandAttribute);
  return {
    parts,
    record: {
      kind: 'product',
      id: String(product.id),
      title: product.name,
      description: valueOf(product, 'description'),
      brand: brandValue === undefined ? undefined : brand ? labelOf(brand, brandValue) : brandValue,
      status: product.status === 1 ? 'Active' : 'Inactive',
      attributeSetId: product.attribute_set_id == null ? undefined : String(product.attribute_set_id),
      attributes: attributesIn(product, axes, catalogue),
      createdAt: product.created_at == null ? undefined : isoTime(product.created_at),
      updatedAt: isoTime(product.updated_at),
      variants,
      images: imagesOf(product, children, catalogue.facts),
    },
  };
}

const WORDS = { NoSku: 'has no SKU: give it one in Magento', NoPrice: 'has no price: give it one in Magento' } as const;

function leftOut(product: MagentoProduct, { id }: MagentoProduct, reason: keyof typeof WORDS): UnreadableRecord {
  const which = id === product.id ? '' : `variant ${id} `;
  return {
    ...{ recordId: `variant:${id}`, part: true, reason },
    message: `product ${product.id} (${product.name.slice(0, 60)}): ${which}${WORDS[reason]}`,
  };
}

function axesOf({ extension_attributes }: MagentoProduct, { attributes }: Catalogue): readonly MagentoAttribute[] {
  const ids = new Set(
    (extension_attributes?.configurable_product_options ?? []).map((each) => String(each.attribute_id)),
  );
  return attributes.filter(({ id }) => ids.has(id));
}

function attributesIn(
  product: MagentoProduct,
  axes: readonly MagentoAttribute[],
  { attributes, settings: { brandAttribute, barcodeAttribute } }: Catalogue,
): Record<string, string> {
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const { code } = attribute;
      const value = valueOf(product, code);
      if (value === undefined || code === brandAttribute || code === barcodeAttribute || axes.includes(attribute))
        return [];
      return [[code, labelOf(attribute, value)] as const];
    }),
  );
}

function variantOf(
  each: MagentoProduct,
  axes: readonly MagentoAttribute[],
  { facts: { currency, grams }, settings: { barcodeAttribute }, now }: Catalogue,
): VariantRecord {
  const regular = sum(currency, each.price);
  const special = specialOf(each, now);
  const price = special === undefined ? regular : Math.min(regular, sum(currency, special));
  const weight = each.weight == null || each.weight === '' ? Number.NaN : Number(each.weight);
  return {
    id: String(each.id),
    sku: each.sku,
    title: each.name,
    barcode: barcodeAttribute === undefined ? undefined : valueOf(each, barcodeAttribute),
    price,
    currency,
    compareAtPrice: regular > price ? regular : undefined,
    weightGrams: Number.isFinite(weight) ? Math.round(weight * grams) : undefined,
    enabled: each.status === 1,
    tracked: true,
    options: Object.fromEntries(
      axes.flatMap((axis) => {
        const value = valueOf(each, axis.code);
        return value === undefined ? [] : [[axis.code, labelOf(axis, value)] as const];
      }),
    ),
    updatedAt: isoTime(each.updated_at),
  };
}

/** The price of a sale that is on: its days have no zone, and count from the first to the last of them. */
export function specialOf(product: MagentoProduct, now: Date): string | undefined {
  const [special, from, to] = ['special_price', 'special_from_date', 'special_to_date'].map((code) =>
    valueOf(product, code),
  );
  if (special === undefined) return undefined;
  const today = now.toISOString().slice(0, 10);
  const isOn = (from === undefined || from.slice(0, 10) <= today) && (to === undefined || to.slice(0, 10) >= today);
  return isOn ? special : undefined;
}

function imagesOf(product: MagentoProduct, children: readonly MagentoProduct[], { media }: ShopFacts): ImageRecord[] {
  const shown = (of: MagentoProduct) =>
    of.media_gallery_entries.filter(({ media_type, disabled }) => media_type === 'image' && !disabled);
  const record = (entry: ReturnType<typeof shown>[number], position: number, variantId?: string): ImageRecord => ({
    id: String(entry.id),
    url: `${media.replace(/\/?$/, '/')}catalog/product/${entry.file.replace(/^\/+/, '')}`,
    position: entry.position ?? position,
    ...(entry.label ? { alt: entry.label } : {}),
    ...(variantId === undefined ? {} : { variantId }),
  });
  return [
    ...shown(product).map((entry, index) => record(entry, index)),
    ...children.flatMap((child) => shown(child).map((entry, index) => record(entry, index, String(child.id)))),
  ];
}
