import pg from 'pg';
import { startPostgres } from '../../test/support/postgres.ts';

/** One cluster for everybody: no disk in the way, so that CPU is what is compared. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '512MB',
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  max_connections: '60',
};

export interface BenchPostgres {
  /** The postmaster: all backends descend from it. */
  readonly pid: number;
  /** URL of a new, empty database. */
  database(name: string): Promise<string>;
  /** On a connection that is closed afterwards, outside of what is measured. */
  query<R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]>;
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}

export async function startBenchPostgres(extra: Readonly<Record<string, string>> = {}): Promise<BenchPostgres> {
  const server = await startPostgres({ settings: { ...SETTINGS, ...extra } });
  const base = server.url.slice(0, server.url.lastIndexOf('/'));
  async function query<R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const answer = await client.query<R>(sql);
      return answer.rows;
    } finally {
      await client.end();
    }
  }
  return {
    pid: server.pid,
    query,
    async database(name) {
      await query(`${base}/postgres`, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(`${base}/postgres`, `CREATE DATABASE ${name}`);
      return `${base}/${name}`;
    },
    async checkpoint() {
      await query(`${base}/postgres`, 'CHECKPOINT');
    },
    stop: () => server.stop(),
  };
}
