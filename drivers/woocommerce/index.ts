import { defineDriver, type CursorSemantics } from '../contract/index.ts';
import { check } from './check.ts';
import { WooClient } from './client.ts';
import { credential, settings } from './config.ts';
import { readDataModel } from './data-model.ts';
import { hooks } from './hooks.ts';
import { manifest } from './manifest.ts';
import { countOrders, orderIds, readOrders } from './orders.ts';
import { MOST } from './pages.ts';
import { writePrices } from './price-write.ts';
import { countProducts, productIds, readProducts, readStock } from './products.ts';
import { writeShipments } from './shipments.ts';
import { writeStock } from './stock-write.ts';

const full: CursorSemantics = { kind: 'full' };
const changes: CursorSemantics = { kind: 'changes', field: 'date_modified_gmt' };
const productChanges: CursorSemantics = {
  ...changes,
  undetectedChanges: ['a variation is changed, and its product is not', 'a product is deleted or put into the bin'],
  fallback: 'fullCompare',
};
/** One row of the page before is taken along. */
const maxPageSize = MOST - 1;
/** Products with their variations: answers are long. */
const PRODUCTS_A_PAGE = 40;

const orders = {
  maxPageSize,
  // Refunds and parcels are asked for order by order, of those that have any.
  callsPerPage: 3,
  read: readOrders,
  count: countOrders,
  ids: orderIds,
};
const products = {
  maxPageSize: PRODUCTS_A_PAGE,
  callsPerPage: 5,
  read: readProducts,
  count: countProducts,
  ids: productIds,
};
const stock = { cursor: full, maxPageSize: PRODUCTS_A_PAGE, callsPerPage: 4, read: readStock };

/** WooCommerce, by its REST API v3. */
export const woocommerce = defineDriver({
  manifest,
  credential,
  settings,
  connect: (context) => new WooClient(context),
  check,
  feeds: {
    DataModelSync: { cursor: full, maxPageSize, read: readDataModel },
    ProductImport: { ...products, cursor: full },
    ProductUpdate: { ...products, cursor: productChanges },
    ProductImageImport: { ...products, cursor: full },
    StockImport: stock,
    StockCheck: stock,
    OrderImport: { ...orders, cursor: changes },
    OrderUpdate: { ...orders, cursor: changes },
    StockExport: { maxBatch: 100, stock: 'available', callsPerPage: 13, write: writeStock },
    PriceExport: { maxBatch: 100, callsPerPage: 16, write: writePrices },
    ShipmentExport: { maxBatch: 20, corrects: true, callsPerPage: 22, write: writeShipments },
  },
  webhooks: hooks,
});
