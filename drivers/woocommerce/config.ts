import { z } from 'zod';
import { isSafeAddress } from '../toolkit/safe-address.ts';

/** Keys of the Secret: a REST API key of WooCommerce. */
export const credential = z.object({
  consumerKey: z
    .string()
    .startsWith('ck_', 'the consumer key begins with ck_')
    .describe('Consumer key of a REST API key (WooCommerce, Settings, Advanced, REST API); begins with ck_'),
  consumerSecret: z
    .string()
    .startsWith('cs_', 'the consumer secret begins with cs_')
    .describe('Consumer secret of the same key; begins with cs_'),
});

const PROGRESS = ['Draft', 'Open', 'Completed', 'Cancelled'] as const;

export const settings = z.strictObject({
  url: z
    .url()
    .refine(isSafeAddress, 'use https: over plain http WooCommerce does not take the key, and anybody can read it')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the shop without /wp-json, such as https://shop.example or https://example.com/shop'),
  onDeliveryMethods: z
    .array(z.string())
    .default(['cod'])
    .describe('Payment methods by which the buyer pays at the door (ids, such as cod)'),
  invoiceMethods: z
    .array(z.string())
    .default([])
    .describe(
      'Payment methods by which the buyer pays after delivery. Bank transfer (bacs) and cheque are prepaid unless they stand here',
    ),
  statuses: z
    .record(z.string(), z.enum(PROGRESS))
    .default({})
    .describe('What the order statuses of your plugins mean (without wc-): Draft, Open, Completed or Cancelled'),
  shipments: z
    .enum(['fulfillments', 'notes'])
    .default('fulfillments')
    .describe(
      'How parcels are told: as order fulfilments (WooCommerce 10.1 and later, to be switched on), or as notes to the customer',
    ),
  notifyCustomer: z.boolean().default(true).describe('Whether WooCommerce mails the tracking number to the buyer'),
  completeOrders: z
    .boolean()
    .default(true)
    .describe('Whether an order is set to completed once nothing of it is open; WooCommerce mails the buyer then'),
});

export type Credential = z.infer<typeof credential>;
export type Settings = z.infer<typeof settings>;
