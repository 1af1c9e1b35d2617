import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import type { Database } from '../database.ts';
import { migrate } from '../migrate.ts';
import { openPostgres } from '../postgres.ts';
import { MIGRATIONS } from './index.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('subjects') });
  await upTo('0010-problem-subjects');
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

/** The schema as a release before this migration left it. */
async function upTo(name: string): Promise<void> {
  const before = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((migration) => migration.name === name),
  );
  await db.query(
    'CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  for (const [index, migration] of before.entries()) {
    await db.execute(migration.sql);
    await db.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [index + 1, migration.name]);
  }
}

const OLD = [
  ['OrderImport', '100', 'UnknownSku', 'by number'],
  ['OrderImport', 'o-1', 'UnexpectedPayload', 'by id'],
  ['ShipmentExport', 'o-1', 'StoreRefused', 'by id'],
  ['StockImport', 'v1@main', 'PoisonedRecord', 'by variant'],
  ['StockExport', 'MUG@main', 'StoreRefused', 'by SKU'],
  ['OrderImport', 'webhook/wms', 'WebhookEndpointDisabled', 'of one connection'],
  ['OrderImport', '999', 'TotalsMismatch', 'of an order that is gone'],
];

describe('problems of an older release', () => {
  it('get one id for each subject, the number beside it, and their Store', async () => {
    await db.execute(`
      INSERT INTO stores (namespace, name, client, rules) VALUES ('acme', 'main', 'acme', '{}');
      INSERT INTO connections (kind, namespace, name, store_id, driver, mode) SELECT 'Connection', 'acme', n, 1, 'memory', 'Production' FROM unnest(ARRAY['a', 'b']) AS n;
      INSERT INTO orders (connection_id, store_id, external_id, number, cust_ref, state, currency, exponent, intake, goods_hash, hash)
        VALUES (1, 1, 'o-1', '100', '100', 'Open', 'EUR', 2, 'Rejected', gen_random_uuid(), gen_random_uuid());
      INSERT INTO stock_levels (connection_id, variant_id, location_id, sku, hash) VALUES (1, 'v1', 'main', 'MUG', gen_random_uuid());
      INSERT INTO quarantine (connection_id, feed_type, record, reason, payload) VALUES (1, 'StockImport', 'v1@main', 'PoisonedRecord', '{}');`);
    for (const [feed, record, reason, message] of OLD) {
      await db.query(
        `INSERT INTO problems (connection_id, feed_type, record, reason, severity, message) VALUES (1, $1, $2, $3, 'Error', $4)`,
        [feed, record, reason, message],
      );
    }
    await db.query(`INSERT INTO problems (connection_id, feed_type, record, reason, severity, message, last_seen_at)
      VALUES (2, 'OrderImport', 'webhook/wms', 'WebhookEndpointDisabled', 'Error', 'of the other', now() + interval '1 minute')`);
    await migrate(db);
    const rows = await db.query(
      'SELECT connection_id AS c, store_id AS s, feed_type AS feed, kind, record, number, message FROM problems ORDER BY message',
    );
    expect(rows).toEqual(
      [
        { c: 1, s: null, feed: 'StockExport', kind: 'stockLevel', record: 'MUG@main', number: null, message: 'by SKU' },
        { c: 1, s: null, feed: 'OrderImport', kind: 'order', record: 'o-1', number: '100', message: 'by id' },
        { c: 1, s: null, feed: 'ShipmentExport', kind: 'order', record: 'o-1', number: '100', message: 'by id' },
        { c: 1, s: null, feed: 'OrderImport', kind: 'order', record: 'o-1', number: '100', message: 'by number' },
        {
          c: 1,
          s: null,
          feed: 'StockImport',
          kind: 'stockLevel',
          record: 'MUG@main',
          number: null,
          message: 'by variant',
        },
        {
          c: 1,
          s: null,
          feed: 'OrderImport',
          kind: 'order',
          record: '999',
          number: null,
          message: 'of an order that is gone',
        },
        { c: null, s: 1, feed: null, kind: 'webhookEndpoint', record: 'wms', number: null, message: 'of the other' },
      ].sort(
        (a, b) =>
          rows.findIndex((row) => row['message'] === a.message && row['feed'] === a.feed) -
          rows.findIndex((row) => row['message'] === b.message && row['feed'] === b.feed),
      ),
    );
    expect(await db.query('SELECT record FROM quarantine')).toEqual([{ record: 'MUG@main' }]);
  });
});
