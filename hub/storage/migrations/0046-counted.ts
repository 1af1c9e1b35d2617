/**
 * Positions of what a stock level has to know: where an order was accepted, where a parcel was told, where an order
 * grew. They never change, unlike `seq`. What a level counted though it lies above the position that nothing later
 * falls below (decision 0011) is kept beside it (`counted`), so that nothing is taken off twice, and nothing never. Of
 * rows from before, the time decides as it did. `grown`: what the back office accepted of an order's growth. Frozen: a
 * later change is a later migration.
 */
const ACCEPTED_NOW = `NEW.intake = 'Accepted' AND OLD.intake IS DISTINCT FROM 'Accepted'`;

export const counted = `
ALTER TABLE orders ADD COLUMN accepted_seq bigint, ADD COLUMN grown jsonb;
ALTER TABLE orders ALTER COLUMN accepted_seq SET DEFAULT currval('change_seq');
CREATE FUNCTION note_accepted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.accepted_seq := NEW.seq; RETURN NEW; END $$;
CREATE TRIGGER orders_accepted BEFORE UPDATE OF intake ON orders FOR EACH ROW WHEN (${ACCEPTED_NOW}) EXECUTE FUNCTION note_accepted();
ALTER TABLE shipments ADD COLUMN told_seq bigint;
ALTER TABLE shipments ALTER COLUMN told_seq SET DEFAULT currval('change_seq');
ALTER TABLE stock_targets ADD COLUMN counted jsonb NOT NULL DEFAULT '[]';
`;
