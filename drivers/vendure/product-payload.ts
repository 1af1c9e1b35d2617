import { z } from 'zod';
import { customFieldSelection, customValues, type CustomField } from './custom-fields.ts';

export function productFields(fields: readonly CustomField[]): string {
  return `createdAt updatedAt name description enabled
    facetValues { name facet { code } }
    featuredAsset { id } assets { id source name type }
    ${customFieldSelection(fields, 'Product')}
    variants { id updatedAt sku name enabled trackInventory priceWithTax currencyCode options { name group { name } } featuredAsset { id } assets { id source name type }
      ${customFieldSelection(fields, 'ProductVariant')} }`;
}

const asset = z.object({ id: z.string(), source: z.string(), name: z.string(), type: z.string() });
const featuredAsset = z.object({ id: z.string() }).nullish();

const variant = z.object({
  id: z.string(),
  updatedAt: z.string(),
  sku: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  trackInventory: z.enum(['TRUE', 'FALSE', 'INHERIT']),
  priceWithTax: z.int(),
  currencyCode: z.string().length(3),
  options: z.array(z.object({ name: z.string(), group: z.object({ name: z.string() }) })),
  featuredAsset,
  assets: z.array(asset),
  customFields: customValues,
});

export const productPayload = z.object({
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  enabled: z.boolean(),
  facetValues: z.array(z.object({ name: z.string(), facet: z.object({ code: z.string() }) })),
  featuredAsset,
  assets: z.array(asset),
  customFields: customValues,
  variants: z.array(variant),
});

export type ProductPayload = z.infer<typeof productPayload>;
export type VariantPayload = z.infer<typeof variant>;
export type AssetPayload = z.infer<typeof asset>;
