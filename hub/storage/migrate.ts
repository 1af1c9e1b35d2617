import type { Database, Queryable } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** Any number, the same in every replica: only one migrates at a time, and none while a backup is taken or restored. */
export const MIGRATION_LOCK = 5_118_770_251;

/** The newest version that this release knows. */
export const NEWEST_SCHEMA = MIGRATIONS.length;

/** Brings the schema to the newest version. Returns the names of what it applied. */
export async function migrate(db: Database): Promise<string[]> {
  // A start with nothing to do does not wait for a backup that is being taken.
  if ((await schemaVersion(db)) === NEWEST_SCHEMA) return [];
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    return applyMigrations(tx, NEWEST_SCHEMA);
  });
}

/** 0: there is none yet. */
export async function schemaVersion(db: Queryable): Promise<number> {
  const [found] = await db.query<{ there: boolean }>(`SELECT to_regclass('schema_migrations') IS NOT NULL AS there`);
  if (!found!.there) return 0;
  const [row] = await db.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM schema_migrations',
  );
  return row!.version;
}

/** Brings the schema up to a version. In a transaction that has the lock. */
export async function applyMigrations(tx: Queryable, upTo: number): Promise<string[]> {
  await tx.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const current = await schemaVersion(tx);
  if (current > NEWEST_SCHEMA)
    throw new Error(
      `the database has schema version ${current}, this hub knows ${NEWEST_SCHEMA}: run the newer release, or restore a backup`,
    );
  const applied: string[] = [];
  for (let version = current + 1; version <= upTo; version++) {
    const migration = MIGRATIONS[version - 1]!;
    for (const statement of migration.sql.split(/;\s*\n/).filter((part) => part.trim() !== ''))
      await tx.query(statement);
    await tx.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, migration.name]);
    applied.push(migration.name);
  }
  return applied;
}
