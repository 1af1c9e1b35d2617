import { defineDriver } from '../../contract/index.ts';
import { check } from '../../generic/check.ts';
import { credential, settings } from '../../generic/config.ts';
import { feeds } from '../../generic/feeds.ts';
import { genericHooks } from '../../generic/hooks.ts';
import { manifest } from '../../generic/manifest.ts';
import { MarketplaceClient } from './client.ts';
import { acknowledge, readQueue } from './order-queue.ts';
import { readReport } from './product-report.ts';
import { settleStock, submitStock } from './stock-ticket.ts';

// What comes with ProductImport would run often, and each time a report would be made.
const { OrderImport, ProductImport, ProductUpdate: _update, ProductImageImport: _images, StockExport, ...rest } = feeds;

/**
 * For tests: a platform whose ways no built-in driver has all of. Orders come from a queue and are acknowledged once
 * the hub has them, stock is taken on a ticket and asked for, the catalogue is a document to wait for.
 */
export const marketplace = defineDriver({
  manifest: { ...manifest, name: 'marketplace', title: 'Marketplace of the tests', limits: [] },
  credential,
  settings,
  check,
  feeds: {
    ...rest,
    // A queue gives every change: nothing has to be read for a second time.
    OrderImport: { ...OrderImport!, cursor: { kind: 'queue' }, read: readQueue, acknowledge },
    ProductImport: { ...ProductImport!, cursor: { kind: 'full' }, read: readReport },
    StockExport: { ...StockExport!, write: submitStock, settle: settleStock },
  },
  connect: (context) => new MarketplaceClient(context),
  webhooks: genericHooks,
});
