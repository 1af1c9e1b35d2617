import type { Transaction } from '../../hub/storage/database.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { stagingSetup } from '../../hub/storage/staging.ts';
import { openSession, type Session } from './one-session.ts';
import { startPostgres } from '../support/postgres.ts';

export const START = '2026-03-02T08:00:00Z';

/** `now()` of the simulation: found before PostgreSQL's own, also by the defaults of columns that migrations make. */
const SETUP = `CREATE SCHEMA sim;
  CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT current_setting('sim.now')::timestamptz $$;`;
/** Tables stay small and statements come a hundred thousand times: plans are made once and kept. */
const PLANS = `SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off;`;

export interface SimDatabase {
  readonly db: Session;
  stop(): Promise<void>;
}

/** One session whose `now()` is set by hand, on a real PostgreSQL. */
export async function openSimDatabase(): Promise<SimDatabase> {
  const server = await startPostgres();
  const url = await server.createDatabase('simulation');
  const admin = openPostgres({ url, maxConnections: 1 });
  await admin.execute(
    `${SETUP} ALTER DATABASE simulation SET search_path = sim, pg_catalog, public; ALTER DATABASE simulation SET sim.now = '${START}';`,
  );
  await admin.close();
  const { port, username } = new URL(url);
  // Its socket: a call costs half of what it costs over TCP.
  const db = await openSession({
    host: server.socketFolder,
    port: Number(port),
    database: 'simulation',
    user: username,
  });
  // In place of the hub's own, which are truncated at each commit: a third of a simulated run went into that.
  await db.execute(stagingSetup().replaceAll('ON COMMIT DELETE ROWS', 'ON COMMIT PRESERVE ROWS') + PLANS);
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
  const note = (sql: string) => {
    for (const [name] of sql.matchAll(/stage_[a-z_]+/g)) touched.add(name);
  };
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
      for (const name of touched) await tx.query(`DELETE FROM ${name}`);
    },
  };
}
