/**
 * The tables that records travel into, as column lists shared by the pod (which encodes rows) and the hub (which pipes
 * them into staging tables of the same shape and merges). Flat typed columns, no document per order but for what
 * few orders have: see docs/decisions/0002-batch-protocol.md for what each byte costs.
 */
export type ColumnType =
  'text' | 'bigint' | 'integer' | 'smallint' | 'numeric' | 'boolean' | 'timestamptz' | 'uuid' | 'jsonb';

export interface RecordTable {
  readonly name: string;
  /** Column -> type, in the order in which rows are encoded. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns that identify a row within its connection. */
  readonly key: readonly string[];
  /**
   * For rows that belong to a record of another table and are replaced with it: that table and the column with its id.
   */
  readonly parent?: { readonly table: string; readonly column: string };
}

const addressColumns = (prefix: string): Record<string, ColumnType> =>
  Object.fromEntries(
    ['name', 'company', 'street1', 'street2', 'city', 'region', 'postal_code', 'country', 'phone'].map((part) => [
      `${prefix}_${part}`,
      'text',
    ]),
  );

const define = <T extends Record<string, RecordTable>>(tables: T): T => tables;

export const TABLES = define({
  attributes: {
    name: 'attributes',
    key: ['external_id'],
    columns: { external_id: 'text', code: 'text', name: 'text', type: 'text', values: 'jsonb', hash: 'uuid' },
  },
  attribute_sets: {
    name: 'attribute_sets',
    key: ['external_id'],
    columns: { external_id: 'text', code: 'text', name: 'text', attribute_ids: 'jsonb', hash: 'uuid' },
  },
  locations: {
    name: 'locations',
    key: ['external_id'],
    columns: { external_id: 'text', code: 'text', name: 'text', read_only: 'boolean', hash: 'uuid' },
  },
  shipping_methods: {
    name: 'shipping_methods',
    key: ['external_id'],
    columns: { external_id: 'text', code: 'text', name: 'text', hash: 'uuid' },
  },
  suppliers: {
    name: 'suppliers',
    key: ['external_id'],
    columns: { external_id: 'text', code: 'text', name: 'text', email: 'text', hash: 'uuid' },
  },
  product_suppliers: {
    name: 'product_suppliers',
    key: ['variant_id', 'supplier_id'],
    columns: {
      variant_id: 'text',
      supplier_id: 'text',
      supplier_sku: 'text',
      cost_price: 'bigint',
      currency: 'text',
      hash: 'uuid',
    },
  },
  stock_levels: {
    name: 'stock_levels',
    key: ['variant_id', 'location_id'],
    columns: {
      variant_id: 'text',
      location_id: 'text',
      sku: 'text',
      on_hand: 'integer',
      allocated: 'integer',
      available: 'integer',
      hash: 'uuid',
    },
  },
  products: {
    name: 'products',
    key: ['external_id'],
    columns: {
      external_id: 'text',
      title: 'text',
      description: 'text',
      brand: 'text',
      status: 'text',
      attribute_set_id: 'text',
      attributes: 'jsonb',
      created_at: 'timestamptz',
      updated_at: 'timestamptz',
      hash: 'uuid',
    },
  },
  variants: {
    name: 'variants',
    key: ['external_id'],
    parent: { table: 'products', column: 'product_id' },
    columns: {
      external_id: 'text',
      product_id: 'text',
      sku: 'text',
      title: 'text',
      barcode: 'text',
      price: 'bigint',
      currency: 'text',
      compare_at_price: 'bigint',
      weight_grams: 'integer',
      enabled: 'boolean',
      tracked: 'boolean',
      options: 'jsonb',
      updated_at: 'timestamptz',
    },
  },
  images: {
    name: 'images',
    key: ['product_id', 'external_id'],
    parent: { table: 'products', column: 'product_id' },
    columns: {
      product_id: 'text',
      external_id: 'text',
      url: 'text',
      position: 'integer',
      alt: 'text',
      variant_id: 'text',
    },
  },
  orders: {
    name: 'orders',
    key: ['external_id'],
    columns: {
      external_id: 'text',
      number: 'text',
      cust_ref: 'text',
      placed_at: 'timestamptz',
      placed_offset: 'smallint',
      updated_at: 'timestamptz',
      state: 'text',
      payment_state: 'text',
      fulfilment_state: 'text',
      platform_state: 'text',
      currency: 'text',
      exponent: 'smallint',
      // Addresses that it goes to, where they are several; else 0.
      deliveries: 'smallint',
      items_total: 'bigint',
      shipping_total: 'bigint',
      tax_total: 'bigint',
      discount_total: 'bigint',
      grand_total: 'bigint',
      customer_id: 'text',
      customer_email: 'text',
      customer_name: 'text',
      customer_phone: 'text',
      ...addressColumns('ship'),
      ...addressColumns('bill'),
      shipping_method_code: 'text',
      shipping_method_name: 'text',
      note: 'text',
      // What few orders have (order-facts.ts): content, which stays as it was exported …
      facts: 'jsonb',
      // … and what follows the shop: payments, hold.
      standing: 'jsonb',
      intake: 'text',
      intake_reason: 'text',
      intake_message: 'text',
      payment_kind: 'text',
      goods_hash: 'uuid',
      hash: 'uuid',
    },
  },
  order_lines: {
    name: 'order_lines',
    key: ['order_id', 'external_id'],
    parent: { table: 'orders', column: 'order_id' },
    columns: {
      order_id: 'text',
      external_id: 'text',
      position: 'smallint',
      sku: 'text',
      // Empty: Goods.
      kind: 'text',
      variant_id: 'text',
      title: 'text',
      quantity: 'integer',
      cancelled_quantity: 'integer',
      fulfilled_quantity: 'integer',
      unit_price: 'bigint',
      total: 'bigint',
      tax_rate: 'numeric',
      tax_amount: 'bigint',
      discount_amount: 'bigint',
      facts: 'jsonb',
    },
  },
  order_credits: {
    name: 'order_credits',
    key: ['order_id', 'kind', 'external_id'],
    parent: { table: 'orders', column: 'order_id' },
    columns: {
      order_id: 'text',
      kind: 'text',
      external_id: 'text',
      at: 'timestamptz',
      state: 'text',
      amount: 'bigint',
      shipping_amount: 'bigint',
      reason: 'text',
      restocked: 'boolean',
      lines: 'jsonb',
    },
  },
} satisfies Record<string, RecordTable>);

export type TableName = keyof typeof TABLES;
