import type { DriverFacts } from '../contract/index.ts';

export const manifest: DriverFacts = {
  name: 'medusa',
  title: 'Medusa',
  documentation: 'https://docs.medusajs.com/api/admin',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  // Medusa itself sets no limit: it is one Node.js process, and each call of it computes.
  budget: { burst: 20, perSecond: 10, concurrent: 2 },
  reasons: {
    NoPrice: {
      scope: 'record',
      remedy:
        'give the variant a price in the currency of the store (or of settings.currency); it is then imported automatically',
    },
  },
  limits: [
    'Medusa 2 (tested with 2.21.2 on a real server). A secret API key may do everything: Medusa gives it no narrower rights.',
    'Medusa sends no webhooks by itself. With the companion plugin (plugins/medusa) an order is in the hub within a second; without it orders are polled.',
    'A payment that is captured does not move the time of change of its order: open orders are read again in every run.',
    'Stock belongs to inventory items. A variant with one item is written; one that takes several, or several of one (a kit), is read as how many can be made, and not written: its parts are. Variants that share an item have one level.',
    'Levels are set absolutely, without a mark of who set them: what is expected is compared before, and whoever writes last wins.',
    'A line that an order edit takes out is gone in Medusa, and pieces taken off leave no trace in the order: nothing is reported as cancelled.',
    'Returns of exchanges and claims are read as returns; what an exchange or claim sends out is no line of the order until Medusa makes it one.',
    'Drafts are not read. Orders have no note, no hold and no test mark; metadata of an order is given as custom fields.',
    'The numbers of a parcel cannot be changed once it is sent, and a label has a number and an address: carrier and service go into the metadata of the fulfilment.',
    'Prices are written in one currency, without rules and price lists, with or without tax as the store has it for that currency; there is no price to strike out.',
    'A product has no brand; material, type, collection and metadata are its attributes.',
  ],
  skips: {
    'C8.stock-lost-answer':
      'Medusa keeps no mark of a write: after a lost answer a level is set again, and a sale made since is undone until the next StockCheck.',
  },
};
