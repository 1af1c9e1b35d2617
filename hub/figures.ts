import { EXPORT_TYPES, FEEDS } from '../model/feeds.ts';

/** Where series of a figure come from. */
export interface Source {
  readonly sql: string;
  /** Reads an entry for every record that was ever kept: asked for less often than the others. */
  readonly slow?: true;
  /** Makes the series of what the query gives, where a row is not one. */
  readonly of?: (row: FigureRow) => readonly FigureRow[];
}

/** A gauge whose series are the rows of queries: every column but `value` is a label. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly sources: readonly Source[];
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

/** Orders that wait for the rules: few, and found by an index of their own. */
const PUT_ASIDE = `SELECT ${CONNECTION}, o.intake, count(*) AS count, extract(epoch FROM now() - min(o.first_seen_at) FILTER (WHERE o.state = 'Open')) AS oldest
  FROM orders o JOIN connections c ON c.id = o.connection_id
  WHERE o.intake <> 'Accepted' AND o.intake IN ('Held', 'Rejected') AND ${THERE} GROUP BY 1, 2, 3, 4`;

/** Orders that are done with, by an index alone: those of years, not to be counted at every scrape. */
const KEPT = `WITH put_aside AS (SELECT o.connection_id, o.intake, count(*) AS count FROM orders o WHERE o.intake <> 'Accepted' GROUP BY 1, 2),
  total AS (SELECT o.connection_id, count(*) AS count FROM orders o GROUP BY 1)
  SELECT ${CONNECTION}, 'Skipped' AS intake, p.count AS value FROM put_aside p JOIN connections c ON c.id = p.connection_id WHERE p.intake = 'Skipped' AND ${THERE}
  UNION ALL SELECT ${CONNECTION}, 'Accepted', t.count - coalesce((SELECT sum(p.count) FROM put_aside p WHERE p.connection_id = t.connection_id), 0)
  FROM total t JOIN connections c ON c.id = t.connection_id WHERE ${THERE}`;

/** Open orders. `taken`: whether the back office has ever taken one. */
const OPEN = `SELECT ${CONNECTION}, EXISTS (SELECT FROM orders e WHERE e.connection_id = c.id AND e.exported_at IS NOT NULL) AS taken,
    extract(epoch FROM now() - min(o.first_seen_at) FILTER (WHERE o.exported_at IS NULL)) AS untaken,
    extract(epoch FROM now() - min(o.exported_at) FILTER (WHERE coalesce(o.fulfilment_state, 'Unfulfilled') = 'Unfulfilled'
      AND NOT EXISTS (SELECT FROM shipments s WHERE s.connection_id = o.connection_id AND s.order_id = o.external_id))) AS unshipped
  FROM orders o JOIN connections c ON c.id = o.connection_id WHERE o.intake = 'Accepted' AND o.state = 'Open' AND ${THERE} GROUP BY c.id`;

/** None where there is no age. */
const stage = (row: FigureRow, name: string, age: FigureRow[string]): readonly FigureRow[] =>
  age === null ? [] : [{ ...row, stage: name, value: Math.max(0, Number(age)) }];

/** What the hub's database says of connections. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'supercargo_orders',
    help: 'Orders by what was decided about them (Accepted, Held, Skipped, Rejected). Accepted and Skipped are counted once a minute.',
    labels: ['namespace', 'connection', 'intake'],
    sources: [
      { sql: PUT_ASIDE, of: (row) => [{ ...row, value: row['count']! }] },
      { sql: KEPT, slow: true },
    ],
  },
  {
    name: 'supercargo_oldest_order_seconds',
    help: 'Since when the oldest open order of a stage has been known to the hub. Held and Rejected: by the rules; Untaken: accepted, but neither acknowledged by the back office nor taken by its webhook (only where orders are). Unshipped: since when the back office has had the oldest of which no parcel is known.',
    labels: ['namespace', 'connection', 'stage'],
    sources: [
      { sql: PUT_ASIDE, of: (row) => stage(row, String(row['intake']), row['oldest']!) },
      {
        sql: OPEN,
        // Whoever only lists orders never says that it has one: their age would grow for ever.
        of: (row) => [
          ...(row['taken'] === true ? stage(row, 'Untaken', row['untaken']!) : []),
          ...stage(row, 'Unshipped', row['unshipped']!),
        ],
      },
    ],
  },
  {
    name: 'supercargo_inbound_webhooks_pending',
    help: 'Webhooks of stores that no pod has taken yet.',
    labels: ['namespace', 'connection'],
    sources: [
      {
        sql: `SELECT ${CONNECTION}, count(*) AS value FROM inbound_hooks h JOIN connections c ON c.id = h.connection_id WHERE h.state = 'Pending' AND ${THERE} GROUP BY 1, 2, 3`,
      },
    ],
  },
  {
    name: 'supercargo_problems_open',
    help: "Open problems; without connection and feed where they are a Store's.",
    labels: ['namespace', 'connection', 'feed', 'severity', 'reason'],
    sources: [
      {
        sql: `SELECT ${CONNECTION}, p.feed_type AS feed, p.severity, p.reason, count(*) AS value FROM problems p JOIN connections c ON c.id = p.connection_id WHERE p.resolved_at IS NULL AND ${THERE} GROUP BY 1, 2, 3, 4, 5, 6
     UNION ALL SELECT '', s.namespace, '', '', p.severity, p.reason, count(*) FROM problems p JOIN stores s ON s.id = p.store_id WHERE p.resolved_at IS NULL AND NOT s.deleted AND NOT s.retired GROUP BY 2, 5, 6`,
      },
    ],
  },
  {
    name: 'supercargo_outbox_entries',
    help: `Writes to stores by kind (${KINDS}) and state.`,
    labels: ['namespace', 'connection', 'kind', 'state'],
    sources: [
      {
        sql: `SELECT ${CONNECTION}, o.kind AS write, o.state, count(*) AS value FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE o.state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected') AND ${THERE} GROUP BY 1, 2, 3, 4, 5`,
      },
    ],
  },
  {
    name: 'supercargo_outbox_oldest_seconds',
    help: 'Age of the oldest write of a kind that the store has not confirmed yet. Held and rejected ones wait for a person and are not counted.',
    labels: ['namespace', 'connection', 'kind', 'feed_type'],
    sources: [
      {
        sql: `SELECT ${CONNECTION}, o.kind AS write, ${FEED_TYPE} AS feed_type, ${AGE('o.created_at')} AS value FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE o.state IN ('Pending', 'Sent', 'Submitted') AND ${THERE} GROUP BY 1, 2, 3, 4`,
      },
    ],
  },
  {
    name: 'supercargo_webhook_deliveries',
    help: 'Deliveries of order webhooks that are not done (Pending), or were given up (Dead).',
    labels: [...ENDPOINT, 'state'],
    sources: [
      {
        sql: `SELECT s.namespace, s.name AS store, d.endpoint, d.state, count(*) AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state IN ('Pending', 'Dead') AND NOT s.deleted AND NOT s.retired GROUP BY 1, 2, 3, 4`,
      },
    ],
  },
  {
    name: 'supercargo_webhook_oldest_pending_seconds',
    help: 'Age of the oldest delivery of an order webhook that waits.',
    labels: ENDPOINT,
    sources: [
      {
        sql: `SELECT s.namespace, s.name AS store, d.endpoint, ${AGE('d.created_at')} AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state = 'Pending' AND NOT s.deleted AND NOT s.retired GROUP BY 1, 2, 3`,
      },
    ],
  },
  {
    name: 'supercargo_webhook_endpoint_disabled',
    help: '1: the endpoint is switched off, what is for it waits.',
    labels: ENDPOINT,
    sources: [
      {
        sql: `SELECT s.namespace, s.name AS store, e->>'name' AS endpoint, CASE WHEN w.disabled_at IS NULL THEN 0 ELSE 1 END AS value
     FROM stores s CROSS JOIN jsonb_array_elements(coalesce(s.rules->'orderWebhooks', '[]')) e LEFT JOIN webhook_endpoints w ON w.store_id = s.id AND w.name = e->>'name' WHERE NOT s.deleted AND NOT s.retired`,
      },
    ],
  },
];

/** Orders placed while webhooks of the store were due: counters, as the hub keeps them over restarts. */
export const FIRST_SEEN: Figure = {
  name: 'supercargo_orders_first_seen_total',
  help: 'Orders placed while webhooks of the store were due, by what saw them first: hint or poll.',
  labels: ['namespace', 'connection', 'by'],
  sources: [
    {
      sql: `SELECT ${CONNECTION}, v.by, v.value FROM connections c CROSS JOIN LATERAL (VALUES ('hint', c.orders_by_hint), ('poll', c.orders_by_poll)) v (by, value) WHERE c.hooks_since IS NOT NULL AND ${THERE}`,
    },
  ],
};
