/**
 * The planner is told nothing of how rows are divided among connections and Stores. What it knew was as old as the last
 * ANALYZE: a connection that came later had no rows in its eyes, so that every index that begins with the connection
 * looked as good as the one that holds the key, and a first sync read all that it had brought before, once for each SKU
 * (decision 0026). Without figures it takes each for a two-hundredth of the table, which is right enough for all. Old
 * figures are taken away: by PostgreSQL 18's own function, before that by naming the type anew, which rewrites nothing.
 * Frozen: a later change is a later migration.
 */
const FORGET = `
DO $$ DECLARE col record; trigger record; kept text[];
BEGIN
  FOR col IN SELECT c.oid AS id, c.relname AS name, a.attname AS link, a.attnum AS place FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND NOT a.attisdropped AND a.attname IN ('connection_id', 'store_id')
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', col.name, col.link);
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = current_schema() AND s.tablename = col.name AND s.attname = col.link);
    IF to_regprocedure('pg_catalog.pg_clear_attribute_stats(text, text, text, boolean)') IS NOT NULL THEN
      EXECUTE 'SELECT pg_clear_attribute_stats($1, $2, $3, false)' USING current_schema()::text, col.name::text, col.link::text;
    ELSE
      kept := '{}';
      FOR trigger IN SELECT t.tgname AS name, pg_get_triggerdef(t.oid) AS made FROM pg_trigger t WHERE t.tgrelid = col.id AND NOT t.tgisinternal AND col.place = ANY (t.tgattr)
      LOOP
        kept := kept || trigger.made;
        EXECUTE format('DROP TRIGGER %I ON %I', trigger.name, col.name);
      END LOOP;
      EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE integer', col.name, col.link);
      FOR place IN 1 .. cardinality(kept) LOOP EXECUTE kept[place]; END LOOP;
    END IF;
  END LOOP;
END $$;`;

/** On one line: statements are told apart by the end of a line. */
export const noFavourites = `${FORGET.replaceAll(/\s*\n\s*/g, ' ')}\n`;
