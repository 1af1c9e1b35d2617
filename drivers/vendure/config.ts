import { z } from 'zod';

/** Keys of the Secret. */
export const credential = z.object({
  apiKey: z
    .string()
    .trim()
    .min(1)
    .describe('API key of the store (Settings → API keys), sent as header vendure-api-key.'),
});

/** `spec.settings` of a connection. */
export const settings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Admin API of the store, such as https://shop.example.com/admin-api.'),
  channel: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('Token of the channel to work in; without it the default channel.'),
  language: z
    .string()
    .regex(/^[a-z]{2}(_[A-Za-z]+)?$/)
    .optional()
    .describe("Language of names and descriptions; without it the channel's default."),
  brandFacet: z
    .string()
    .min(1)
    .max(120)
    .optional()
    .describe('Code of the facet that holds a product\'s brand; "brand" if absent.'),
  barcodeField: z
    .string()
    .min(1)
    .max(120)
    .optional()
    .describe(
      'Custom field of a variant that holds its barcode; if absent, the first of ean, gtin, barcode that the store has.',
    ),
  weightField: z
    .string()
    .min(1)
    .max(120)
    .optional()
    .describe(
      'Custom field of a variant that holds its weight in grams; if absent, weightGrams where the store has it.',
    ),
});

export type VendureCredential = z.infer<typeof credential>;
export type VendureSettings = z.infer<typeof settings>;
