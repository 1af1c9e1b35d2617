import type { ImageRecord, ProductRecord, VariantRecord } from '../../model/records.ts';
import type { VendureSettings } from './config.ts';
import { customText, type CustomField, type CustomValues } from './custom-fields.ts';
import type { AssetPayload, ProductPayload, VariantPayload } from './product-payload.ts';
import { isTracked, latest, toMinorUnits, type ShopFacts } from './shop.ts';

/** What a product's mapping needs to know of the shop and the connection. */
export interface ProductContext {
  readonly settings: VendureSettings;
  readonly fields: readonly CustomField[];
  readonly shop: ShopFacts;
}

const BARCODE_FIELDS = ['ean', 'gtin', 'barcode'];
const WEIGHT_FIELDS = ['weightGrams'];
const DEFAULT_BRAND_FACET = 'brand';

export function productRecord(product: ProductPayload, context: ProductContext): ProductRecord {
  const attributes = attributesOf(product, context.fields);
  return {
    kind: 'product',
    id: product.id,
    title: product.name,
    description: product.description === '' ? undefined : (product.description ?? undefined),
    brand: attributes[context.settings.brandFacet ?? DEFAULT_BRAND_FACET],
    status: product.enabled ? 'Active' : 'Inactive',
    attributes,
    createdAt: product.createdAt,
    // A change of a variant does not move the product's own time; the cursor must pass it all the same.
    updatedAt: latest([product.updatedAt, ...product.variants.map((variant) => variant.updatedAt)]),
    variants: product.variants.map((variant) => variantRecord(variant, context)),
    images: imagesOf(product, context.settings.url),
  };
}

function variantRecord(variant: VariantPayload, { settings, fields, shop }: ProductContext): VariantRecord {
  const value = (wanted: string | undefined, usual: readonly string[]): string | undefined => {
    const names =
      wanted === undefined
        ? usual.filter((name) => fields.some((field) => field.entity === 'ProductVariant' && field.name === name))
        : [wanted];
    return firstSet(variant.customFields, names);
  };
  return {
    id: variant.id,
    sku: variant.sku,
    title: variant.name,
    barcode: value(settings.barcodeField, BARCODE_FIELDS),
    price: toMinorUnits(variant.priceWithTax, variant.currencyCode, shop),
    currency: variant.currencyCode,
    weightGrams: grams(value(settings.weightField, WEIGHT_FIELDS)),
    enabled: variant.enabled,
    tracked: isTracked(variant.trackInventory, shop),
    options: Object.fromEntries(variant.options.map((option) => [option.group.name, option.name])),
    updatedAt: variant.updatedAt,
  };
}

/** Facet values by the facet's code, several joined; then the product's own fields by their names. */
function attributesOf(product: ProductPayload, fields: readonly CustomField[]): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const { facet, name } of product.facetValues)
    attributes[facet.code] = facet.code in attributes ? `${attributes[facet.code]}, ${name}` : name;
  for (const { name } of fields.filter((field) => field.entity === 'Product')) {
    const value = customText(product.customFields, name);
    if (value !== undefined) attributes[name] ??= value;
  }
  return attributes;
}

/** The product's images, the featured one first, then those of its variants. An id is unique within the product. */
function imagesOf(product: ProductPayload, base: string): ImageRecord[] {
  const images: ImageRecord[] = [];
  const add = (assets: readonly AssetPayload[], featured: string | undefined, variantId?: string): void => {
    const pictures = assets.filter((asset) => asset.type === 'IMAGE');
    for (const asset of [
      ...pictures.filter(({ id }) => id === featured),
      ...pictures.filter(({ id }) => id !== featured),
    ]) {
      images.push({
        id: variantId === undefined ? asset.id : `${asset.id}@${variantId}`,
        // Without an asset server's own address, Vendure gives a path.
        url: URL.parse(asset.source, base)?.href ?? asset.source,
        position: images.length,
        alt: asset.name,
        variantId,
      });
    }
  };
  add(product.assets, product.featuredAsset?.id);
  for (const variant of product.variants) add(variant.assets, variant.featuredAsset?.id, variant.id);
  return images;
}

function firstSet(values: CustomValues, names: readonly string[]): string | undefined {
  return names.map((name) => customText(values, name)).find((text) => text !== undefined);
}

function grams(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) ? Math.round(value) : undefined;
}
