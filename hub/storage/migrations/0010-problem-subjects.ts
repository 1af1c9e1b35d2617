/**
 * One name for the subject of a problem: an order is its external id in every feed, with the number that people know
 * beside it; a stock level is `sku@location`. A problem belongs to a connection's feed, or to a Store. Frozen: a later
 * change is a later migration.
 */
export const problemSubjects = `
ALTER TABLE problems DROP CONSTRAINT problems_pkey;
ALTER TABLE problems ALTER COLUMN connection_id DROP NOT NULL;
ALTER TABLE problems ALTER COLUMN feed_type DROP NOT NULL;
ALTER TABLE problems ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE problems ADD COLUMN store_id integer;
ALTER TABLE problems ADD COLUMN kind text;
ALTER TABLE problems ADD COLUMN number text;

UPDATE problems p SET record = o.external_id FROM connections c, orders o
  WHERE p.reason IN ('UnknownSku', 'UnknownShippingMethod', 'TotalsMismatch') AND p.feed_type = 'OrderImport'
    AND c.id = p.connection_id AND o.store_id = c.store_id AND o.connection_id = c.id AND o.number = p.record;

UPDATE quarantine q SET record = s.sku || '@' || s.location_id FROM stock_levels s
  WHERE q.feed_type IN ('StockImport', 'StockCheck') AND s.connection_id = q.connection_id AND q.record = s.variant_id || '@' || s.location_id
    AND NOT EXISTS (SELECT 1 FROM stock_levels t WHERE t.connection_id = s.connection_id AND t.sku = s.sku AND t.location_id = s.location_id AND t.variant_id <> s.variant_id);
UPDATE problems p SET record = s.sku || '@' || s.location_id FROM stock_levels s
  WHERE p.feed_type IN ('StockImport', 'StockCheck') AND s.connection_id = p.connection_id AND p.record = s.variant_id || '@' || s.location_id;

UPDATE problems p SET store_id = c.store_id, connection_id = NULL, feed_type = NULL, kind = 'webhookEndpoint', record = substr(p.record, length('webhook/') + 1)
  FROM connections c WHERE c.id = p.connection_id AND p.reason = 'WebhookEndpointDisabled' AND p.record LIKE 'webhook/%';

UPDATE problems SET kind = CASE
  WHEN feed_type IN ('OrderImport', 'OrderUpdate', 'ShipmentExport') THEN 'order'
  WHEN feed_type IN ('ProductImport', 'ProductUpdate', 'ProductImageImport') THEN 'product'
  WHEN feed_type IN ('StockImport', 'StockExport', 'StockCheck') THEN 'stockLevel'
  ELSE 'record' END WHERE kind IS NULL;
UPDATE problems p SET number = o.number FROM orders o WHERE p.kind = 'order' AND o.connection_id = p.connection_id AND o.external_id = p.record;

DELETE FROM problems p USING problems newer
  WHERE newer.id <> p.id AND newer.record = p.record AND newer.reason = p.reason AND newer.connection_id IS NOT DISTINCT FROM p.connection_id
    AND newer.feed_type IS NOT DISTINCT FROM p.feed_type AND newer.store_id IS NOT DISTINCT FROM p.store_id
    AND (newer.last_seen_at, newer.id) > (p.last_seen_at, p.id);

ALTER TABLE problems ALTER COLUMN kind SET NOT NULL;
ALTER TABLE problems ADD PRIMARY KEY (id);
ALTER TABLE problems ADD CONSTRAINT problems_one_home CHECK ((store_id IS NULL) = (connection_id IS NOT NULL) AND (feed_type IS NULL) = (connection_id IS NULL));
CREATE UNIQUE INDEX problems_subject ON problems (connection_id, feed_type, record, reason, store_id) NULLS NOT DISTINCT;
CREATE INDEX problems_of_store ON problems (store_id) WHERE store_id IS NOT NULL;
`;
