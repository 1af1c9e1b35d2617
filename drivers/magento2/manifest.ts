import type { DriverFacts } from '../contract/index.ts';

const POLLED = 'Magento Open Source sends no webhooks: orders are polled.';

export const manifest: DriverFacts = {
  name: 'magento2',
  title: 'Magento 2 (Open Source and Adobe Commerce)',
  documentation: 'https://developer.adobe.com/commerce/webapi/rest/',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  // Magento itself sets no limit; each call starts all of it, and a web server has few workers.
  budget: { burst: 8, perSecond: 4, concurrent: 3 },
  reasons: {
    NoPrice: { scope: 'record', remedy: 'give the product a price in Magento; it is then imported automatically' },
  },
  limits: [
    'Magento 2.4.7 to 2.4.9 by REST, with the values of an integration. Adobe Commerce as a Cloud Service has another way of signing in and is not supported.',
    'Magento Open Source sends no webhooks: orders are polled, every minute if the Feed says so.',
    'With the access token alone Magento answers only where oauth/consumer/enable_integration_as_bearer is on; with all four values each call is signed (OAuth 1.0a).',
    'Amounts of an order are those in its own currency, which the buyer paid in; prices of products are in the base currency.',
    'On hand is what lies in a source. What can be sold of it (salable quantity) Magento tells for one product at a time: it is read only where settings.salableStock names a stock, and for what lies in one source alone.',
    'A level is written only where the product is assigned to the source; nothing is assigned by itself.',
    'Lists do not say whether stock of a product is managed: each is taken for counted.',
    'Products that are "Not Visible Individually" come as variants of their configurable product. Parts of bundles and grouped products that are neither visible nor variants are read with hiddenProducts: products.',
    'The API lists no shipping methods: the names in settings.shippingMethods are taken.',
    'A bundle that ships together goes out whole: a parcel with some of its parts is refused.',
    'A shipment keeps the numbers and the carrier of a parcel; Magento has no field for a tracking address, the service, the return label or the time. Its pieces cannot be changed or taken back by the API.',
    'An order that is "On Hold" is not shipped before somebody releases it.',
    'Pieces cancelled of an order that goes on are known by their number, not by time and reason. Editing an order at the shop cancels it and makes another (references.replaces).',
    'Prices are set as catalogue price and special price. Tier prices, price rules and prices of customer groups are neither read nor written.',
    'A SKU with a slash is part of an address where stock is written without sources or a salable quantity is asked for; some web servers refuse it.',
  ],
  skips: {
    'C10.good': POLLED,
    'C10.forged': POLLED,
    'C10.old': POLLED,
    'C10.repeated': POLLED,
    'C10.ensure': POLLED,
    'C10.repair': POLLED,
    'C10.remove': POLLED,
    'C10.test-mode': POLLED,
    'C8.stock-lost-answer':
      'Magento keeps no mark of a write at a source: after a lost answer a level is set again. A sale does not lower it (it is a reservation until the parcel leaves), so that only a parcel sent in between is undone until the next StockCheck.',
  },
};
