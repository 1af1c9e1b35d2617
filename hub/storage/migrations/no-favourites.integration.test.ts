import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { BY_KEY } from '../by-key.ts';
import type { Database } from '../database.ts';
import { applyMigrations, migrate } from '../migrate.ts';
import { openPostgres } from '../postgres.ts';
import { MIGRATIONS } from './index.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  db = openPostgres({ url: await postgres.createDatabase('favourites') });
  // A hub of the release before, with one shop, whose tables have been analyzed.
  const before = MIGRATIONS.findIndex(({ name }) => name === '0051-no-favourites');
  await db.transaction((tx) => applyMigrations(tx, before));
  await db.execute(`
    INSERT INTO stores (namespace, name, client, rules) VALUES ('acme', 'main', 'acme', '{}');
    INSERT INTO connections (kind, namespace, name, store_id, driver, mode) SELECT 'Connection', 'acme', n, 1, 'memory', 'Production' FROM unnest(ARRAY['old', 'new']) AS n;`);
  await fill(1);
  await db.execute('ANALYZE');
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

const fill = (connection: number): Promise<void> =>
  db.execute(`
    INSERT INTO variants (connection_id, external_id, product_id, sku, title, price, currency, options) SELECT ${connection}, 'v' || n, 'p' || n, 'SKU-' || n, 'Mug', 1, 'EUR', '{}' FROM generate_series(1, 3000) n;
    INSERT INTO orders (connection_id, store_id, external_id, number, cust_ref, state, currency, exponent, intake, goods_hash, hash)
      SELECT ${connection}, 1, 'o' || n, 'N' || n, 'R${connection}-' || n, 'Open', 'EUR', 2, 'Accepted', gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 3000) n;`);

/** The index that a look-up of one row of the second connection goes by. */
async function indexOf(table: string, condition: string): Promise<unknown> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: { Plans: [{ 'Index Name': string; Filter?: string }] } }] }>(
      `EXPLAIN (FORMAT JSON) SELECT 1 FROM ${table} WHERE connection_id = 2 AND ${condition} LIMIT 1`,
    );
    const [{ 'Index Name': index, Filter: filter }] = row!['QUERY PLAN'][0].Plan.Plans;
    return filter === undefined ? index : `${index}, then each row for ${filter}`;
  }, BY_KEY);
}

describe('a shop that comes to a hub which has others', () => {
  it('is looked up by key in its first sync, whatever was known of the others', async () => {
    await migrate(db);
    await fill(2);
    expect(await indexOf('variants', `sku = 'SKU-7'`)).toBe('variants_sku');
    expect(await indexOf('variants', `external_id = 'v7'`)).toBe('variants_pkey');
    expect(await indexOf('orders', `external_id = 'o7'`)).toBe('orders_pkey');
    await db.execute('ANALYZE variants');
    expect(await indexOf('variants', `sku = 'SKU-7'`)).toBe('variants_sku');
  });

  it('no table keeps figures of its connections or Stores, those to come included', async () => {
    const kept = await db.query(
      `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname IN ('connection_id', 'store_id') AND NOT a.attisdropped
         AND (a.attstattarget IS DISTINCT FROM 0 OR EXISTS (SELECT FROM pg_stats s WHERE s.tablename = c.relname AND s.attname = a.attname))`,
    );
    expect(kept).toEqual([]);
  });

  it('what stands in the way of a row that changes hands is still there', async () => {
    await expect(db.execute('UPDATE variants SET connection_id = 2 WHERE connection_id = 1')).rejects.toThrow(
      'stays with its connection',
    );
  });
});
