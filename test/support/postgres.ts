import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '../../hub/storage/database.ts';
import { serverAccount } from '../../hub/storage/embedded/account.ts';
import { findBinaries } from '../../hub/storage/embedded/binaries.ts';
import { SUPERUSER } from '../../hub/storage/embedded/create.ts';
import { PostgresServer } from '../../hub/storage/embedded/server.ts';
import { DISCREET, DURABLE, SMALL_MACHINE, type ServerSettings } from '../../hub/storage/embedded/settings.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { copiedFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  readonly url: string;
  /** Of its socket. */
  readonly socketFolder: string;
  /** Of its first process. */
  readonly pid: number;
  /** URL of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  /** An orderly restart: connections break, data stays. */
  restart(): Promise<void>;
  /** As a crash of its machine would, and up again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestPostgresOptions {
  /** What is answered is on disk: for tests that crash it. Else it is quick and forgetful. */
  readonly durable?: boolean;
  readonly settings?: ServerSettings;
}

const FORGETFUL: ServerSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'on',
};

/**
 * A PostgreSQL as an external one: the product's binaries and keeper, but on TCP too, in a folder of its own that goes
 * with it.
 */
export async function startPostgres({
  durable = false,
  settings = {},
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const parent = await mkdtemp(join(tmpdir(), 'supercargo-pg-'));
  // The server's user must be able to come to its folder in here.
  await chmod(parent, 0o711);
  const folder = join(parent, 'data');
  const [binaries, port] = await Promise.all([findBinaries(), freePort()]);
  const account = serverAccount();
  await copiedFolder(folder, binaries, account);
  await appendFile(join(folder, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const server = await PostgresServer.start({
    folder,
    socketFolder: folder,
    binaries,
    account,
    clock: systemClock,
    log: createLogger('postgres', process.env['TEST_LOG'] ?? 'silent'),
    signal: new AbortController().signal,
    settings: {
      ...SMALL_MACHINE,
      ...DISCREET,
      max_connections: '60',
      listen_addresses: '127.0.0.1',
      ...(durable ? DURABLE : FORGETFUL),
      port: String(port),
      ...settings,
    },
  });
  const base = `postgres://${SUPERUSER}@127.0.0.1:${port}`;
  const url = `${base}/postgres`;
  /** Its keeper starts it again. */
  async function upAgainAfter(signal: NodeJS.Signals): Promise<void> {
    const before = server.pid!;
    process.kill(before, signal);
    for (;;) {
      await systemClock.sleep(50);
      if (
        server.pid !== before &&
        (await statement(url, 'SELECT 1').then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  }
  return {
    url,
    socketFolder: folder,
    get pid() {
      return server.pid!;
    },
    async createDatabase(name) {
      await statement(url, `CREATE DATABASE "${name}"`);
      return `${base}/${name}`;
    },
    restart: () => upAgainAfter('SIGINT'),
    crash: () => upAgainAfter('SIGKILL'),
    async stop() {
      await server.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** A server with one database, for one file of tests: it ends when the database is closed. */
export async function ownDatabase(options: TestPostgresOptions = {}): Promise<Database> {
  const server = await startPostgres(options);
  const db = openPostgres({ url: server.url });
  return {
    ...db,
    async close() {
      await db.close();
      await server.stop();
    },
  };
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
