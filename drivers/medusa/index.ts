import { defineDriver, type CursorSemantics } from '../contract/index.ts';
import { check } from './check.ts';
import { MedusaClient } from './client.ts';
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
const changes: CursorSemantics = { kind: 'changes', field: 'updated_at' };
const orderChanges: CursorSemantics = {
  ...changes,
  undetectedChanges: ['a payment is captured'],
  fallback: 'rereadOpen',
};
const productChanges: CursorSemantics = {
  ...changes,
  undetectedChanges: ['a variant or its price is changed, and its product is not', 'a product is deleted'],
  fallback: 'fullCompare',
};
/** One row of the page after is taken along. */
const maxPageSize = MOST - 1;

// The page, the returns of what was sent, and a time that many rows share is read by id.
const orders = { maxPageSize, callsPerPage: 3, read: readOrders, count: countOrders, ids: orderIds };
const products = { maxPageSize, callsPerPage: 3, read: readProducts, count: countProducts, ids: productIds };
const stock = { cursor: full, maxPageSize, callsPerPage: 2, read: readStock };

/** Medusa 2, by its Admin API. */
export const medusa = defineDriver({
  manifest,
  credential,
  settings,
  connect: (context) => new MedusaClient(context),
  check,
  feeds: {
    DataModelSync: { cursor: full, maxPageSize: 100, callsPerPage: 3, read: readDataModel },
    ProductImport: { ...products, cursor: full },
    ProductUpdate: { ...products, cursor: productChanges },
    ProductImageImport: { ...products, cursor: full },
    StockImport: stock,
    StockCheck: stock,
    OrderImport: { ...orders, cursor: orderChanges },
    OrderUpdate: { ...orders, cursor: orderChanges },
    StockExport: { maxBatch: 100, stock: 'onHand', callsPerPage: 3, write: writeStock },
    PriceExport: { maxBatch: 100, callsPerPage: 12, write: writePrices },
    ShipmentExport: { maxBatch: 20, callsPerPage: 30, write: writeShipments },
  },
  webhooks: hooks,
});
