/**
 * What operating needs: which stock levels have passed the brakes, what was decided about an order over time, and a
 * quarantine that empties itself. Frozen: a later change is a later migration.
 */
export const operations = `
ALTER TABLE outbox ADD COLUMN passed boolean NOT NULL DEFAULT false;

CREATE TABLE order_history (
  connection_id integer NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  order_id text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  what text NOT NULL,
  detail text,
  request_id text,
  PRIMARY KEY (connection_id, id)
);
CREATE INDEX order_history_order ON order_history (connection_id, order_id, id);

CREATE FUNCTION forget_quarantined() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM quarantine q WHERE q.connection_id = NEW.connection_id AND q.feed_type = NEW.feed_type AND q.record = NEW.record AND q.reason = NEW.reason; RETURN NULL; END $$;
CREATE TRIGGER problems_resolved AFTER UPDATE ON problems FOR EACH ROW WHEN (NEW.resolved_at IS NOT NULL AND OLD.resolved_at IS NULL) EXECUTE FUNCTION forget_quarantined();
`;
