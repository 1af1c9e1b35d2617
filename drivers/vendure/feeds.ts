import type { CursorSemantics, DriverFeeds } from '../contract/index.ts';
import { countedBy, ORDERS, PRODUCTS } from './census.ts';
import type { VendureClient } from './client.ts';
import { readDataModel } from './data-model.ts';
import { readChangedOrders, readNewOrders } from './orders.ts';
import { writePrices } from './price-write.ts';
import { readProducts } from './products.ts';
import { writeShipments } from './shipments.ts';
import { readStock } from './stock.ts';
import { writeStock } from './stock-write.ts';

/** The list limit of a Vendure shop is 1000 unless it says otherwise; these keep an answer to about a second. */
const ORDERS_A_PAGE = 100;
const PRODUCTS_A_PAGE = 50;
const VARIANTS_A_PAGE = 250;

const FULL: CursorSemantics = { kind: 'full' };

/** What this driver does, feed by feed. */
export const feeds = {
  DataModelSync: { cursor: FULL, maxPageSize: VARIANTS_A_PAGE, read: readDataModel },
  ProductImport: { cursor: FULL, maxPageSize: PRODUCTS_A_PAGE, read: readProducts, ...countedBy(PRODUCTS) },
  ProductUpdate: {
    cursor: {
      kind: 'changes',
      field: 'updatedAt of products and of their variants',
      undetectedChanges: [
        'a facet value, an option or an image is renamed or replaced',
        'a product or variant is deleted',
        'a tax rate changes',
      ],
      fallback: 'fullCompare',
    },
    maxPageSize: PRODUCTS_A_PAGE,
    read: readProducts,
  },
  ProductImageImport: { cursor: FULL, maxPageSize: PRODUCTS_A_PAGE, read: readProducts },
  StockImport: { cursor: FULL, maxPageSize: VARIANTS_A_PAGE, read: readStock },
  OrderImport: {
    cursor: {
      kind: 'changes',
      field: 'orderPlacedAt',
      undetectedChanges: ['an authorised payment is settled'],
      fallback: 'rereadOpen',
    },
    maxPageSize: ORDERS_A_PAGE,
    read: readNewOrders,
    ...countedBy(ORDERS),
  },
  OrderUpdate: {
    cursor: {
      kind: 'changes',
      field: 'updatedAt',
      undetectedChanges: ['an order is paid, shipped or delivered', 'a payment is refunded'],
      fallback: 'rereadOpen',
    },
    maxPageSize: ORDERS_A_PAGE,
    read: readChangedOrders,
  },
  ShipmentExport: { maxBatch: ORDERS_A_PAGE, write: writeShipments },
  StockExport: { maxBatch: VARIANTS_A_PAGE, stock: 'onHand', write: writeStock },
  PriceExport: { maxBatch: VARIANTS_A_PAGE, write: writePrices },
  StockCheck: { cursor: FULL, maxPageSize: VARIANTS_A_PAGE, read: readStock },
} satisfies DriverFeeds<VendureClient>;

export type SupportedFeed = keyof typeof feeds;
