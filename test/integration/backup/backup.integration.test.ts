import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readBackup } from '../../../hub/backup/format.ts';
import type { Database } from '../../../hub/storage/database.ts';
import { applyMigrations, NEWEST_SCHEMA } from '../../../hub/storage/migrate.ts';
import { openPostgres } from '../../../hub/storage/postgres.ts';
import { HubRig, until } from '../../support/hub-rig.ts';
import { level, line, order, product } from '../../support/memory-store.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { backUp, check, restore } from './files.ts';

jest.setTimeout(60_000);

let server: TestPostgres;
let folder: string;
let databases = 0;
const open: Database[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supercargo-backup-'));
});
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  await rm(folder, { recursive: true, force: true });
});

const file = (name = 'b') => join(folder, name);
const newDatabase = () => server.createDatabase(`backup_${++databases}`);

function reach(url: string): Database {
  const db = openPostgres({ url });
  open.push(db);
  return db;
}

/** A hub with some orders, whose database is left open. */
async function hubWithOrders(url: string, count = 5): Promise<HubRig> {
  const rig = await HubRig.start(openPostgres({ url }));
  const store = await rig.store();
  const pod = await store.connect();
  await pod.send('ProductImport', [product('p', ['A'])]);
  await pod.send(
    'OrderImport',
    Array.from({ length: count }, (_, index) =>
      order(`N${index}`, { lines: [line('1', 'A', 1), line('2', 'A', 2)], customerName: 'Zoë "Q"\t\\ \n end' }),
    ),
  );
  return rig;
}

const tablesOf = (db: Database) =>
  db
    .query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`)
    .then((rows) => rows.map(({ name }) => name));

/** Every row of a table but of what a restore changes. */
const content = (db: Database, table: string) =>
  db.query(`SELECT * FROM ${table}`).then((rows) => rows.map((row) => JSON.stringify(row)).sort());

describe('a backup', () => {
  it('holds every table that the catalogue has, and a restore brings back every row of it', async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url);
    await rig.db.execute(
      'CREATE TABLE added_by_a_later_release (x integer PRIMARY KEY, made text GENERATED ALWAYS AS (x::text) STORED); INSERT INTO added_by_a_later_release VALUES (1), (2)',
    );
    await backUp(url, file());
    const found: string[] = [];
    for await (const part of readBackup(createReadStream(file()))) if (part.kind === 'table') found.push(part.table);
    expect(found.sort()).toEqual(await tablesOf(rig.db));
    expect(found).toContain('added_by_a_later_release');
    const target = await newDatabase();
    const lines: string[] = [];
    await restore(target, file(), { say: (text) => void lines.push(text) });
    expect(lines).toContain("added_by_a_later_release: left out, it is no table of the hub's");
    const restored = reach(target);
    for (const table of [
      'order_lines',
      'products',
      'variants',
      'stores',
      'problems',
      'schema_migrations',
      'hub_secret',
    ])
      expect([table, await content(restored, table)]).toEqual([table, await content(rig.db, table)]);
    const people = `SELECT external_id, customer_name, placed_at, goods_hash FROM orders ORDER BY 1`;
    expect(await restored.query(people)).toEqual(await rig.db.query(people));
    await rig.stop();
  });

  it('taken while four writers work is of one moment: every order with all of its lines', async () => {
    const url = await newDatabase();
    const rig = await HubRig.start(openPostgres({ url }));
    const store = await rig.store();
    const first = await store.connect('catalogue');
    await first.send('ProductImport', [product('p', ['A'])]);
    let writing = true;
    let sent = 0;
    const writers = [1, 2, 3, 4].map(async (writer) => {
      const pod = await store.connect(`w${writer}`);
      for (let batch = 0; writing; batch++) {
        await pod.send(
          'OrderImport',
          Array.from({ length: 20 }, (_, index) =>
            order(`W${writer}-${batch}-${index}`, { lines: [1, 2, 3].map((id) => line(String(id), 'A', 1)) }),
          ),
        );
        sent += 20;
      }
    });
    const backups: number[] = [];
    for (let count = 0; count < 3; count++) {
      const before = sent;
      await until(() => sent > before + 200, 'orders');
      await backUp(url, file(String(count)));
      backups.push((await check(file(String(count)))).rows);
    }
    writing = false;
    await Promise.all(writers);
    await rig.stop();
    expect(backups[2]).toBeGreaterThan(backups[0]!);
    for (let count = 0; count < 3; count++) {
      const target = await newDatabase();
      await restore(target, file(String(count)));
      const [sums] = await reach(target).query<{ orders: number; lines: number; lonely: number; running: number }>(
        `SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM order_lines) AS lines,
           (SELECT count(*) FROM orders o WHERE (SELECT count(*) FROM order_lines l WHERE l.connection_id = o.connection_id AND l.order_id = o.external_id) <> 3) AS lonely, (SELECT count(*) FROM runs WHERE result = 'Running') AS running`,
      );
      expect(sums).toMatchObject({ lonely: 0, running: 0, lines: sums!.orders * 3 });
      expect(sums!.orders).toBeGreaterThan(100);
    }
  });

  it('holds less in memory than it moves', async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 1);
    await rig.db.execute(
      `INSERT INTO quarantine (connection_id, feed_type, record, reason, payload) SELECT 1, 'OrderImport', n::text, 'r', repeat(md5(n::text), 100) FROM generate_series(1, 40000) n`,
    );
    await rig.stop();
    const peak = watchMemory();
    await backUp(url, file());
    const target = await newDatabase();
    await restore(target, file());
    // Between a heap that is collected late and one that holds everything (128 MB as text, and as much again in
    // pieces).
    expect(peak()).toBeLessThan(200 * 1000 * 1000);
    expect(
      (await reach(target).query<{ bytes: number }>('SELECT sum(length(payload)) AS bytes FROM quarantine'))[0]!.bytes,
    ).toBe(128_000_000);
  });
});

/** How much more than at the beginning the process had at most. */
function watchMemory(): () => number {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  return () => {
    clearInterval(timer);
    return peak - before;
  };
}

describe('a restore', () => {
  it('refuses a file that is cut off or changed, and one of a newer release, before anything is changed', async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url);
    await backUp(url, file());
    const before = await content(rig.db, 'orders');
    const bytes = await readFile(file());
    await truncate(file(), bytes.length - 20);
    await expect(check(file())).rejects.toThrow(/no whole backup/);
    await expect(restore(url, file(), { replace: true })).rejects.toThrow(/no whole backup/);
    // A byte of a value somewhere, and one of a column's name, which the database stumbles over first.
    for (const place of [Math.floor(bytes.length / 2), bytes.indexOf('not_before') + 8, bytes.indexOf('2026-') + 1]) {
      const changed = Buffer.from(bytes);
      changed[place]! ^= 1;
      await writeFile(file(), changed);
      await expect(restore(url, file(), { replace: true })).rejects.toThrow(/no whole backup/);
    }
    expect(await content(rig.db, 'orders')).toEqual(before);
    await rig.stop();
  });

  it("refuses a database that holds orders and says what would be lost; --replace takes the backup's state", async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 3);
    await backUp(url, file());
    const pod = await (await rig.store()).connect();
    await pod.send('OrderImport', [order('LATER', { lines: [line('1', 'A', 1)] })]);
    await expect(restore(url, file())).rejects.toThrow(
      /the database holds 4 orders of 2 connections, the newest seen at 20.*Z: nothing was restored. Give --replace/,
    );
    expect(await rig.db.query('SELECT count(*) AS n FROM orders')).toEqual([{ n: 4 }]);
    await restore(url, file(), { replace: true });
    expect(await rig.db.query(`SELECT number FROM orders ORDER BY 1`)).toEqual([
      { number: 'N0' },
      { number: 'N1' },
      { number: 'N2' },
    ]);
    await rig.stop();
  });

  it("refuses a database with tables that are no hub's", async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 1);
    await backUp(url, file());
    await rig.stop();
    const target = await newDatabase();
    const other = reach(target);
    await other.execute('CREATE TABLE invoices (x integer)');
    await expect(restore(target, file(), { replace: true })).rejects.toThrow(
      /tables that are not a hub's \(invoices\)/,
    );
    await expect(backUp(target, file('none'))).rejects.toThrow(/holds no hub/);
    expect(await tablesOf(other)).toEqual(['invoices']);
  });

  it('of an older schema migrates it to the newest, with its rows', async () => {
    const url = await newDatabase();
    const old = reach(url);
    await old.transaction((tx) => applyMigrations(tx, 3));
    await old.execute(`INSERT INTO stores (namespace, name, client, rules) VALUES ('n', 's', 'n', '{}'); INSERT INTO connections (kind, namespace, name, store_id, driver, mode) VALUES ('Connection', 'n', 'c', 1, 'memory', 'Test');
      INSERT INTO outbox (connection_id, kind, subject, payload) VALUES (1, 'shipment', 'o-1', '{}')`);
    await backUp(url, file());
    expect((await check(file())).header.schema).toBe(3);
    const target = await newDatabase();
    await restore(target, file());
    const restored = reach(target);
    expect(await restored.query('SELECT max(version)::int AS version FROM schema_migrations')).toEqual([
      { version: NEWEST_SCHEMA },
    ]);
    expect(await restored.query('SELECT kind, subject, failures FROM outbox')).toEqual([
      { kind: 'shipment', subject: 'o-1', failures: 0 },
    ]);
    const rig = await HubRig.start(reach(target));
    open.splice(open.length - 1);
    await rig.stop();
  });

  it('goes through while a hub works on the database', async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 3);
    await backUp(url, file());
    const pod = await (await rig.store()).connect();
    let working = true;
    const worker = (async () => {
      for (let count = 0; working; count++)
        await pod.send('OrderImport', [order(`X${count}`, { lines: [line('1', 'A', 1)] })]).catch(() => undefined);
    })();
    await restore(url, file(), { replace: true });
    working = false;
    await worker;
    const numbers = (
      await rig.db.query<{ number: string }>(`SELECT number FROM orders WHERE number LIKE 'N%' ORDER BY 1`)
    ).map(({ number }) => number);
    expect(numbers).toEqual(['N0', 'N1', 'N2']);
    await rig.stop();
  });

  it('that is killed in the middle leaves what was there', async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 3);
    await rig.db.execute(
      `INSERT INTO quarantine (connection_id, feed_type, record, reason, payload) SELECT 1, 'OrderImport', n::text, 'r', md5(n::text) FROM generate_series(1, 200000) n`,
    );
    await backUp(url, file());
    await rig.db.execute(`DELETE FROM quarantine; UPDATE orders SET note = 'after the backup'`);
    const before = await content(rig.db, 'orders');
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'restoring.ts'), file(), 'quarantine:'],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SUPERCARGO_DATABASE_URL: url } },
    );
    for await (const text of createInterface({ input: child.stdout })) if (text.startsWith('quarantine:')) break;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await content(rig.db, 'orders')).toEqual(before);
    expect((await rig.store()).name).toBeDefined();
    await rig.stop();
  });
});

describe('after a restore', () => {
  it('nothing old goes over something newer, nothing of then lives on, and no number is given out twice', async () => {
    const url = await newDatabase();
    const rig = await HubRig.start(openPostgres({ url }));
    const store = await rig.store();
    const pod = await store.connect();
    await pod.send('ProductImport', [product('p', ['A', 'B'])]);
    await pod.send('StockImport', [level('A', 5), level('B', 7)]);
    await pod.send('OrderImport', [order('N1', { lines: [line('1', 'A', 1)] })], [], {
      since: '2026-03-01T00:00:00Z',
      run: { resume: 'page-7' },
    });
    await store.api('POST', '/stock', { levels: [{ sku: 'A', quantity: 9 }] });
    const id = (await store.api('GET', '/orders')).body.items[0].id as string;
    expect((await store.api('POST', `/orders/${id}/shipments`, { trackingCode: 'T1' })).status).toBe(201);
    const seen = BigInt((await store.api('GET', '/orders')).body.items[0].cursor as string);
    await rig.db.execute(
      `UPDATE connections SET budget = '{}', hooks_since = '2020-01-01'; INSERT INTO hints (connection_id, feed_type) VALUES (1, 'DataModelSync')`,
    );
    await pod.claim('shipment', 10);
    await backUp(url, file());
    const lastChange = (await rig.db.query<{ last: number }>('SELECT last_value AS last FROM change_seq'))[0]!.last;
    await rig.stop();

    const target = await newDatabase();
    await restore(target, file());
    const after = await HubRig.start(openPostgres({ url: target }));
    const db = after.db;
    expect(await db.query('SELECT kind, state, reason FROM outbox ORDER BY kind')).toEqual([
      { kind: 'shipment', state: 'Sent', reason: null },
      { kind: 'stock', state: 'Superseded', reason: 'StockForgotten' },
    ]);
    expect(await db.query('SELECT DISTINCT on_hand, available FROM stock_levels')).toEqual([
      { on_hand: null, available: null },
    ]);
    expect(await db.query('SELECT * FROM stock_targets')).toEqual([]);
    expect(await db.query(`SELECT result, message FROM runs WHERE feed_type = 'ShipmentExport'`)).toEqual([
      { result: 'Failed', message: 'the hub was restored from a backup' },
    ]);
    expect(
      await db.query(`SELECT feed_type, value FROM checkpoints WHERE feed_type IN ('OrderImport', 'StockImport')`),
    ).toEqual([{ feed_type: 'OrderImport', value: { since: '2026-03-01T00:00:00Z' } }]);
    expect(
      (await db.query<{ feed_type: string }>('SELECT feed_type FROM hints ORDER BY 1')).map((row) => row.feed_type),
    ).toEqual(['OrderImport', 'ProductImport', 'ShipmentExport', 'StockImport']);
    expect(await db.query("SELECT registered, budget, hooks_since > '2026-01-01' AS anew FROM connections")).toEqual([
      { registered: false, budget: null, anew: true },
    ]);
    expect(await db.query(`SELECT severity, resolved_at FROM problems WHERE reason = 'StockForgotten'`)).toEqual([
      { severity: 'Error', resolved_at: null },
    ]);
    const [next] = await db.query<{ change: number; connection: number }>(
      `SELECT nextval('change_seq') AS change, nextval(pg_get_serial_sequence('connections', 'id')) AS connection`,
    );
    expect(next!.change).toBeGreaterThan(lastChange + 1000);
    expect(next!.connection).toBeGreaterThan(1000);
    expect(BigInt((await db.query<{ seq: string }>(`SELECT seq::text AS seq FROM orders`))[0]!.seq)).toBeGreaterThan(
      seen,
    );
    await after.stop();
  });

  it("keeps rotated tokens that are newer than the backup's", async () => {
    const url = await newDatabase();
    const rig = await hubWithOrders(url, 1);
    await rig.db.execute(
      `INSERT INTO token_vault (namespace, credential, version, ciphertext, updated_at) VALUES ('n', 'old', 3, 'three', '2026-01-01'), ('n', 'same', 1, 'one', '2026-01-01')`,
    );
    await backUp(url, file());
    await rig.db.execute(
      `UPDATE token_vault SET version = 4, ciphertext = 'four', updated_at = '2026-02-01' WHERE credential = 'old'; INSERT INTO token_vault (namespace, credential, version, ciphertext) VALUES ('n', 'new', 1, 'first')`,
    );
    await restore(url, file(), { replace: true });
    expect(await rig.db.query('SELECT credential, version, ciphertext FROM token_vault ORDER BY 1')).toEqual([
      { credential: 'new', version: 1, ciphertext: 'first' },
      { credential: 'old', version: 4, ciphertext: 'four' },
      { credential: 'same', version: 1, ciphertext: 'one' },
    ]);
    await rig.stop();
  });
});
