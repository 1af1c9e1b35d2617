import { EXPORT_TYPES, FEEDS } from '../model/feeds.ts';

/** A gauge whose series are the rows of a query: every column but `value` is a label. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly sql: string;
  /** Makes the rows of what the query gives, where several figures come from one. */
  readonly of?: (row: FigureRow) => readonly FigureRow[];
}

/** A row of a query: labels, and the value. */
export type FigureRow = Readonly<Record<string, string | number | boolean | null>>;

/** Of which connection a row is; `kind` is no label, and tells whether its resource is still there. */
const CONNECTION = 'c.kind, c.namespace, c.name AS connection';
const ENDPOINT = ['namespace', 'store', 'endpoint'];
const AGE = (since: string) => `greatest(extract(epoch FROM now() - min(${since})), 0)`;
const THERE = 'NOT c.retired';
const FEED_TYPE = `CASE o.kind ${EXPORT_TYPES.map((feed) => `WHEN '${FEEDS[feed].kind}' THEN '${feed}'`).join(' ')} END`;
const KINDS = EXPORT_TYPES.map((feed) => FEEDS[feed].kind).join(', ');

/** All orders are read for it: what is asked of them is asked at once. */
const ORDERS = `SELECT ${CONNECTION}, o.intake, count(*) AS count, bool_or(o.exported_at IS NOT NULL) AS exported,
    extract(epoch FROM now() - min(o.first_seen_at) FILTER (WHERE o.state = 'Open'
      AND (o.intake IN ('Held', 'Rejected') OR o.intake = 'Accepted' AND o.exported_at IS NULL))) AS oldest,
    extract(epoch FROM now() - min(o.exported_at) FILTER (WHERE o.state = 'Open' AND o.intake = 'Accepted'
      AND coalesce(o.fulfilment_state, 'Unfulfilled') = 'Unfulfilled'
      AND NOT EXISTS (SELECT FROM shipments s WHERE s.connection_id = o.connection_id AND s.order_id = o.external_id))) AS unshipped
  FROM orders o JOIN connections c ON c.id = o.connection_id WHERE ${THERE} GROUP BY 1, 2, 3, 4`;

/** What the hub's database says of connections. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'supercargo_orders',
    help: 'Orders by what was decided about them (Accepted, Held, Skipped, Rejected).',
    labels: ['namespace', 'connection', 'intake'],
    sql: ORDERS,
    of: (row) => [{ ...row, value: row['count']! }],
  },
  {
    // Whoever only lists orders never says that it has one: their age would grow for ever.
    name: 'supercargo_oldest_order_seconds',
    help: 'Since when the oldest open order of a stage has been known to the hub. Held and Rejected: by the rules; Untaken: accepted, but neither acknowledged by the back office nor taken by its webhook (only where orders are). Unshipped: since when the back office has had the oldest of which no parcel is known.',
    labels: ['namespace', 'connection', 'stage'],
    sql: ORDERS,
    of: ({ oldest, unshipped, exported, intake, ...row }) => {
      const waits = oldest !== null && (intake !== 'Accepted' || exported === true);
      const at = (stage: string, age: FigureRow[string]) => ({ ...row, stage, value: Math.max(0, Number(age)) });
      return [
        ...(waits ? [at(intake === 'Accepted' ? 'Untaken' : String(intake), oldest!)] : []),
        ...(unshipped === null ? [] : [at('Unshipped', unshipped!)]),
      ];
    },
  },
  {
    name: 'supercargo_inbound_webhooks_pending',
    help: 'Webhooks of stores that no pod has taken yet.',
    labels: ['namespace', 'connection'],
    sql: `SELECT ${CONNECTION}, count(*) AS value FROM inbound_hooks h JOIN connections c ON c.id = h.connection_id WHERE h.state = 'Pending' AND ${THERE} GROUP BY 1, 2, 3`,
  },
  {
    name: 'supercargo_problems_open',
    help: "Open problems; without connection and feed where they are a Store's.",
    labels: ['namespace', 'connection', 'feed', 'severity', 'reason'],
    sql: `SELECT ${CONNECTION}, p.feed_type AS feed, p.severity, p.reason, count(*) AS value FROM problems p JOIN connections c ON c.id = p.connection_id WHERE p.resolved_at IS NULL AND ${THERE} GROUP BY 1, 2, 3, 4, 5, 6
     UNION ALL SELECT '', s.namespace, '', '', p.severity, p.reason, count(*) FROM problems p JOIN stores s ON s.id = p.store_id WHERE p.resolved_at IS NULL AND NOT s.deleted AND NOT s.retired GROUP BY 2, 5, 6`,
  },
  {
    name: 'supercargo_outbox_entries',
    help: `Writes to stores by kind (${KINDS}) and state.`,
    labels: ['namespace', 'connection', 'kind', 'state'],
    sql: `SELECT ${CONNECTION}, o.kind AS write, o.state, count(*) AS value FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE o.state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected') AND ${THERE} GROUP BY 1, 2, 3, 4, 5`,
  },
  {
    name: 'supercargo_outbox_oldest_seconds',
    help: 'Age of the oldest write of a kind that the store has not confirmed yet. Held and rejected ones wait for a person and are not counted.',
    labels: ['namespace', 'connection', 'kind', 'feed_type'],
    sql: `SELECT ${CONNECTION}, o.kind AS write, ${FEED_TYPE} AS feed_type, ${AGE('o.created_at')} AS value FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE o.state IN ('Pending', 'Sent', 'Submitted') AND ${THERE} GROUP BY 1, 2, 3, 4`,
  },
  {
    name: 'supercargo_webhook_deliveries',
    help: 'Deliveries of order webhooks that are not done (Pending), or were given up (Dead).',
    labels: [...ENDPOINT, 'state'],
    sql: `SELECT s.namespace, s.name AS store, d.endpoint, d.state, count(*) AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state IN ('Pending', 'Dead') AND NOT s.deleted AND NOT s.retired GROUP BY 1, 2, 3, 4`,
  },
  {
    name: 'supercargo_webhook_oldest_pending_seconds',
    help: 'Age of the oldest delivery of an order webhook that waits.',
    labels: ENDPOINT,
    sql: `SELECT s.namespace, s.name AS store, d.endpoint, ${AGE('d.created_at')} AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state = 'Pending' AND NOT s.deleted AND NOT s.retired GROUP BY 1, 2, 3`,
  },
  {
    name: 'supercargo_webhook_endpoint_disabled',
    help: '1: the endpoint is switched off, what is for it waits.',
    labels: ENDPOINT,
    sql: `SELECT s.namespace, s.name AS store, e->>'name' AS endpoint, CASE WHEN w.disabled_at IS NULL THEN 0 ELSE 1 END AS value
     FROM stores s CROSS JOIN jsonb_array_elements(coalesce(s.rules->'orderWebhooks', '[]')) e LEFT JOIN webhook_endpoints w ON w.store_id = s.id AND w.name = e->>'name' WHERE NOT s.deleted AND NOT s.retired`,
  },
];

/** Orders placed while webhooks of the store were due: counters, as the hub keeps them over restarts. */
export const FIRST_SEEN: Figure = {
  name: 'supercargo_orders_first_seen_total',
  help: 'Orders placed while webhooks of the store were due, by what saw them first: hint or poll.',
  labels: ['namespace', 'connection', 'by'],
  sql: `SELECT ${CONNECTION}, v.by, v.value FROM connections c CROSS JOIN LATERAL (VALUES ('hint', c.orders_by_hint), ('poll', c.orders_by_poll)) v (by, value) WHERE c.hooks_since IS NOT NULL AND ${THERE}`,
};
