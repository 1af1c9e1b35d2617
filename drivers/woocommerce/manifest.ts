import type { DriverFacts } from '../contract/index.ts';

export const manifest: DriverFacts = {
  name: 'woocommerce',
  title: 'WooCommerce',
  documentation: 'https://developer.woocommerce.com/docs/apis/rest-api/',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  // WooCommerce itself sets no limit; most shops share a small server.
  budget: { burst: 10, perSecond: 4, concurrent: 2 },
  reasons: {
    NoPrice: { scope: 'record', remedy: 'give the product a price in WooCommerce; it is then imported automatically' },
  },
  limits: [
    'Parcels are order fulfilments of WooCommerce, a beta feature that must be switched on; without it they are notes to the buyer, and how many pieces were sent of each line is not known.',
    'Stock is counted in one place, main. Orders take their pieces off at once, so that the number is what can be sold.',
    'Stock that a product counts for all of its variations together is neither read nor written.',
    'Pieces that staff take off an order leave no trace: nothing is reported as cancelled. A refund does not lower what was ordered.',
    'WooCommerce tells nothing of a payment that is only authorised, or made in part.',
    'A line whose product was deleted has no SKU any more: such an order is set aside.',
    'Products and orders in the bin are not seen as deleted: they are no longer read.',
    'All products have the currency of the shop. Gift cards, sets, subscriptions, pick-up points and several addresses are plugins: their orders come as ordinary lines.',
    'The key goes in the Authorization header over https; a server that takes this header away must be told to let it pass, and permalinks must not be "Plain".',
  ],
  skips: {
    'C10.old':
      'the signature of a webhook covers no time: none can be too old, and one that comes again only reads again',
  },
};
