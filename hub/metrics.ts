import { Counter, Gauge, type Registry } from 'prom-client';
import type { Ended } from './retention/keeper.ts';
import type { Database } from './storage/database.ts';
import { REASONS, type UnfitFor } from './storage/fitness.ts';

/** Domain figures, read from the database at scrape time: nothing stale remains after a deletion. */
export function hubMetrics(registry: Registry, db: Database, unfit: readonly UnfitFor[], ended: Ended): void {
  new Counter({
    name: 'supercargo_hub_ended_rows_total',
    help: 'Rows that this replica ended because their time was over, by what they were; persons: orders whose personal data was erased.',
    labelNames: ['what'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [what, rows] of ended) this.inc({ what }, rows);
    },
  });
  const unfitFor = new Gauge({
    name: 'supercargo_hub_database_unfit',
    help: '1: the database server is set up so that answered orders can be lost (reason: FsyncOff, FullPageWritesOff, TooFewSessions), as the hub found it at its start.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of REASONS) unfitFor.set({ reason }, unfit.some((fault) => fault.reason === reason) ? 1 : 0);
  const gauge = (name: string, help: string, labelNames: string[], sql: string) => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        for (const { value, ...labels } of await db.query<{ value: number } & Record<string, string | number>>(sql))
          this.set(labels, Number(value));
      },
    });
  };
  // What a Store of the same name left keeps a series of its own.
  const connection = `c.namespace AS namespace, c.name || CASE WHEN c.retired THEN '#' || c.id ELSE '' END AS connection`;
  gauge(
    'supercargo_orders',
    'Orders by what was decided about them.',
    ['namespace', 'connection', 'intake'],
    `SELECT ${connection}, o.intake, count(*) AS value FROM orders o JOIN connections c ON c.id = o.connection_id GROUP BY 1, 2, 3`,
  );
  new Counter({
    name: 'supercargo_orders_first_seen_total',
    help: 'Orders placed while webhooks of the store were due, by what saw them first: hint or poll.',
    labelNames: ['namespace', 'connection', 'by'],
    registers: [registry],
    async collect() {
      this.reset();
      const rows = await db.query<{ namespace: string; connection: string; hint: number; poll: number }>(
        `SELECT ${connection}, orders_by_hint AS hint, orders_by_poll AS poll FROM connections c WHERE hooks_since IS NOT NULL`,
      );
      for (const { hint, poll, ...labels } of rows) {
        this.inc({ ...labels, by: 'hint' }, hint);
        this.inc({ ...labels, by: 'poll' }, poll);
      }
    },
  });
  gauge(
    'supercargo_inbound_webhooks_pending',
    'Webhooks of stores that no pod has taken yet.',
    ['namespace', 'connection'],
    `SELECT ${connection}, count(*) AS value FROM inbound_hooks h JOIN connections c ON c.id = h.connection_id WHERE h.state = 'Pending' GROUP BY 1, 2`,
  );
  gauge(
    'supercargo_problems_open',
    "Open problems; without connection and feed where they are a Store's.",
    ['namespace', 'connection', 'feed', 'severity'],
    `SELECT ${connection}, p.feed_type AS feed, p.severity, count(*) AS value FROM problems p JOIN connections c ON c.id = p.connection_id WHERE p.resolved_at IS NULL GROUP BY 1, 2, 3, 4
     UNION ALL SELECT s.namespace, '', '', p.severity, count(*) FROM problems p JOIN stores s ON s.id = p.store_id WHERE p.resolved_at IS NULL GROUP BY 1, 4`,
  );
  gauge(
    'supercargo_outbox_entries',
    'Writes to stores by state.',
    ['namespace', 'connection', 'kind', 'state'],
    `SELECT ${connection}, o.kind, o.state, count(*) AS value FROM outbox o JOIN connections c ON c.id = o.connection_id WHERE o.state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected') GROUP BY 1, 2, 3, 4`,
  );
  gauge(
    'supercargo_webhook_deliveries',
    'Webhook deliveries that are not done.',
    ['store', 'endpoint', 'state'],
    `SELECT s.namespace || '/' || s.name AS store, d.endpoint, d.state, count(*) AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state IN ('Pending', 'Dead') GROUP BY 1, 2, 3`,
  );
  gauge(
    'supercargo_webhook_oldest_pending_seconds',
    'Age of the oldest webhook delivery that waits.',
    ['store', 'endpoint'],
    `SELECT s.namespace || '/' || s.name AS store, d.endpoint, extract(epoch FROM now() - min(d.created_at)) AS value FROM deliveries d JOIN stores s ON s.id = d.store_id WHERE d.state = 'Pending' GROUP BY 1, 2`,
  );
  gauge(
    'supercargo_webhook_endpoint_disabled',
    '1: the endpoint is switched off, what is for it waits.',
    ['store', 'endpoint'],
    `SELECT s.namespace || '/' || s.name AS store, e->>'name' AS endpoint, CASE WHEN w.disabled_at IS NULL THEN 0 ELSE 1 END AS value
     FROM stores s CROSS JOIN jsonb_array_elements(coalesce(s.rules->'orderWebhooks', '[]')) e LEFT JOIN webhook_endpoints w ON w.store_id = s.id AND w.name = e->>'name' WHERE NOT s.deleted`,
  );
}
