/**
 * New records are copied straight into their tables (hub/pods/direct-copy.ts). The rows that a pod sends do not say
 * whose they are: the transaction does, by settings that only the hub makes. Frozen: a later change is a later
 * migration.
 */
const owner = (table: string, column: string): string =>
  `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT current_setting('supercargo.${column}')::integer;`;

const RECORD_TABLES = [
  'attributes',
  'attribute_sets',
  'locations',
  'shipping_methods',
  'suppliers',
  'product_suppliers',
  'stock_levels',
  'products',
  'variants',
  'images',
  'orders',
  'order_lines',
];

export const directCopy = [
  ...RECORD_TABLES.map((table) => owner(table, 'connection_id')),
  owner('orders', 'store_id'),
  '',
].join('\n');
