import { z } from 'zod';
import { isSafeAddress } from '../toolkit/safe-address.ts';

/** Key of the Secret. */
export const credential = z.object({
  key: z
    .string()
    .trim()
    .regex(/^\S+$/, 'the key is one word of 32 letters and digits')
    .describe('Webservice key (Advanced Parameters, Webservice): 32 letters and digits'),
});

export const MEANINGS = ['Open', 'OnHold', 'Shipped', 'Cancelled', 'Refunded', 'Failed'] as const;
export type Meaning = (typeof MEANINGS)[number];

const id = z.int().min(1);

export const settings = z.strictObject({
  url: z
    .url()
    .refine(isSafeAddress, 'use https: over plain http anybody can read the key')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the shop without /api, such as https://shop.example or https://example.com/shop'),
  shop: id.optional().describe('Of a multishop: number of the shop (id_shop)'),
  shopGroup: id
    .optional()
    .describe('Of a multishop: number of the group of shops (id_shop_group), where it shares stock'),
  timeZone: z
    .string()
    .refine(isZone, 'name a time zone such as Europe/Paris')
    .optional()
    .describe("The shop's time zone, where the key may not read configurations or it is wrong there (PS_TIMEZONE)"),
  language: id.optional().describe('Number of the language of names; absent: the default of the shop'),
  states: z
    .record(z.string().regex(/^\d+$/, 'states are named by their number'), z.enum(MEANINGS))
    .default({})
    .describe(
      'What order states mean, by number: Open, OnHold, Shipped, Cancelled, Refunded or Failed. The shop itself says which states are its own for shipped, cancelled, refunded and payment error',
    ),
  shippedState: id
    .optional()
    .describe('Number of the order state that is set with the last parcel; absent: that of the shop (PS_OS_SHIPPING)'),
  onDeliveryModules: z
    .array(z.string())
    .default(['ps_cashondelivery', 'cashondelivery'])
    .describe('Payment modules by which the buyer pays at the door'),
  invoiceModules: z
    .array(z.string())
    .default([])
    .describe(
      'Payment modules by which the buyer pays after delivery; ps_checkpayment and ps_wirepayment are prepaid unless they stand here',
    ),
  notifyCustomer: z
    .boolean()
    .default(true)
    .describe('Whether PrestaShop mails the buyer when the order state is set with the last parcel'),
});

export type Credential = z.infer<typeof credential>;
export type Settings = z.infer<typeof settings>;

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
