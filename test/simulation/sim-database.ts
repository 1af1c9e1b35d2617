import type { Database } from '../../hub/storage/database.ts';
import { openPglite } from '../../hub/storage/pglite.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { startPostgres } from '../support/postgres.ts';

export const START = '2026-03-02T08:00:00Z';

/** `now()` of the simulation: found before PostgreSQL's own, also by the defaults of columns that migrations make. */
const SETUP = `CREATE SCHEMA sim;
  CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT current_setting('sim.now')::timestamptz $$;`;
const PATH = 'sim, pg_catalog, public';

export interface SimDatabase {
  readonly db: Database;
  stop(): Promise<void>;
}

/**
 * One session whose `now()` is set by hand. A real PostgreSQL, because it is several times faster than PGlite and
 * thousands of runs go through it; `pglite` takes the other engine with the same SQL.
 */
export async function openSimDatabase(engine: 'postgresql' | 'pglite'): Promise<SimDatabase> {
  if (engine === 'pglite') {
    const db = await openPglite();
    await db.execute(`${SETUP} SET search_path = ${PATH}; SELECT set_config('sim.now', '${START}', false);`);
    return { db, stop: () => db.close() };
  }
  const server = await startPostgres();
  const url = await server.createDatabase('simulation');
  const admin = openPostgres({ url, maxConnections: 1 });
  await admin.execute(`${SETUP} ALTER DATABASE simulation SET search_path = ${PATH}; ALTER DATABASE simulation SET sim.now = '${START}';`);
  await admin.close();
  const db = openPostgres({ url, maxConnections: 1 });
  return {
    db,
    async stop() {
      await db.close();
      await server.stop();
    },
  };
}
