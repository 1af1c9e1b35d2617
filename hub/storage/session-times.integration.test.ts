import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';

jest.setTimeout(60_000);

let postgres: TestPostgres;
let db: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.createDatabase('elsewhere');
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`ALTER DATABASE elsewhere SET timezone = 'Europe/Berlin'`);
  await owner.query(`ALTER DATABASE elsewhere SET datestyle = 'German'`);
  await owner.end();
  db = openPostgres({ url });
});
afterAll(async () => {
  await db?.close();
  await postgres?.stop();
});

// What systems write that have no time: 0001-01-01 is one of them.
it.each([
  '0001-01-01T00:00:00.000Z',
  '0020-02-29T00:00:00.000Z',
  '0099-12-31T23:59:59.000Z',
  '1890-01-01T00:00:00.000Z',
  '2026-03-29T01:30:00.123Z',
  '9999-12-31T23:59:59.999Z',
])('a time comes back as it went in, whatever zone and style the database has: %s', async (at) => {
  expect(await db.query('SELECT $1::timestamptz AS at', [at])).toEqual([{ at }]);
});
