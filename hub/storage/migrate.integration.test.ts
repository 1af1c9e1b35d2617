import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import type { Database } from './database.ts';
import { applyMigrations, migrate, MIGRATION_LOCK, NEWEST_SCHEMA, schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openPostgres } from './postgres.ts';

jest.setTimeout(90_000);

const NAMES = MIGRATIONS.map(({ name }) => name);
const REPLICAS = 5;

describe('hubs that start at once on one database', () => {
  let server: TestPostgres;
  let databases = 0;
  let hubs: Database[] = [];

  /** The databases of so many hubs, which are one. */
  async function replicas(): Promise<Database[]> {
    const url = await server.createDatabase(`migrate_${++databases}`);
    return (hubs = Array.from({ length: REPLICAS }, () => openPostgres({ url })));
  }

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  afterEach(() => Promise.all(hubs.map((hub) => hub.close())));

  it('bring an empty one up to date once, and all of them find it so', async () => {
    const applied = await Promise.all((await replicas()).map((hub) => migrate(hub)));
    expect(applied.filter((names) => names.length > 0)).toEqual([NAMES]);
    expect(await schemaVersion(hubs[0]!)).toBe(NEWEST_SCHEMA);
  });

  it('bring one of an older release up to date once', async () => {
    const [first] = await replicas();
    const older = NEWEST_SCHEMA - 10;
    await first!.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await applyMigrations(tx, older);
    });
    const applied = await Promise.all(hubs.map((hub) => migrate(hub)));
    expect(applied.filter((names) => names.length > 0)).toEqual([NAMES.slice(older)]);
  });

  it('leave nothing half done where one of them dies in the middle', async () => {
    const [dying, next] = await replicas();
    const killed = dying!.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await applyMigrations(tx, 20);
      await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    await expect(killed).rejects.toThrow();
    expect(await migrate(next!)).toEqual(NAMES);
  });
});
