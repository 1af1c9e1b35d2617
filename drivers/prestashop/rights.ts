import type { FeedType } from '../../model/feeds.ts';

export type Right = readonly [resource: string, method: 'GET' | 'PUT' | 'POST'];

const get = (...names: readonly string[]): Right[] => names.map((name) => [name, 'GET']);
const ORDERS = get(
  ...['orders', 'order_details', 'order_carriers', 'order_payments', 'order_slip', 'order_cart_rules', 'customers'],
  ...['addresses', 'order_states', 'carriers', 'countries', 'states', 'currencies', 'taxes'],
);
const PRODUCTS = get(
  ...['products', 'combinations', 'product_options', 'product_option_values', 'product_features'],
  ...['product_feature_values', 'currencies'],
);
const STOCK = get('stock_availables', 'products', 'combinations');

/** What older releases do not have, and orders can do without: the names of cart rules. */
export const OPTIONAL: ReadonlySet<string> = new Set(['order_cart_rules']);

/** What a key must be allowed for each feed, as its page in the shop has it. */
export const RIGHTS: Readonly<Partial<Record<FeedType, readonly Right[]>>> = {
  DataModelSync: get('carriers', 'product_features', 'product_options'),
  OrderImport: ORDERS,
  OrderUpdate: ORDERS,
  ProductImport: PRODUCTS,
  ProductUpdate: PRODUCTS,
  ProductImageImport: PRODUCTS,
  StockImport: STOCK,
  StockCheck: STOCK,
  SupplierImport: get('suppliers'),
  ProductSupplierImport: get('product_suppliers', 'products', 'currencies'),
  StockExport: [...get('stock_availables'), ['stock_availables', 'PUT']],
  PriceExport: [
    ...get('products', 'combinations', 'specific_prices', 'currencies'),
    ...([
      ['products', 'PUT'],
      ['combinations', 'PUT'],
      ['specific_prices', 'PUT'],
      ['specific_prices', 'POST'],
    ] as const),
  ],
  ShipmentExport: [
    ...get('orders', 'order_details', 'order_carriers', 'order_states'),
    ...([
      ['order_carriers', 'PUT'],
      ['order_carriers', 'POST'],
      ['order_histories', 'POST'],
    ] as const),
  ],
};
