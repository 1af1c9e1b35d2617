import { z } from 'zod';
import { isSafeAddress } from '../toolkit/safe-address.ts';

const oauth = ['consumerKey', 'consumerSecret', 'accessTokenSecret'] as const;

/** Keys of the Secret: the four values of an integration, or its access token alone. */
export const credential = z
  .object({
    accessToken: z.string().min(1).describe('Access token of the integration (System, Extensions, Integrations)'),
    consumerKey: z.string().min(1).optional().describe('Consumer key of the same integration'),
    consumerSecret: z.string().min(1).optional().describe('Consumer secret of the same integration'),
    accessTokenSecret: z.string().min(1).optional().describe('Access token secret of the same integration'),
  })
  .refine((given) => new Set(oauth.map((name) => given[name] === undefined)).size === 1, {
    error:
      'give all four values of the integration (consumerKey, consumerSecret, accessToken, accessTokenSecret), or accessToken alone',
  });

const STATES = ['Open', 'Completed', 'Cancelled'] as const;

export const settings = z.strictObject({
  url: z
    .url()
    .refine(isSafeAddress, 'use https: over plain http anybody can read the token')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the shop without /rest, such as https://shop.example'),
  storeCode: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/i)
    .default('all')
    .describe(
      'Code of the store view that names and prices are read and prices are written for; all: the values of all store views',
    ),
  stores: z
    .array(z.string())
    .default([])
    .describe('Codes of the store views whose orders are taken; empty: those of all'),
  stock: z
    .enum(['sources', 'stockItems'])
    .default('sources')
    .describe(
      'Where stock is counted: in sources (Multi Source Inventory), or, without it, in one stock item a product',
    ),
  salableStock: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Number of the stock whose salable quantity is read for what lies in one source alone; a call more for each product',
    ),
  asyncStock: z
    .boolean()
    .default(false)
    .describe("Whether levels are written by the asynchronous bulk API; needs the shop's message queue consumers"),
  writeBatch: z
    .int()
    .min(1)
    .max(500)
    .default(20)
    .describe('How many levels or prices go in one call; see "Web API limits" of the shop'),
  hiddenProducts: z
    .enum(['variants', 'products'])
    .default('variants')
    .describe(
      'What "Not Visible Individually" products are: variants of their configurable product, or (products) each product stands for itself',
    ),
  barcodeAttribute: z.string().optional().describe('Code of the product attribute that has the barcode (EAN, GTIN)'),
  brandAttribute: z.string().default('manufacturer').describe('Code of the product attribute that has the brand'),
  pricesIncludeTax: z
    .boolean()
    .default(true)
    .describe(
      'Whether catalogue prices are entered with tax (Sales, Tax, Calculation Settings); the API does not say it',
    ),
  onDeliveryMethods: z
    .array(z.string())
    .default(['cashondelivery'])
    .describe('Payment methods by which the buyer pays at the door'),
  invoiceMethods: z
    .array(z.string())
    .default(['purchaseorder'])
    .describe(
      'Payment methods by which the buyer pays after delivery; checkmo and banktransfer are prepaid unless they stand here',
    ),
  states: z
    .record(z.string(), z.enum(STATES))
    .default({})
    .describe('What order states of your extensions mean: Open, Completed or Cancelled'),
  shippingMethods: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names of shipping methods by code (flatrate_flatrate: Standard): the API lists none'),
  bundles: z
    .enum(['together', 'separately'])
    .default('together')
    .describe('How bundle products are set to ship ("Ship Bundle Items")'),
  notifyCustomer: z.boolean().default(true).describe('Whether Magento mails the buyer when a parcel leaves'),
});

export type Credential = z.infer<typeof credential>;
export type Settings = z.infer<typeof settings>;
