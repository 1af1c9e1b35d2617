import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';

let server: TestPostgres;
let db: Database;

/** Set up to lose what it answered. */
beforeAll(async () => {
  server = await startPostgres({
    durable: true,
    settings: { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' },
  });
  db = openPostgres({ url: server.url });
}, 60_000);
afterAll(async () => {
  await db?.close();
  await server?.stop();
});

describe('a server whose default is synchronous_commit = off', () => {
  it('loses nothing that the hub was told is committed, when it crashes', async () => {
    await db.execute('CREATE TABLE answered (n int)');
    for (let n = 1; n <= 20; n++) await db.transaction((tx) => tx.query('INSERT INTO answered VALUES ($1)', [n]));
    await db.query('INSERT INTO answered VALUES (21)');
    await server.crash();
    const [row] = await db.query<{ count: number }>('SELECT count(*) FROM answered');
    expect(row!.count).toBe(21);
  }, 60_000);

  it('is left alone where it waits for more than the disk', async () => {
    const other = openPostgres({
      url: server.url.replace(/\/postgres$/, '/postgres?options=-c%20synchronous_commit%3Dremote_apply'),
    });
    const [row] = await other.query<{ value: string }>(`SELECT current_setting('synchronous_commit') AS value`);
    expect(row!.value).toBe('remote_apply');
    await other.close();
  });
});
