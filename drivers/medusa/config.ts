import { z } from 'zod';
import { isSafeAddress } from '../toolkit/safe-address.ts';

/** Key of the Secret: a secret API key of Medusa. */
export const credential = z.object({
  apiKey: z
    .string()
    .trim()
    .startsWith('sk_', 'a secret API key begins with sk_: one that begins with pk_ is for storefronts')
    .describe('Secret API key (Settings, Secret API Keys); begins with sk_'),
});

export const settings = z.strictObject({
  url: z
    .url()
    .refine(isSafeAddress, 'use https: over plain http anybody can read the key')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the Medusa server without /admin, such as https://api.shop.example'),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/, 'name a currency by its three letters')
    .transform((code) => code.toUpperCase())
    .optional()
    .describe('Currency of the prices of products; absent: the default currency of the store'),
  onDeliveryProviders: z
    .array(z.string())
    .default([])
    .describe('Payment providers by which the buyer pays at the door (ids, such as pp_cod_cod)'),
  invoiceProviders: z
    .array(z.string())
    .default([])
    .describe('Payment providers by which the buyer pays after delivery'),
  notifyCustomer: z
    .boolean()
    .default(true)
    .describe('Whether Medusa tells the buyer of a parcel, where its server has a notification for it'),
});

export type Credential = z.infer<typeof credential>;
export type Settings = z.infer<typeof settings>;
