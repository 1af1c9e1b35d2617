import { defineDriver, type CursorSemantics, type DriverDefinition, type DriverFeeds } from '../contract/index.ts';
import { check } from './check.ts';
import { ShopifyClient, type Context } from './client.ts';
import { credential, settings } from './config.ts';
import { readDataModel } from './data-model.ts';
import { hooks } from './hooks.ts';
import { manifest } from './manifest.ts';
import { countOrders, orderIds, readOrders } from './orders.ts';
import { writePrices } from './price-write.ts';
import { countProducts, productIds, readProducts, readStock } from './products.ts';
import { writeShipments } from './shipments.ts';
import { writeStock } from './stock-write.ts';

/** Shopify ends a list at 25,000 entries, and gives one in pages slowly. */
const LARGEST = 10_000;

const full: CursorSemantics = { kind: 'full' };
const orders = {
  cursor: {
    kind: 'changes',
    field: 'updated_at',
    undetectedChanges: ['a fulfilment order is put on hold or released'],
    fallback: 'rereadOpen',
  },
  maxPageSize: 50,
  // Refunds and returns, and the lines of long orders, are asked for beside.
  callsPerPage: 4,
  read: readOrders,
  count: countOrders,
  ids: orderIds,
} as const;
const products = { maxPageSize: 50, callsPerPage: 2, read: readProducts, count: countProducts, ids: productIds };
const stock = { cursor: full, maxPageSize: 100, read: readStock };

const feeds: DriverFeeds<ShopifyClient> = {
  DataModelSync: { cursor: full, maxPageSize: 250, callsPerPage: 3, read: readDataModel },
  ProductImport: { ...products, cursor: full },
  ProductUpdate: {
    ...products,
    cursor: {
      kind: 'changes',
      field: 'updated_at',
      undetectedChanges: ['a product is deleted'],
      fallback: 'fullCompare',
    },
  },
  ProductImageImport: { ...products, cursor: full },
  StockImport: stock,
  StockCheck: stock,
  OrderImport: orders,
  OrderUpdate: orders,
  StockExport: { maxBatch: 250, stock: 'onHand', callsPerPage: 2, write: writeStock },
  PriceExport: { maxBatch: 100, callsPerPage: 12, write: writePrices },
  ShipmentExport: { maxBatch: 20, corrects: true, callsPerPage: 20, write: writeShipments },
};

/** With catalogues of more variants than `largest` asked for as a file. */
export const shopifyWith = (largest: number): DriverDefinition =>
  defineDriver({
    ...{ manifest, credential, settings, check, feeds, webhooks: hooks },
    connect: (context: Context) => new ShopifyClient(context, largest),
  });

/** Shopify, by its Admin GraphQL API. */
export const shopify = shopifyWith(LARGEST);
