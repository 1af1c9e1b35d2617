import type { Queryable } from '../storage/database.ts';
import type { SequenceState } from './format.ts';
import { quoted } from './session.ts';

export interface CataloguedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Not an extension's. */
const OWN = `c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** Every table of the hub's schema, in the order in which they were made: what others refer to comes first. */
export async function readTables(db: Queryable): Promise<CataloguedTable[]> {
  return db.query<CataloguedTable & Record<string, unknown>>(
    `SELECT c.relname::text AS name, coalesce((SELECT jsonb_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '[]') AS columns
     FROM pg_class c WHERE c.relkind = 'r' AND ${OWN} ORDER BY c.oid`,
  );
}

/** A sequence stands beside every snapshot: to be read after what took numbers from it. */
export async function readSequences(db: Queryable): Promise<SequenceState[]> {
  const names = await db.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c WHERE c.relkind = 'S' AND ${OWN} ORDER BY c.oid`,
  );
  const found: SequenceState[] = [];
  for (const { name } of names) {
    const [state] = await db.query<{ last: string; called: boolean }>(
      `SELECT last_value::text AS last, is_called AS called FROM ${quoted(name)}`,
    );
    found.push({ name, ...state! });
  }
  return found;
}

/**
 * Views, tables, sequences and functions of the hub's schema: the statements that drop them, in any order. The sequence
 * of an identity column is not among them: it goes with its table, and never before it.
 */
export async function dropStatements(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ sql: string }>(
    `SELECT CASE c.relkind WHEN 'v' THEN 'DROP VIEW' WHEN 'm' THEN 'DROP MATERIALIZED VIEW' WHEN 'S' THEN 'DROP SEQUENCE' ELSE 'DROP TABLE' END || ' IF EXISTS ' || quote_ident(c.relname) || ' CASCADE' AS sql
     FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND ${OWN}
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
     UNION ALL
     SELECT 'DROP ROUTINE IF EXISTS ' || p.oid::regprocedure || ' CASCADE' FROM pg_proc p
     WHERE p.pronamespace = to_regnamespace(quote_ident(current_schema())) AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`,
  );
  return rows.map(({ sql }) => sql);
}
