import type { CanonicalRecord, ProductRecord } from '../../model/records.ts';
import { amount } from '../toolkit/money/amount.ts';
import { stockSubject } from '../../model/subjects.ts';
import type { z } from 'zod';
import * as payload from './payload.ts';
import { inWords } from '../toolkit/words.ts';
import type { UnreadableRecord } from '../contract/index.ts';
import { orderRecord } from './order-map.ts';
import type { ProductPayload } from './payload.ts';
import { given } from './values.ts';

/** As long as a problem's record may be. */
const MAX_ID = 253;

export interface Mapping<T> {
  /** For messages: "order". */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  readonly map: (item: T) => CanonicalRecord;
}

const mapping = <T>(value: Mapping<T>): Mapping<unknown> => value as Mapping<unknown>;

export const MAPPINGS = {
  location: mapping({
    what: 'location',
    schema: payload.locationPayload,
    map: ({ id, code, name, read_only }) => ({
      kind: 'location',
      id,
      code: code ?? id,
      name,
      ...(read_only ? { readOnly: true } : {}),
    }),
  }),
  shippingMethod: mapping({
    what: 'shipping method',
    schema: payload.named,
    map: ({ id, code, name }) => ({ kind: 'shippingMethod', id, code: code ?? id, name }),
  }),
  supplier: mapping({
    what: 'supplier',
    schema: payload.supplierPayload,
    map: ({ id, code, name, email }) => ({ kind: 'supplier', id, code: code ?? id, name, email: given(email) }),
  }),
  productSupplier: mapping({
    what: 'supplier of a variant',
    schema: payload.productSupplierPayload,
    map: ({ variant_id, supplier_id, supplier_sku, cost_price, currency }) => ({
      kind: 'productSupplier',
      variantId: variant_id,
      supplierId: supplier_id,
      supplierSku: given(supplier_sku),
      currency: currency ?? undefined,
      costPrice: cost_price == null || currency == null ? undefined : amount(cost_price, currency),
    }),
  }),
  stock: mapping({
    what: 'stock level',
    schema: payload.stockPayload,
    map: ({ variant_id, sku, location_id, on_hand, allocated, available }) => ({
      kind: 'stock',
      variantId: variant_id,
      sku,
      locationId: location_id,
      onHand: on_hand,
      allocated: allocated ?? undefined,
      available: available ?? on_hand - (allocated ?? 0),
    }),
  }),
  product: mapping({ what: 'product', schema: payload.productPayload, map: productRecord }),
  order: mapping({ what: 'order', schema: payload.orderPayload, map: orderRecord }),
} as const;

export interface Mapped {
  readonly records: CanonicalRecord[];
  readonly unreadable: UnreadableRecord[];
}

/** Rows one by one: a row that does not fit is named and set aside, the others go on. */
export function mapItems({ what, schema, map }: Mapping<unknown>, items: readonly unknown[]): Mapped {
  const mapped: Mapped = { records: [], unreadable: [] };
  for (const row of items) {
    const { item, without } = what === 'product' ? withoutNameless(row) : { item: row, without: [] };
    mapped.unreadable.push(...without);
    const result = mapOne(schema, map, item);
    if (typeof result !== 'string') mapped.records.push(result);
    else {
      const number = textIn(item, 'number');
      const recordId = idOf(item) ?? number ?? 'without id';
      mapped.unreadable.push({
        recordId,
        number,
        reason: 'UnexpectedPayload',
        message: `${what} ${number ?? recordId} cannot be taken: ${result}. It is taken by itself once that is mended`,
        raw: item,
      });
    }
  }
  return mapped;
}

/** A variant without SKU can neither be counted nor sold through the hub: it is named, and its sisters are taken. */
function withoutNameless(item: unknown): { readonly item: unknown; readonly without: UnreadableRecord[] } {
  if (typeof item !== 'object' || item === null || !('variants' in item) || !Array.isArray(item.variants))
    return { item, without: [] };
  const variants: readonly unknown[] = item.variants;
  const nameless = variants.filter(
    (variant) =>
      typeof variant === 'object' &&
      variant !== null &&
      [undefined, null, ''].includes((variant as { readonly sku?: string | null }).sku),
  );
  if (nameless.length === 0) return { item, without: [] };
  const without = nameless.map((variant): UnreadableRecord => {
    const [id, product] = [textIn(variant, 'id') ?? 'without id', textIn(item, 'title') ?? textIn(item, 'id') ?? ''];
    return {
      recordId: `variant:${id}`.slice(0, MAX_ID),
      part: true,
      reason: 'NoSku',
      message: `variant ${id} of the product "${product}" has no SKU: give it one at the shop, it is then taken by itself. The other variants are taken`,
      raw: variant,
    };
  });
  return { item: { ...item, variants: variants.filter((variant) => !nameless.includes(variant)) }, without };
}

/** The record, or why it is none. */
function mapOne(schema: z.ZodType, map: (item: unknown) => CanonicalRecord, item: unknown): CanonicalRecord | string {
  const { success, data, error } = schema.safeParse(item);
  if (!success) return inWords(error, item);
  try {
    return map(data);
  } catch (unfit) {
    if (unfit instanceof RangeError) return unfit.message;
    throw unfit;
  }
}

/** Levels and suppliers of variants have no id of their own. */
function idOf(item: unknown): string | undefined {
  const id = textIn(item, 'id');
  if (id !== undefined) return id;
  const [sku, location] = [textIn(item, 'sku'), textIn(item, 'location_id')];
  if (sku !== undefined && location !== undefined) return stockSubject(sku, location).slice(0, MAX_ID);
  const [variant, supplier] = [textIn(item, 'variant_id'), textIn(item, 'supplier_id')];
  return variant !== undefined && supplier !== undefined ? `${variant}@${supplier}`.slice(0, MAX_ID) : undefined;
}

function textIn(item: unknown, field: string): string | undefined {
  const value: unknown =
    typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>)[field] : undefined;
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_ID) : undefined;
}

function productRecord(product: ProductPayload): ProductRecord {
  return {
    kind: 'product',
    id: product.id,
    title: product.title,
    description: given(product.description),
    brand: given(product.brand),
    status: product.status === 'active' ? 'Active' : 'Inactive',
    attributes: product.attributes ?? {},
    createdAt: product.created_at ?? undefined,
    updatedAt: product.updated_at,
    variants: product.variants.map((variant) => ({
      id: variant.id,
      sku: variant.sku,
      title: given(variant.title) ?? product.title,
      barcode: given(variant.barcode),
      price: amount(variant.price, variant.currency),
      currency: variant.currency,
      compareAtPrice: variant.compare_at_price == null ? undefined : amount(variant.compare_at_price, variant.currency),
      weightGrams: variant.weight_grams ?? undefined,
      enabled: variant.enabled ?? true,
      tracked: variant.tracked ?? true,
      options: variant.options ?? {},
      updatedAt: variant.updated_at ?? undefined,
    })),
    images: (product.images ?? []).map((image, index) => ({
      id: image.id,
      url: image.url,
      position: image.position ?? index,
      alt: given(image.alt),
      variantId: given(image.variant_id),
    })),
  };
}
