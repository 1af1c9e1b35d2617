import type { Database } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';

/** Any number, the same in every replica: only one migrates at a time. */
const MIGRATION_LOCK = 5_118_770_251;

/** Brings the schema to the newest version. Returns the names of what it applied. */
export async function migrate(db: Database): Promise<string[]> {
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query('CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    const [row] = await tx.query<{ version: number }>('SELECT coalesce(max(version), 0)::int AS version FROM schema_migrations');
    const current = row?.version ?? 0;
    if (current > MIGRATIONS.length) throw new Error(`the database has schema version ${current}, this hub knows ${MIGRATIONS.length}: run the newer release, or restore a backup`);
    const applied: string[] = [];
    for (let version = current + 1; version <= MIGRATIONS.length; version++) {
      const migration = MIGRATIONS[version - 1]!;
      for (const statement of migration.sql.split(/;\s*\n/).filter((part) => part.trim() !== '')) await tx.query(statement);
      await tx.query('INSERT INTO schema_migrations (version, name) VALUES ($1, $2)', [version, migration.name]);
      applied.push(migration.name);
    }
    return applied;
  });
}
