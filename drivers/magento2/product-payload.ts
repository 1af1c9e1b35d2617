import { z } from 'zod';
import { onlyRead } from './only-read.ts';

const time = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .nullish()
    .transform((items) => items ?? []);

const product = z.object({
  id: z.int(),
  sku: z
    .string()
    .nullish()
    .transform((sku) => sku ?? ''),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  attribute_set_id: z.int().nullish(),
  price: z.union([z.number(), z.string()]).nullish(),
  status: z.literal([1, 2]),
  type_id: z.string().min(1),
  created_at: time.nullish(),
  updated_at: time,
  weight: z.union([z.number(), z.string()]).nullish(),
  media_gallery_entries: list(
    z.object({
      id: z.union([z.int(), z.string()]),
      media_type: z.string(),
      label: z.string().nullish(),
      position: z.number().nullish(),
      disabled: z.union([z.boolean(), z.number()]).nullish(),
      file: z.string(),
    }),
  ),
  custom_attributes: list(z.object({ attribute_code: z.string(), value: z.unknown().optional() })),
  extension_attributes: z
    .object({
      configurable_product_links: list(z.union([z.int(), z.string()])),
      configurable_product_options: list(z.object({ attribute_id: z.union([z.int(), z.string()]) })),
    })
    .nullish(),
});
/** A product of any type, as far as it is used. */
export const productPayload = z.compile(product);
export const PRODUCT_FIELDS = onlyRead(product);
export type MagentoProduct = z.infer<typeof productPayload>;

/** The value of a custom attribute as text: of a list its parts after one another. */
export function valueOf({ custom_attributes }: MagentoProduct, code: string): string | undefined {
  const value = custom_attributes.find((each) => each.attribute_code === code)?.value;
  if (Array.isArray(value)) return value.map(String).join(',') || undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}
