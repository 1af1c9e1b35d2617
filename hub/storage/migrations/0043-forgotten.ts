/**
 * An order whose person was erased has none again, whatever writes it later: a page that is read once more, a change at
 * the shop. The country stays, for the books. Frozen: a later change is a later migration.
 */
export const forgotten = `
ALTER TABLE orders ADD COLUMN forgotten_at timestamptz;
CREATE INDEX orders_email ON orders (store_id, left(lower(customer_email), 254)) WHERE customer_email IS NOT NULL;
CREATE INDEX orders_with_person ON orders (connection_id, changed_at) WHERE forgotten_at IS NULL;
CREATE FUNCTION without_person(facts jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN facts IS NULL THEN NULL ELSE (facts - ARRAY['giftMessage', 'custom', 'customCut', 'references']) || CASE WHEN facts ? 'pickupPoint' THEN jsonb_build_object('pickupPoint', (facts->'pickupPoint') - 'address') ELSE '{}' END || CASE WHEN facts ? 'deliveries' THEN jsonb_build_object('deliveries', (SELECT jsonb_agg(d - 'address') FROM jsonb_array_elements(facts->'deliveries') d)) ELSE '{}' END END $$;
CREATE FUNCTION forget_person() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.customer_id := NULL; NEW.customer_email := NULL; NEW.customer_name := NULL; NEW.customer_phone := NULL; NEW.ship_name := NULL; NEW.ship_company := NULL; NEW.ship_street1 := NULL; NEW.ship_street2 := NULL; NEW.ship_city := NULL; NEW.ship_region := NULL; NEW.ship_postal_code := NULL; NEW.ship_phone := NULL; NEW.bill_name := NULL; NEW.bill_company := NULL; NEW.bill_street1 := NULL; NEW.bill_street2 := NULL; NEW.bill_city := NULL; NEW.bill_region := NULL; NEW.bill_postal_code := NULL; NEW.bill_phone := NULL; NEW.note := NULL; NEW.facts := without_person(NEW.facts); NEW.pending_change := NULL; NEW.standing := CASE WHEN NEW.standing ? 'payments' THEN NEW.standing || jsonb_build_object('payments', (SELECT jsonb_agg(p - 'reference') FROM jsonb_array_elements(NEW.standing->'payments') p)) ELSE NEW.standing END #- '{hold,message}'; RETURN NEW; END $$;
CREATE TRIGGER orders_forgotten BEFORE UPDATE ON orders FOR EACH ROW WHEN (NEW.forgotten_at IS NOT NULL) EXECUTE FUNCTION forget_person();
CREATE FUNCTION forget_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM orders o WHERE o.connection_id = NEW.connection_id AND o.external_id = NEW.order_id AND o.forgotten_at IS NOT NULL) THEN NEW.facts := without_person(NEW.facts); END IF; RETURN NEW; END $$;
CREATE TRIGGER order_lines_forgotten BEFORE INSERT OR UPDATE ON order_lines FOR EACH ROW WHEN (NEW.facts IS NOT NULL) EXECUTE FUNCTION forget_lines();
CREATE FUNCTION forget_reason() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM orders o WHERE o.connection_id = NEW.connection_id AND o.external_id = NEW.order_id AND o.forgotten_at IS NOT NULL) THEN NEW.reason := NULL; END IF; RETURN NEW; END $$;
CREATE TRIGGER order_credits_forgotten BEFORE INSERT OR UPDATE ON order_credits FOR EACH ROW WHEN (NEW.reason IS NOT NULL) EXECUTE FUNCTION forget_reason();
`;
