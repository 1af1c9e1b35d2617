import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { Clock } from '../../kit/clock.ts';
import { judgeServer, readServerFacts } from '../storage/fitness.ts';
import { applyMigrations, MIGRATION_LOCK, NEWEST_SCHEMA } from '../storage/migrate.ts';
import { dropStatements, readTables } from './catalogue.ts';
import { refuseNewer } from './check.ts';
import { findExisting, lossOf } from './existing.ts';
import { BackupFault, damaged, readBackup, type BackupHeader, type BackupPart, type SequenceState } from './format.ts';
import { openCopySession, quoted, type CopySession } from './session.ts';
import { keepOf, settle } from './settle.ts';

export interface RestoreOptions {
  /** Of the database. Never shown. */
  readonly url: string;
  readonly source: Readable;
  /** Whether what is there may go. */
  readonly replace: boolean;
  readonly clock: Clock;
  readonly newId: () => string;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

export interface Restored {
  readonly header: BackupHeader;
  readonly rows: number;
}

/**
 * Puts a backup in place of what is in the database, in one transaction: a fault in it, a refusal or a kill leaves what
 * was there. It is committed only when the end of the backup has come and its sum is right.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const session = await openCopySession(options.url);
  const parts = readBackup(options.source);
  try {
    const fatal = judgeServer(await readServerFacts(session)).find((fault) => fault.fatal);
    if (fatal) throw new BackupFault(fatal.message);
    const restored = await replaceAll(session, parts, options);
    await session.query('COMMIT');
    return restored;
  } finally {
    session.end();
    options.source.destroy();
  }
}

async function replaceAll(
  session: CopySession,
  parts: AsyncGenerator<BackupPart>,
  { replace, clock, newId, say }: RestoreOptions,
): Promise<Restored> {
  const header = refuseNewer(headerOf(await next(parts)));
  await session.query('BEGIN');
  await session.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const existing = await findExisting(session);
  if (existing && !replace)
    throw new BackupFault(
      `the database holds ${lossOf(existing)}: nothing was restored. Give --replace to lose that, or restore into a new one`,
    );
  await lockAll(session, clock);
  const kept = await keepOf(session);
  for (const statement of await dropStatements(session)) await session.query(statement);
  await applyMigrations(session, header.schema);
  const rows = await loadAll(session, parts, header, say).catch((error: unknown) => {
    throw isOfContent(error) ? damaged() : error;
  });
  await applyMigrations(session, NEWEST_SCHEMA);
  await settle(session, newId(), kept);
  say('looking through the tables');
  await session.query('ANALYZE');
  return { header, rows };
}

/** Bad data, broken constraints, unknown names: a whole backup has none of them in tables of its own schema. */
function isOfContent(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^(22|23|42)[0-9A-Z]{3}$/.test(code);
}

const LOCK_TRIES = 30;
const LOCK_PAUSE_MS = 1000;

/** Hubs that are at work take the same locks in another order; who is in the other's way gives way, and tries again. */
async function lockAll(session: CopySession, clock: Clock): Promise<void> {
  const tables = await readTables(session);
  if (tables.length === 0) return;
  for (let tries = 1; ; tries++) {
    await session.query('SAVEPOINT locks');
    try {
      await session.query(`SET LOCAL lock_timeout = '5s'`);
      await session.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join(', ')} IN ACCESS EXCLUSIVE MODE`);
      await session.query('SET LOCAL lock_timeout = 0');
      return;
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if ((code !== '40P01' && code !== '55P03') || tries === LOCK_TRIES) throw error;
      await session.query('ROLLBACK TO SAVEPOINT locks');
      await clock.sleep(LOCK_PAUSE_MS);
    }
  }
}

/**
 * All that is in the backup into the tables of its own schema version, which hold what migrations put there: that goes.
 */
async function loadAll(
  session: CopySession,
  parts: AsyncGenerator<BackupPart>,
  header: BackupHeader,
  say: (line: string) => void,
): Promise<number> {
  const tables = (await readTables(session)).map(({ name }) => name);
  const missing = tables.filter((name) => !header.tables.includes(name));
  if (missing.length > 0)
    throw new BackupFault(
      `the backup lacks the tables ${missing.join(', ')}, which its schema version ${header.schema} has: it is of another build. Restore it with the release that made it (${header.release})`,
    );
  await session.query(`TRUNCATE ${tables.map(quoted).join(', ')}`);
  for (const name of tables) await session.query(`ALTER TABLE ${quoted(name)} DISABLE TRIGGER USER`);
  for (;;) {
    const part = await next(parts);
    if (part.kind === 'end') {
      for (const name of tables) await session.query(`ALTER TABLE ${quoted(name)} ENABLE TRIGGER USER`);
      return part.rows;
    }
    if (part.kind === 'sequences') await setSequences(session, part.sequences);
    else if (part.kind === 'table' && tables.includes(part.table)) await loadTable(session, parts, part, say);
    else if (part.kind === 'table') {
      say(`${part.table}: left out, it is no table of the hub's`);
      while ((await next(parts)).kind !== 'rows');
    }
  }
}

async function loadTable(
  session: CopySession,
  parts: AsyncGenerator<BackupPart>,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  say: (line: string) => void,
): Promise<void> {
  const copy = session.client.query(copyFrom(`COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) FROM STDIN`));
  // Rows that are none (classes 22 and 23): PostgreSQL's words would quote what is in them.
  const done = finished(copy).catch((error: Error & { readonly code?: string }) => {
    throw /^2[23]/.test(error.code ?? '') ? damaged() : error;
  });
  done.catch(() => undefined);
  for (;;) {
    const part = await next(parts);
    if (part.kind === 'data') {
      if (!copy.write(part.chunk)) await Promise.race([once(copy, 'drain'), done]);
    } else if (part.kind === 'rows') {
      copy.end();
      await done;
      if (copy.rowCount !== part.rows)
        throw new BackupFault(`table ${table} took ${copy.rowCount} of ${part.rows} rows: nothing was restored`);
      if (part.rows > 0) say(`${table}: ${part.rows} rows`);
      return;
    } else throw damaged();
  }
}

async function setSequences(session: CopySession, sequences: readonly SequenceState[]): Promise<void> {
  for (const { name, last, called } of sequences) {
    await session.query(
      'SELECT setval(to_regclass(quote_ident($1)), $2::bigint, $3) WHERE to_regclass(quote_ident($1)) IS NOT NULL',
      [name, last, called],
    );
  }
}

async function next(parts: AsyncGenerator<BackupPart>): Promise<BackupPart> {
  const found: IteratorResult<BackupPart, unknown> = await parts.next();
  if (found.done) throw new BackupFault('the backup has no end: nothing was restored');
  return found.value;
}

function headerOf(part: BackupPart): BackupHeader {
  if (part.kind !== 'header') throw new BackupFault('the backup has no header: nothing was restored');
  return part.header;
}
