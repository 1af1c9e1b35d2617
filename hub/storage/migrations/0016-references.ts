/**
 * No two orders of a Store with one reference. Where there are: the first that was exported, else seen, keeps it, the
 * others get digits of a digest, which every alphabet has, behind the Store's prefix.
 */
const DISTINCT = [
  'DO $$ BEGIN FOR attempt IN 1..50 LOOP',
  "UPDATE orders o SET seq = nextval('change_seq'), changed_at = now(), cust_ref = d.prefix || right(lpad(('x' || substr(md5(o.connection_id || '/' || o.external_id || '/' || attempt), 1, 15))::bit(60)::bigint::text, 19, '0'), d.room)",
  "FROM (SELECT r.connection_id, r.external_id, coalesce(s.rules->'orderNumbers'->>'prefix', '') AS prefix,",
  "least(19, coalesce((s.rules->'orderNumbers'->>'maxLength')::int, 20) - length(coalesce(s.rules->'orderNumbers'->>'prefix', ''))) AS room",
  'FROM (SELECT connection_id, external_id, store_id, row_number() OVER (PARTITION BY store_id, cust_ref ORDER BY exported_at NULLS LAST, first_seen_at, connection_id, external_id) AS place FROM orders) r',
  'JOIN stores s ON s.id = r.store_id WHERE r.place > 1) d WHERE o.connection_id = d.connection_id AND o.external_id = d.external_id; EXIT WHEN NOT FOUND; END LOOP; END $$',
].join(' ');

export const references = `
${DISTINCT};
DROP INDEX orders_ref;
CREATE UNIQUE INDEX orders_ref ON orders (store_id, cust_ref);
`;
