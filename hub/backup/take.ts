import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { to as copyTo } from 'pg-copy-streams';
import type { Clock } from '../../kit/clock.ts';
import { MIGRATION_LOCK, NEWEST_SCHEMA, schemaVersion } from '../storage/migrate.ts';
import { readSequences, readTables } from './catalogue.ts';
import { BackupFault, BackupWriter } from './format.ts';
import { openCopySession, quoted, type CopySession } from './session.ts';

export interface BackupOptions {
  /** Of the database. Never shown. */
  readonly url: string;
  readonly out: Writable;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly release: string;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

/**
 * Writes all tables of the hub as they are at one moment, while it goes on working. They come from the catalogue, so
 * that none is forgotten. Resolves when `out` has taken everything.
 */
export async function takeBackup(options: BackupOptions): Promise<void> {
  const session = await openCopySession(options.url);
  try {
    await pipeline(Readable.from(frames(session, options)), createZstdCompress(), options.out);
  } finally {
    session.end();
  }
}

async function* frames(session: CopySession, { clock, newId, release, say }: BackupOptions): AsyncGenerator<Buffer> {
  // Before the transaction, whose first statement fixes what it sees: no migration may lie between that and the tables.
  await session.query('SELECT pg_advisory_lock_shared($1)', [MIGRATION_LOCK]);
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const schema = await schemaVersion(session);
  if (schema === 0)
    throw new BackupFault('the database holds no hub: nothing was backed up. Check the address or the --state folder');
  if (schema > NEWEST_SCHEMA)
    throw new BackupFault(
      `the database has schema version ${schema}, and this release knows ${NEWEST_SCHEMA}: take the backup with the release that runs on it`,
    );
  const tables = await readTables(session);
  const [server] = await session.query<{ version: string }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  const writer = new BackupWriter();
  yield writer.header({
    id: newId(),
    takenAt: clock.now().toISOString(),
    release,
    schema,
    postgres: server!.version,
    tables: tables.map(({ name }) => name),
  });
  for (const { name, columns } of tables) {
    yield writer.table(name, columns);
    const copy = session.client.query(copyTo(`COPY ${quoted(name)} (${columns.map(quoted).join(', ')}) TO STDOUT`));
    for await (const chunk of copy) yield writer.data(chunk as Buffer);
    yield writer.rows(copy.rowCount);
    if (copy.rowCount > 0) say(`${name}: ${copy.rowCount} rows`);
  }
  yield writer.sequences(await readSequences(session));
  yield writer.end();
}
