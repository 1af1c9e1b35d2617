import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { purgeConnection, TABLES_OF_CONNECTIONS } from '../../../hub/pods/purge.ts';
import { HubRig, until, type TestPod } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(60_000);

let rig: HubRig;
beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase());
});
afterAll(async () => rig.stop());

async function filled(): Promise<TestPod> {
  const pod = await (await rig.store()).connect('shop');
  await pod.send('ProductImport', [
    { ...product('p', ['A']), images: [{ id: 'i', url: 'https://shop.example/i.png', position: 0 }] },
  ]);
  await pod.send('StockImport', [level('A', 10)]);
  const refunds = [{ id: 'r', at: '2026-11-01T00:00:00Z', amount: 100, reason: 'late', lines: [] }];
  await pod.send('OrderImport', [order('1', { lines: [line('1', 'A', 1)], refunds })]);
  return pod;
}

async function tables(where = ''): Promise<string[]> {
  const found = await rig.db.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'connection_id'
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ${where} ORDER BY 1`,
  );
  return found.map(({ name }) => name);
}

/** The same row once more, of another connection and with keys of its own. */
const copyOf = (table: string, connection: number) =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(t, jsonb_build_object('connection_id', ${connection}, 'cust_ref', 'another'))).* FROM ${table} t LIMIT 1`;

const someoneWaits = () =>
  until(async () => {
    const waiting = await rig.db.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length === 1;
  }, 'a session that waits for a lock');

it('every table of connections falls with them, and takes no row that names none', async () => {
  await filled();
  const falls = await rig.db.query<{ name: string }>(TABLES_OF_CONNECTIONS);
  expect(falls.map(({ name }) => name).sort()).toEqual(await tables());

  const byStatement = await tables(
    `AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'connections'::regclass)`,
  );
  const tried: string[] = [];
  for (const table of byStatement) {
    const [{ count } = { count: 0 }] = await rig.db.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
    const guards = await rig.db.query<{ name: string }>(
      `SELECT f.proname::text AS name FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid WHERE t.tgrelid = '${table}'::regclass AND t.tgenabled = 'O' AND f.proname IN ('prove_owner', 'keep_owner') ORDER BY 1`,
    );
    expect([table, ...guards.map(({ name }) => name)]).toEqual([table, 'keep_owner', 'prove_owner']);
    if (count === 0) continue;
    tried.push(table);
    await expect(rig.db.execute(copyOf(table, 987_654))).rejects.toMatchObject({ code: '23503' });
    await expect(rig.db.execute(`UPDATE ${table} SET connection_id = 987654`)).rejects.toMatchObject({ code: '23503' });
  }
  expect(tried).toEqual(
    expect.arrayContaining([
      'images',
      'order_credits',
      'order_lines',
      'orders',
      'products',
      'stock_levels',
      'variants',
    ]),
  );
});

it('one row of many that names no connection is enough to refuse the statement', async () => {
  const { connectionId } = await filled();
  const other = await filled();
  const rows = (...ids: number[]) =>
    `INSERT INTO locations (connection_id, external_id, name, hash) SELECT id, 'many', 'x', gen_random_uuid() FROM unnest(ARRAY[${ids.join()}]) AS id`;
  await expect(rig.db.execute(rows(connectionId, 987_654, other.connectionId))).rejects.toMatchObject({
    code: '23503',
  });
  await expect(rig.db.execute(rows(connectionId, 987_654))).rejects.toMatchObject({ code: '23503' });
  await rig.db.execute(rows(connectionId, other.connectionId));
});

const late = (connection: number) =>
  `INSERT INTO order_lines (connection_id, order_id, external_id, sku, quantity) VALUES (${connection}, 'late', '1', 'A', 1)`;
const linesOf = (connection: number) => rig.db.query(`SELECT 1 FROM order_lines WHERE connection_id = ${connection}`);

it('what is being written while the connection is deleted goes with it', async () => {
  const pod = await filled();
  let purge: Promise<unknown> | undefined;
  await rig.db.transaction(async (writer) => {
    await writer.query(late(pod.connectionId));
    purge = purgeConnection(rig.db, pod.key, 'Delete');
    await someoneWaits();
  });
  await purge;
  expect(await linesOf(pod.connectionId)).toEqual([]);
});

it('what is written while the connection is being deleted is refused', async () => {
  const pod = await filled();
  let refused: Promise<unknown> | undefined;
  await rig.db.transaction(async (deleter) => {
    await deleter.query(`DELETE FROM connections WHERE id = ${pod.connectionId}`);
    refused = expect(rig.db.execute(late(pod.connectionId))).rejects.toMatchObject({ code: '23503' });
    await someoneWaits();
  });
  await refused;
  expect(await linesOf(pod.connectionId)).toEqual([]);
});
