import { defineDriver, type CursorSemantics } from '../contract/index.ts';
import { check } from './check.ts';
import { PrestaClient } from './client.ts';
import { credential, settings } from './config.ts';
import { manifest } from './manifest.ts';
import { countOrders, orderIds, readOrders } from './orders.ts';
import { writePrices } from './price-write.ts';
import { countProducts, productIds, readProducts } from './products.ts';
import { writeShipments } from './shipments.ts';
import { readStock } from './stock.ts';
import { writeStock } from './stock-write.ts';
import { readDataModel, readProductSuppliers, readSuppliers } from './suppliers.ts';

const full: CursorSemantics = { kind: 'full' };
const changes: CursorSemantics = { kind: 'changes', field: 'date_upd', overlapSeconds: 300 };
const productChanges: CursorSemantics = {
  ...changes,
  undetectedChanges: ['a combination is changed, and its product is not', 'stock changes', 'a product is deleted'],
  fallback: 'fullCompare',
};

const orders = {
  // Of few fields: two hundred take PHP less memory than a hundred did in full, and half the calls.
  maxPageSize: 200,
  // The page and what belongs to its orders, addresses in two; once a run settings, short lists and two schemas.
  callsPerPage: 20,
  read: readOrders,
  count: countOrders,
  ids: orderIds,
};
const products = { maxPageSize: 50, callsPerPage: 9, read: readProducts, count: countProducts, ids: productIds };
// The page, the SKUs of products and of combinations; once a run a schema of each.
const stock = { cursor: full, maxPageSize: 100, callsPerPage: 5, read: readStock };

/** PrestaShop, by its webservice. */
export const prestashop = defineDriver({
  manifest,
  credential,
  settings,
  connect: (context) => new PrestaClient(context),
  check,
  feeds: {
    DataModelSync: { cursor: full, maxPageSize: 100, callsPerPage: 4, read: readDataModel },
    SupplierImport: { cursor: full, maxPageSize: 100, read: readSuppliers },
    ProductSupplierImport: { cursor: full, maxPageSize: 100, callsPerPage: 3, read: readProductSuppliers },
    ProductImport: { ...products, cursor: full },
    ProductUpdate: { ...products, cursor: productChanges },
    ProductImageImport: { ...products, cursor: full },
    StockImport: stock,
    StockCheck: stock,
    OrderImport: { ...orders, cursor: changes },
    OrderUpdate: { ...orders, cursor: changes },
    StockExport: { maxBatch: 50, stock: 'available', callsPerPage: 12, write: writeStock },
    PriceExport: { maxBatch: 50, callsPerPage: 30, write: writePrices },
    ShipmentExport: { maxBatch: 20, corrects: true, callsPerPage: 30, write: writeShipments },
  },
});
