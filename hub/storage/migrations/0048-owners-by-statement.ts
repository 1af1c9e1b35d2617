/**
 * Records come by the hundred thousand, a batch at a time: whose they are is proved once for each statement, no longer
 * once for each row by a foreign key, which cost as much as the copy itself (decision 0020). The promise is the same:
 * no row without its connection, none is left behind. A person that was erased leaves the lines and credits of an order
 * by statement, too: a row trigger had kept COPY from writing many rows at once. Frozen: a later change is a later
 * migration.
 */
const RECORDS = [
  'attributes',
  'attribute_sets',
  'locations',
  'shipping_methods',
  'suppliers',
  'product_suppliers',
  'stock_levels',
  'products',
  'variants',
  'images',
  'orders',
  'order_lines',
  'order_credits',
];

const owned = (table: string): string => `
ALTER TABLE ${table} DROP CONSTRAINT ${table}_of_connection;
CREATE TRIGGER ${table}_owner AFTER INSERT ON ${table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prove_owner();
CREATE TRIGGER ${table}_owner_stays BEFORE UPDATE OF connection_id ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION keep_owner();
CREATE TRIGGER ${table}_fall AFTER DELETE ON connections FOR EACH ROW EXECUTE FUNCTION delete_owned('${table}');`;

/** A function on one line: statements are told apart by the end of a line. */
const trigger = (name: string, body: string, declared = ''): string =>
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ ${declared} BEGIN ${body.replaceAll(/\s*\n\s*/g, ' ')} END $$;`;

/** Triggers of one table that erase `field` of what a forgotten order has, as `erased` says; fires no second time. */
const erases = (table: string, field: string, erased: string): string => `
DROP TRIGGER ${table}_forgotten ON ${table};
${trigger(
  `erase_${table}`,
  `
  IF EXISTS (SELECT FROM connections c WHERE c.id IN (SELECT connection_id FROM written) AND EXISTS (SELECT FROM orders o WHERE o.connection_id = c.id AND o.forgotten_at IS NOT NULL))
    AND EXISTS (SELECT FROM written t JOIN orders o ON o.connection_id = t.connection_id AND o.external_id = t.order_id WHERE o.forgotten_at IS NOT NULL AND t.${field} IS DISTINCT FROM ${erased})
  THEN UPDATE ${table} t SET ${field} = ${erased} FROM written w JOIN orders o ON o.connection_id = w.connection_id AND o.external_id = w.order_id
    WHERE o.forgotten_at IS NOT NULL AND t.connection_id = w.connection_id AND t.order_id = w.order_id AND t.external_id = w.external_id AND t.${field} IS DISTINCT FROM ${erased};
  END IF; RETURN NULL;`,
)}
CREATE TRIGGER ${table}_erased AFTER INSERT ON ${table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION erase_${table}();
CREATE TRIGGER ${table}_erased_again AFTER UPDATE ON ${table} REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION erase_${table}();`;

export const ownersByStatement = `
${trigger(
  'prove_owner',
  `
  SELECT min(connection_id), max(connection_id) INTO lowest, highest FROM added;
  PERFORM FROM connections c WHERE c.id = lowest FOR KEY SHARE;
  IF NOT FOUND AND lowest IS NOT NULL THEN unowned := lowest; END IF;
  IF lowest < highest THEN
    PERFORM FROM connections c WHERE c.id IN (SELECT connection_id FROM added) FOR KEY SHARE OF c;
    SELECT a.connection_id INTO unowned FROM added a WHERE NOT EXISTS (SELECT FROM connections c WHERE c.id = a.connection_id) LIMIT 1;
  END IF;
  IF unowned IS NOT NULL THEN RAISE foreign_key_violation USING MESSAGE = 'a row of ' || TG_TABLE_NAME || ' names connection ' || unowned || ', which is not there', TABLE = TG_TABLE_NAME; END IF;
  RETURN NULL;`,
  'DECLARE lowest integer; highest integer; unowned integer;',
)}
${trigger(
  'keep_owner',
  `
  RAISE foreign_key_violation USING MESSAGE = 'a row of ' || TG_TABLE_NAME || ' stays with its connection', TABLE = TG_TABLE_NAME;`,
)}
${trigger(
  'delete_owned',
  `
  EXECUTE format('DELETE FROM %I.%I WHERE connection_id = $1', TG_TABLE_SCHEMA, TG_ARGV[0]) USING OLD.id;
  RETURN NULL;`,
)}
${RECORDS.map(owned).join('')}
DROP INDEX orders_with_person;
CREATE INDEX orders_with_person ON orders (connection_id, changed_at) WHERE forgotten_at IS NULL AND (state IN ('Completed', 'Cancelled') OR intake IN ('Rejected', 'Skipped'));
CREATE INDEX orders_forgotten ON orders (connection_id) WHERE forgotten_at IS NOT NULL;
${erases('order_lines', 'facts', 'without_person(t.facts)')}
${erases('order_credits', 'reason', 'NULL')}
DROP FUNCTION forget_lines();
DROP FUNCTION forget_reason();
`;
