import type { CursorSemantics, DriverFeeds } from '../contract/index.ts';
import { countedBy, ORDERS, PRODUCTS } from './census.ts';
import type { GenericClient } from './client.ts';
import { MAPPINGS } from './map.ts';
import { writePrices } from './price-write.ts';
import { reads } from './reading.ts';
import { writeShipments } from './shipments.ts';
import { writeStock } from './stock-write.ts';

const PAGE = 250;
const FULL: CursorSemantics = { kind: 'full' };
const PRODUCTS_BY_CHANGE: CursorSemantics = {
  kind: 'changes',
  field: 'updated_at',
  undetectedChanges: ['a product is deleted'],
  fallback: 'fullCompare',
};
const BY_CHANGE: CursorSemantics = { kind: 'changes', field: 'updated_at', fallback: 'rereadOpen' };

const products = reads({ path: '/products', mapping: MAPPINGS.product });
const stock = reads({ path: '/stock', mapping: MAPPINGS.stock });
const orders = reads({ path: '/orders', mapping: MAPPINGS.order });

/** What this driver does, feed by feed. */
export const feeds: DriverFeeds<GenericClient> = {
  DataModelSync: {
    cursor: FULL,
    maxPageSize: PAGE,
    read: reads(
      { path: '/locations', mapping: MAPPINGS.location },
      { path: '/shipping-methods', mapping: MAPPINGS.shippingMethod },
    ),
  },
  SupplierImport: { cursor: FULL, maxPageSize: PAGE, read: reads({ path: '/suppliers', mapping: MAPPINGS.supplier }) },
  ProductImport: { cursor: PRODUCTS_BY_CHANGE, maxPageSize: PAGE, read: products, ...countedBy(PRODUCTS) },
  ProductUpdate: { via: 'ProductImport' },
  ProductImageImport: { via: 'ProductImport' },
  ProductSupplierImport: {
    cursor: FULL,
    maxPageSize: PAGE,
    read: reads({ path: '/product-suppliers', mapping: MAPPINGS.productSupplier }),
  },
  StockImport: { cursor: FULL, maxPageSize: PAGE, read: stock },
  OrderImport: { cursor: BY_CHANGE, maxPageSize: PAGE, read: orders, ...countedBy(ORDERS) },
  OrderUpdate: { via: 'OrderImport' },
  ShipmentExport: { maxBatch: PAGE, corrects: true, write: writeShipments },
  StockExport: { maxBatch: PAGE, stock: 'onHand', write: writeStock },
  PriceExport: { maxBatch: PAGE, write: writePrices },
  StockCheck: { cursor: FULL, maxPageSize: PAGE, read: stock },
};
