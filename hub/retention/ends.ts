/** What is over after its time: rows of `table` (as t) that `over` finds. */
export interface End {
  /** In the metric. */
  readonly what: string;
  readonly table: string;
  readonly over: string;
}

/** As `spec.retention.historyDays` of the Store has it. */
const HISTORY_DAYS = 90;
const QUARANTINE_DAYS = 30;
const INBOUND_DAYS = 7;
const IDEMPOTENCY_DAYS = 7;
/** Of an order that never came. */
const ERASURE_DAYS = 365;

/** SQL: whether a time is older than the Store keeps history. */
const old = (time: string, store: string) =>
  `${time} < now() - make_interval(days => coalesce((${store}.rules->'retention'->>'historyDays')::int, ${HISTORY_DAYS}))`;
const OF_CONNECTION = 'JOIN connections c ON c.id = t.connection_id JOIN stores s ON s.id = c.store_id';
/** SQL: an order (as o) that nobody works on any more. */
const CLOSED = `(o.state IN ('Completed', 'Cancelled') OR o.intake IN ('Rejected', 'Skipped'))`;
const OPEN_ORDER = (id: string) =>
  `EXISTS (SELECT 1 FROM orders o WHERE o.connection_id = t.connection_id AND o.external_id = ${id} AND NOT ${CLOSED})`;

export const ENDS: readonly End[] = [
  {
    what: 'deliveries',
    table: 'deliveries',
    over: `JOIN stores s ON s.id = t.store_id WHERE t.state <> 'Pending' AND ${old('t.created_at', 's')}`,
  },
  {
    what: 'outbox',
    table: 'outbox',
    over: `${OF_CONNECTION} WHERE t.done_at IS NOT NULL AND t.state IN ('Applied', 'Superseded', 'Rejected', 'Dismissed', 'Failed') AND ${old('t.done_at', 's')} AND NOT (t.kind = 'shipment' AND ${OPEN_ORDER('t.subject')})`,
  },
  {
    what: 'orderHistory',
    table: 'order_history',
    over: `${OF_CONNECTION} WHERE ${old('t.at', 's')} AND NOT ${OPEN_ORDER('t.order_id')}`,
  },
  {
    what: 'problems',
    table: 'problems',
    over: `LEFT JOIN connections c ON c.id = t.connection_id JOIN stores s ON s.id = coalesce(t.store_id, c.store_id) WHERE t.resolved_at IS NOT NULL AND ${old('t.resolved_at', 's')}`,
  },
  {
    // The newest of each feed stays: it says when it last ran.
    what: 'runs',
    table: 'runs',
    over: `${OF_CONNECTION} WHERE t.result <> 'Running' AND ${old('t.started_at', 's')} AND EXISTS (SELECT 1 FROM runs n WHERE n.connection_id = t.connection_id AND n.feed_type = t.feed_type AND n.started_at > t.started_at)`,
  },
  { what: 'checkpointHistory', table: 'checkpoint_history', over: `${OF_CONNECTION} WHERE ${old('t.saved_at', 's')}` },
  {
    what: 'idempotencyKeys',
    table: 'idempotency_keys',
    over: `WHERE t.created_at < now() - interval '${IDEMPOTENCY_DAYS} days'`,
  },
  {
    what: 'inboundWebhooks',
    table: 'inbound_hooks',
    over: `WHERE t.received_at < now() - CASE WHEN t.state = 'Pending' THEN interval '${INBOUND_DAYS} days' ELSE interval '1 hour' END`,
  },
  { what: 'erasures', table: 'erasures', over: `WHERE t.asked_at < now() - interval '${ERASURE_DAYS} days'` },
  { what: 'quarantine', table: 'quarantine', over: `WHERE t.at < now() - interval '${QUARANTINE_DAYS} days'` },
];

/** Orders whose Store says for how long the person is kept once they are closed, and that are over. */
export const PERSONS_OVER = `SELECT o.connection_id AS "connectionId", o.external_id AS "orderId"
  FROM stores s JOIN connections c ON c.store_id = s.id JOIN orders o ON o.connection_id = c.id
  WHERE s.rules->'retention' ? 'personalDataDays' AND o.forgotten_at IS NULL AND ${CLOSED}
    AND o.changed_at < now() - make_interval(days => (s.rules->'retention'->>'personalDataDays')::int)`;

/** Tables that live as long as their connection or Store does, and say what is so now. */
export const LIVE_AS_LONG_AS_THEIR_OWNER: readonly string[] = [
  ...['attribute_sets', 'attributes', 'images', 'locations', 'product_suppliers', 'products', 'shipping_methods'],
  ...['stock_levels', 'suppliers', 'variants', 'written_prices', 'stock_targets'],
  ...['orders', 'order_lines', 'order_credits', 'shipments'],
  ...['checkpoints', 'hints', 'connections', 'webhook_endpoints'],
  ...['kits', 'promotional_codes', 'shipping_method_map', 'sku_aliases'],
];

/** The installation's own; no row is of a Store, but for `stores`, and `token_vault`, which goes with its last user. */
export const OF_THE_INSTALLATION: readonly string[] = [
  ...['stores', 'token_vault', 'hub_secret', 'database_epoch', 'database_owner', 'positions', 'schema_migrations'],
];
