import type { OrderScope } from './order-scope.ts';

/**
 * A rule that may reject a paid, open order, for what only the hub knows: the catalogue, the Store. (What an order
 * alone shows is judged in the pod: sync/orders/intake.ts.) A rule looks at one value of an order, never at the whole:
 * so the same rule answers for staged orders, and for a batch of new ones of which nothing but these values was looked
 * at.
 */
export interface OrderRule {
  readonly reason: string;
  /**
   * The value: the SKU of each line of goods, the code of the shipping method (empty where there is none), the number
   * of addresses (0: one).
   */
  readonly looksAt: 'sku' | 'shippingMethod' | 'deliveries';
  /** A value that it never refuses, so that nothing has to be asked about an order that has it. */
  readonly harmless?: string;
  /** False where it cannot refuse anything. */
  readonly applies: (scope: OrderScope) => boolean;
  /**
   * SQL: of the relation `named(value)` what is refused, as rows (value, name). `$1` is the Store, `$2` its
   * connections, `ofStore` what says that a connection is one of them. One look into an index for each value, as in
   * order-lookup.ts.
   */
  readonly refused: (ofStore: string) => string;
  /** SQL: what is said of an order, with the names of what is refused in it. */
  readonly message: (names: string) => string;
}

const unknownSku: OrderRule = {
  reason: 'UnknownSku',
  looksAt: 'sku',
  applies: ({ checkSkus }) => checkSkus,
  refused: (ofStore) => `
    SELECT n.value, '"' || coalesce(k.component, n.value) || '"' || CASE WHEN k.component IS NULL THEN '' ELSE ' (in kit "' || n.value || '")' END AS name
    FROM named n
    LEFT JOIN sku_aliases a ON a.store_id = $1 AND a.alias = n.value
    LEFT JOIN kits k ON k.store_id = $1 AND k.sku = coalesce(a.sku, n.value)
    LEFT JOIN LATERAL (SELECT 1 AS one FROM variants v WHERE v.connection_id ${ofStore} AND v.sku = coalesce(k.component, a.sku, n.value) LIMIT 1) known ON true
    WHERE known.one IS NULL AND NOT EXISTS (SELECT 1 FROM promotional_codes p WHERE p.store_id = $1 AND p.sku = n.value)`,
  message: (names) =>
    `'SKU ' || ${names} || ' is in no product of the store: add the product, or an alias to spec.skuAliases of the Store'`,
};

const unknownShippingMethod: OrderRule = {
  reason: 'UnknownShippingMethod',
  looksAt: 'shippingMethod',
  applies: ({ mapsShippingMethods }) => mapsShippingMethods,
  refused: () => `
    SELECT n.value, CASE WHEN n.value = '' THEN '' ELSE '"' || n.value || '"' END AS name FROM named n
    WHERE cardinality($2::int[]) > 0 AND NOT EXISTS (SELECT 1 FROM shipping_method_map m WHERE m.store_id = $1 AND m.method = n.value)`,
  message: (names) =>
    `CASE WHEN ${names} = '' THEN 'the order names no shipping method: add "" (empty) with the code to use for such orders to spec.shippingMethods of the Store'
     ELSE 'shipping method ' || ${names} || ' is not mapped: add it to spec.shippingMethods of the Store' END`,
};

/**
 * A back office that reads `shippingAddress` alone would send all of it to the first address: wrong, and dear. So such
 * an order is refused, with its number, until the Store says that the back office packs by delivery.
 */
const severalDeliveries: OrderRule = {
  reason: 'SeveralDeliveries',
  looksAt: 'deliveries',
  harmless: '0',
  applies: (scope) => !scope.severalDeliveries,
  refused: () =>
    `SELECT n.value, n.value AS name FROM named n WHERE n.value <> '0' AND $1::int IS NOT NULL AND $2::int[] IS NOT NULL`,
  message: (names) =>
    `'it goes to ' || ${names} || ' addresses: split it at the shop, or set spec.orders.severalDeliveries of the Store to Accept once the back office packs by deliveryId'`,
};

/** All rules, the first that refuses an order gives the reason. A new rule is added here, and nowhere else. */
export const ORDER_RULES: readonly OrderRule[] = [unknownSku, unknownShippingMethod, severalDeliveries];
