/**
 * Every row of a connection, and of a Store, falls with it: what deletion must not leave behind cannot be forgotten by
 * a list. Rows of connections that were deleted before are taken out. An answer that is kept for repeats says which
 * order it is about. Frozen: a later change is a later migration.
 */
export const owners = `
ALTER TABLE idempotency_keys ADD COLUMN connection_id integer, ADD COLUMN order_id text;
UPDATE idempotency_keys SET body = NULL WHERE body LIKE '%customer%';
CREATE INDEX idempotency_keys_order ON idempotency_keys (connection_id, order_id) WHERE connection_id IS NOT NULL;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
DO $$ DECLARE owned record; BEGIN FOR owned IN SELECT c.relname AS name, a.attname AS link FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND NOT a.attisdropped AND (a.attname = 'connection_id' OR a.attname = 'store_id' AND c.relname IN ('connections', 'sku_aliases', 'promotional_codes', 'shipping_method_map', 'kits', 'stock_targets', 'webhook_endpoints', 'idempotency_keys', 'problems')) ORDER BY a.attname = 'connection_id', c.relname LOOP EXECUTE format('DELETE FROM %I x WHERE x.%I IS NOT NULL AND NOT EXISTS (SELECT 1 FROM %I o WHERE o.id = x.%I)', owned.name, owned.link, CASE owned.link WHEN 'store_id' THEN 'stores' ELSE 'connections' END, owned.link); EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %I ON DELETE CASCADE', owned.name, owned.name || '_of_' || CASE owned.link WHEN 'store_id' THEN 'store' ELSE 'connection' END, owned.link, CASE owned.link WHEN 'store_id' THEN 'stores' ELSE 'connections' END); END LOOP; END $$;
`;
