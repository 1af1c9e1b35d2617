import type { DriverFacts } from '../contract/index.ts';
import { FILES } from './client.ts';
import { REASONS } from './errors.ts';

export const manifest: DriverFacts = {
  name: 'shopify',
  title: 'Shopify',
  documentation: 'https://shopify.dev/docs/api/admin-graphql',
  platformKind: 'Store',
  // Files of bulk operations lie at Google; what their addresses say is signed, and no token goes there.
  hosts: [{ setting: 'url' }, 'storage.googleapis.com:443'],
  // Cost points of the smallest plan; what a shop really has stands in every answer.
  budget: { burst: 2000, perSecond: 100, concurrent: 4 },
  buckets: { [FILES]: { burst: 5, perSecond: 1, concurrent: 5 } },
  reasons: {
    ...REASONS,
    OnHold: { scope: 'record', remedy: 'release the order in Shopify: the parcel is then told by itself' },
    Scheduled: { scope: 'record', remedy: 'mark the order as ready for fulfilment in Shopify, or wait for its day' },
  },
  limits: [
    'Orders older than 60 days are only given to apps with the scope read_all_orders, which Shopify approves.',
    'Names, addresses, e-mail and phone come only once the app has protected customer data; on small plans Shopify gives them to own apps of the shop alone.',
    'Amounts are in the currency of the shop: what buyers saw in another one is not kept.',
    'The price of a bundle stands at its parts; the bundle itself is a line of price 0.',
    'Draft orders, gift messages and pick-up points of carriers are not read; one order goes to one address.',
    'Erased buyers are not told from those that never gave a name: what customers/redact names is erased at the hub.',
    'Shopify keeps no number, service or day of a parcel, and cannot say that an order is complete but by its pieces.',
    'Suppliers are unknown to Shopify. Taking a parcel back is done in the Shopify admin.',
    'A product with more than 25 images or custom metafields gives the first 25 of each; an order with a refund of more than 50 lines is set aside.',
    'The webhooks that the law demands (customers/data_request, customers/redact, shop/redact) are entered in the settings of the app: no call can make them.',
  ],
  skips: {
    'C10.old':
      'the signature of a webhook covers no time: none can be too old, and one that comes again only reads again',
    'C6.wrong-total': 'the end of a list is told by its cursor: no total is announced',
  },
};
