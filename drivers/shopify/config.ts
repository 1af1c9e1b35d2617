import { z } from 'zod';

/** Versions of the Admin API that this driver was written for. */
export const VERSIONS = ['2026-04', '2026-07', '2026-10'] as const;

/** Keys of the Secret: a fixed token, or the app's own id and secret (with a refresh token where the app has one). */
export const credential = z
  .object({
    accessToken: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Admin API access token of an old custom app (shpat_…); it does not expire'),
    clientId: z.string().trim().min(1).optional().describe('Client ID of an app of the Dev Dashboard'),
    clientSecret: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Client secret of the app (with accessToken: its API secret key); it also signs the webhooks'),
    refreshToken: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('First refresh token of an app with expiring offline tokens; without it the app asks for itself'),
  })
  .refine(
    ({ accessToken, clientId, clientSecret }) =>
      accessToken !== undefined || (clientId !== undefined && clientSecret !== undefined),
    'give clientId and clientSecret of an app of the Dev Dashboard, or the accessToken of an old custom app',
  );

export const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe("The shop's own address at Shopify, such as https://my-shop.myshopify.com; not the one that buyers see"),
  apiVersion: z.enum(VERSIONS).default('2026-07').describe('Version of the Admin API'),
  stock: z
    .enum(['on_hand', 'available'])
    .default('on_hand')
    .describe('Which number StockExport sets: what lies in the warehouse (on_hand), or what can be sold (available)'),
  locations: z
    .array(z.string().min(1))
    .optional()
    .describe('Ids of the locations whose stock is read and written; all of them if absent'),
  notifyCustomer: z.boolean().default(true).describe('Whether Shopify mails the tracking number to the buyer'),
  onDeliveryGateways: z
    .array(z.string())
    .default(['Cash on Delivery (COD)', 'cash_on_delivery'])
    .describe('Payment methods by which the buyer pays at the door, as the order names them'),
  invoiceGateways: z
    .array(z.string())
    .default([])
    .describe(
      'Payment methods by which the buyer pays after delivery; orders with payment terms are on invoice anyway',
    ),
});

export type Credential = z.infer<typeof credential>;
export type Settings = z.infer<typeof settings>;
