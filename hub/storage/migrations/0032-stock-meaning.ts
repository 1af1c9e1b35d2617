/**
 * What a level is: on hand, or what can be sold. A connection says which its store counts; a posted level keeps what
 * can be sold of it (`sellable`), as of when (`at_seq`), and whether orders that come in later are taken off it
 * (`main`: one location of each SKU). A level of a store keeps what was last sent there. An order keeps its position at
 * the time when the back office took it. `read_only`: a location that is never written. Frozen: a later change is a
 * later migration.
 */
const TAKEN = `NEW.exported_at IS DISTINCT FROM OLD.exported_at AND (NEW.exported_at IS NULL OR OLD.exported_at IS NULL)`;

export const stockMeaning = `
ALTER TABLE connections ADD COLUMN stock text NOT NULL DEFAULT 'onHand';
ALTER TABLE stock_targets ADD COLUMN means text NOT NULL DEFAULT 'onHand', ADD COLUMN sellable integer, ADD COLUMN main boolean NOT NULL DEFAULT true,
  ADD COLUMN computed boolean NOT NULL DEFAULT false, ADD COLUMN at_seq bigint NOT NULL DEFAULT 0;
UPDATE stock_targets SET at_seq = last_position();
ALTER TABLE stock_levels ADD COLUMN sent integer, ADD COLUMN sent_at timestamptz, ADD COLUMN sent_seq bigint;
ALTER TABLE locations ADD COLUMN read_only boolean;
UPDATE outbox SET payload = payload || jsonb_build_object('available', payload->'quantity') WHERE kind = 'stock' AND state IN ('Pending', 'Sent', 'Held', 'Rejected');

ALTER TABLE orders ADD COLUMN exported_seq bigint;
CREATE FUNCTION note_taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.exported_seq := CASE WHEN NEW.exported_at IS NULL THEN NULL ELSE OLD.seq END; RETURN NEW; END $$;
CREATE TRIGGER orders_taken BEFORE UPDATE OF exported_at ON orders FOR EACH ROW WHEN (${TAKEN}) EXECUTE FUNCTION note_taken();
DROP INDEX orders_open;
CREATE INDEX orders_open ON orders (connection_id, external_id) WHERE intake = 'Accepted' AND state IN ('Open', 'Draft');
UPDATE orders SET exported_seq = 0 WHERE exported_at IS NOT NULL AND intake = 'Accepted' AND state IN ('Open', 'Draft');
`;
