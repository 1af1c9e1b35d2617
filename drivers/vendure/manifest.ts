import type { DriverFacts } from '../contract/index.ts';
import { REASONS } from './errors.ts';

export const manifest: DriverFacts = {
  name: 'vendure',
  title: 'Vendure',
  documentation: 'https://docs.vendure.io/reference/graphql-api/admin/queries',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  reasons: REASONS,
  skips: {
    'C6.wrong-total': 'Vendure counts and reads in one query: its total is right, and the only sign of the end.',
    'C7.unknown-status':
      'Shops give orders states of their own; what is open and paid is told by fulfilments and payments.',
    'C8.stock-lost-answer':
      'Vendure keeps no mark of a write: after a lost answer a level is set again, and a sale made since is undone until the next StockCheck.',
    'C8.stock-changed': 'Vendure has no version check of levels: whoever writes last wins.',
  },
  limits: [
    'API keys exist since Vendure 3.6 and must be switched on by the shop ("api-key" in authOptions.tokenMethod); tested with 3.7.3.',
    'Vendure knows no suppliers: SupplierImport and ProductSupplierImport are not supported.',
    'Vendure has no attribute sets. Facets, option groups and plain custom fields are attributes; relations and structs among custom fields are left out.',
    'Carts, drafts and checkouts under way are not orders: an order is seen once it is placed, paid or with its payment authorised.',
    'Stock on hand is set absolutely and Vendure has no version check: whoever writes last wins.',
    'Vendure has one price a currency: a price to strike out (compareAt) is not passed on. Prices are gross or net as the channel keeps them; others are refused.',
    'Vendure chooses itself from which location it takes what is shipped: the location of a parcel is not passed on.',
    'Vendure allows no shipment of more than it has in stock, and keeps no tracking URL; a tracking code cannot be changed afterwards.',
    'Vendure (3.7.3) adds shipped pieces back to stock when the unshipped rest of their line is cancelled: StockCheck shows the difference.',
    'As Vendure comes, it hashes the API key with bcrypt at every request (0.3 s of its CPU): a busy shop should give authOptions.adminApiKeyStrategy a faster hash, which is safe for random keys.',
    "A shop of several vendors: make a connection for each seller's channel (settings.channel).",
  ],
};
