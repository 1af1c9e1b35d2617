import { defineDriver, type CursorSemantics } from '../contract/index.ts';
import { check } from './check.ts';
import { MagentoClient } from './client.ts';
import { credential, settings } from './config.ts';
import { readDataModel } from './data-model.ts';
import { MOST } from './lists.ts';
import { manifest } from './manifest.ts';
import { countOrders, orderIds, readOrders } from './orders.ts';
import { writePrices } from './price-write.ts';
import { countProducts, productIds, readProducts } from './products.ts';
import { writeShipments } from './shipments.ts';
import { readStock } from './stock.ts';
import { settleStock, writeStock } from './stock-write.ts';

const full: CursorSemantics = { kind: 'full' };
const changes: CursorSemantics = { kind: 'changes', field: 'updated_at', overlapSeconds: 300 };
const productChanges: CursorSemantics = {
  ...changes,
  undetectedChanges: [
    'a variant is changed, and its configurable product is not',
    'stock changes',
    'a product is deleted',
  ],
  fallback: 'fullCompare',
};
/** Products with their variants: answers are long. */
const PRODUCTS_A_PAGE = 50;

const orders = {
  maxPageSize: MOST,
  // Credit memos are asked for once a page; where a list goes on within one second, the page before is looked at.
  callsPerPage: 3,
  read: readOrders,
  count: countOrders,
  ids: orderIds,
};
const products = {
  maxPageSize: PRODUCTS_A_PAGE,
  // The page, variants, and once a run attributes and store views.
  callsPerPage: 4,
  read: readProducts,
  count: countProducts,
  ids: productIds,
};
// The page, and what lies in each source: of a hundred SKUs a call for each hundred levels.
const stock = { cursor: full, maxPageSize: MOST, callsPerPage: 4, read: readStock };

/** Magento 2 and Adobe Commerce, by REST. */
export const magento2 = defineDriver({
  manifest,
  credential,
  settings,
  connect: (context) => new MagentoClient(context),
  check,
  feeds: {
    DataModelSync: { cursor: full, maxPageSize: MOST, read: readDataModel },
    ProductImport: { ...products, cursor: full },
    ProductUpdate: { ...products, cursor: productChanges },
    ProductImageImport: { ...products, cursor: full },
    StockImport: stock,
    StockCheck: stock,
    OrderImport: { ...orders, cursor: changes },
    OrderUpdate: { ...orders, cursor: changes },
    StockExport: { maxBatch: 100, stock: 'onHand', callsPerPage: 2, write: writeStock, settle: settleStock },
    PriceExport: { maxBatch: 100, callsPerPage: 5, write: writePrices },
    ShipmentExport: { maxBatch: 20, corrects: true, callsPerPage: 30, write: writeShipments },
  },
});
