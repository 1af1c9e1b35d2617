import type { Queryable } from './database.ts';
import { POOL_SIZE } from './postgres.ts';

/** What a server says of itself. */
export interface ServerFacts {
  /** 180004 for 18.4. */
  readonly version: number;
  readonly fsync: boolean;
  readonly fullPageWrites: boolean;
  readonly replica: boolean;
  /** Sessions that it has for everybody but superusers. */
  readonly sessions: number;
}

/** Something about the server that people must know. `fatal`: the hub does not start on it. */
export interface UnfitFor {
  readonly reason: 'FsyncOff' | 'FullPageWritesOff' | 'ReadOnlyReplica' | 'TooOld' | 'TooFewSessions';
  readonly message: string;
  readonly fatal: boolean;
}

export const REASONS: readonly UnfitFor['reason'][] = [
  'FsyncOff',
  'FullPageWritesOff',
  'ReadOnlyReplica',
  'TooOld',
  'TooFewSessions',
];

/** The oldest release that tests run against in some form; older ones lack what the hub's statements need. */
const OLDEST = 150_000;

export async function readServerFacts(db: Queryable): Promise<ServerFacts> {
  const [row] = await db.query<{
    version: number;
    fsync: string;
    full_page_writes: string;
    replica: boolean;
    sessions: number;
  }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes, pg_is_in_recovery() AS replica,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0) AS sessions`,
  );
  return {
    version: row!.version,
    fsync: row!.fsync === 'on',
    fullPageWrites: row!.full_page_writes === 'on',
    replica: row!.replica,
    sessions: row!.sessions,
  };
}

/** Each fault by itself; none: the server keeps what the hub has answered. */
export function judgeServer(facts: ServerFacts): UnfitFor[] {
  const found: UnfitFor[] = [];
  if (facts.version < OLDEST)
    found.push({
      reason: 'TooOld',
      fatal: true,
      message: `the database is PostgreSQL ${Math.floor(facts.version / 10_000)}: the hub needs ${OLDEST / 10_000} or newer`,
    });
  if (facts.replica)
    found.push({
      reason: 'ReadOnlyReplica',
      fatal: true,
      message: 'the database is a read-only replica: point SUPERCARGO_DATABASE_URL at the primary',
    });
  if (!facts.fsync)
    found.push({
      reason: 'FsyncOff',
      fatal: false,
      message:
        'the database runs with fsync=off: a power cut loses orders that were answered, or all of the database. Set fsync=on',
    });
  if (!facts.fullPageWrites)
    found.push({
      reason: 'FullPageWritesOff',
      fatal: false,
      message:
        'the database runs with full_page_writes=off: a power cut can damage it beyond repair, unless its file system never tears a page. Set full_page_writes=on',
    });
  if (facts.sessions < POOL_SIZE)
    found.push({
      reason: 'TooFewSessions',
      fatal: false,
      message: `the database has ${facts.sessions} sessions for everybody, and each hub uses up to ${POOL_SIZE}: raise max_connections`,
    });
  return found;
}
