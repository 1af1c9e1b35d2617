import type { Database, Transaction } from '../../hub/storage/database.ts';
import { openPglite } from '../../hub/storage/pglite.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { stagingSetup } from '../../hub/storage/staging.ts';
import { openSession } from './one-session.ts';
import { startPostgres } from '../support/postgres.ts';

export const START = '2026-03-02T08:00:00Z';

/** `now()` of the simulation: found before PostgreSQL's own, also by the defaults of columns that migrations make. */
const SETUP = `CREATE SCHEMA sim;
  CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT current_setting('sim.now')::timestamptz $$;`;
/** Where PostgreSQL puts its socket unless told otherwise. */
const SOCKETS = '/tmp';
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
  const { port, username, password } = new URL(url);
  // The server's socket file, where it is: a call costs half of what it costs over TCP.
  const db = await openSession({ host: SOCKETS, port: Number(port), database: 'simulation', user: username, password }).catch(() => openSession({ host: '127.0.0.1', port: Number(port), database: 'simulation', user: username, password }));
  // In place of the hub's own, which are truncated at each commit: a third of a simulated run went into that.
  await db.execute(stagingSetup().replaceAll('ON COMMIT DELETE ROWS', 'ON COMMIT PRESERVE ROWS'));
  return {
    db,
    async stop() {
      await db.close();
      await server.stop();
    },
  };
}

/** Notes which staging tables a transaction uses, to empty them before it commits as the hub's own do by themselves. */
export function emptyingStages(tx: Transaction): { readonly tx: Transaction; empty(): Promise<void> } {
  const touched = new Set<string>();
  const note = (sql: string) => { for (const [name] of sql.matchAll(/stage_[a-z_]+/g)) touched.add(name); };
  return {
    tx: {
      query: (sql, params) => {
        note(sql);
        return tx.query(sql, params);
      },
      copy: (table, columns, data) => {
        note(table);
        return tx.copy(table, columns, data);
      },
      afterCommit: (action) => tx.afterCommit(action),
    },
    async empty() {
      if (touched.size > 0) await tx.query([...touched].map((name) => `DELETE FROM ${name}`).join('; '));
    },
  };
}
