import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { runsOf } from './plan/index.ts';
import { filled } from './shell.ts';

jest.setTimeout(60_000);

/** What docs/runbooks/README.md gives to whoever wants to know whom the database waits for. */
describe('statements of the pages, where a session holds what the hub needs', () => {
  let postgres: TestPostgres;
  const clients: pg.Client[] = [];
  let waiting: Promise<unknown>;
  async function session(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  }
  let person: pg.Client;
  let holder: number;

  beforeAll(async () => {
    postgres = await startPostgres();
    person = await session();
    await person.query('CREATE TABLE orders (id int)');
    const somebody = await session();
    holder = (await somebody.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
    await somebody.query('BEGIN; LOCK TABLE orders');
    waiting = (await session()).query('SELECT * FROM orders');
    await until('the hub waits', async () => {
      const { rows } = await person.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      return rows.length > 0;
    });
  });
  afterAll(async () => {
    await Promise.allSettled(clients.map((client) => client.end()));
    await postgres?.stop();
  });

  it.each(runsOf('database').map((row) => [row.text, row] as const))('%s', async (text, { says }) => {
    const { rows } = await person.query<Record<string, unknown>>(filled(text, { PID: String(holder) }));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).toMatch(says!);
  });

  it('and all that waited goes on', async () => {
    expect(await waiting).toMatchObject({ rows: [] });
  });
});
