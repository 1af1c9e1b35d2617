/**
 * A list's position is one that no later commit can fall behind (decision 0011). Whoever gives a row a number says
 * first, by a shared advisory lock that lasts until the commit, above which number its own will lie; `readable_to` is
 * where the lowest of those who are still writing began. The lock's number: bit 62 says what it is, 15 bits the Store
 * (0: any), 47 bits the position. Numbers begin at ten thousand a second since 1970, and again there when the database
 * is found under another server: what a client holds from an older or restored database then lies behind every new one.
 * Frozen: a later change is a later migration.
 */
const LISTED = ['orders', 'products', 'stock_levels', 'shipments'];
const WHEN_FIRST = `WHEN (coalesce(current_setting('supercargo.position', true), '') = '') EXECUTE FUNCTION hold_position()`;

export const positions = `
CREATE TABLE positions (one boolean PRIMARY KEY DEFAULT true CHECK (one), server text NOT NULL);
CREATE FUNCTION last_position() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM change_seq $$;
CREATE FUNCTION store_bits(store integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN store = 0 THEN 0::bigint ELSE (store % 32767 + 1)::bigint END $$;
CREATE FUNCTION hold_position() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE at bigint := last_position(); store integer := coalesce(nullif(current_setting('supercargo.store_id', true), ''), '0')::integer; BEGIN PERFORM pg_advisory_xact_lock_shared((1::bigint << 62) | (store_bits(store) << 47) | at); PERFORM set_config('supercargo.position', at::text, true); RETURN NULL; END $$;
CREATE FUNCTION readable_to(store integer, OUT newest bigint, OUT readable bigint) LANGUAGE plpgsql VOLATILE AS $$ DECLARE writing bigint; BEGIN newest := last_position(); SELECT min(key & ((1::bigint << 47) - 1)) INTO writing FROM (SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) held WHERE key >= (1::bigint << 62) AND (key >> 47) & 32767 IN (0, store_bits(store)); readable := least(newest, writing); END $$;
CREATE FUNCTION keep_positions() RETURNS void LANGUAGE plpgsql AS $$ DECLARE here text := (SELECT oid::text FROM pg_database WHERE datname = current_database()) || '/' || pg_postmaster_start_time()::text; BEGIN IF EXISTS (SELECT 1 FROM positions WHERE server = here) THEN RETURN; END IF; INSERT INTO positions (server) VALUES ('') ON CONFLICT DO NOTHING; PERFORM 1 FROM positions WHERE server <> here FOR UPDATE; IF FOUND THEN PERFORM setval('change_seq', greatest(last_position() + 1, floor(extract(epoch FROM clock_timestamp()) * 10000)::bigint)); UPDATE positions SET server = here; END IF; END $$;
${LISTED.map((table) => `CREATE TRIGGER ${table}_position BEFORE INSERT OR UPDATE OF seq ON ${table} FOR EACH STATEMENT ${WHEN_FIRST};`).join('\n')}

ALTER TABLE outbox ADD COLUMN held_seq bigint;
UPDATE outbox SET held_seq = id WHERE state = 'Held';
CREATE INDEX outbox_held_seq ON outbox (connection_id, held_seq) WHERE state = 'Held';
CREATE FUNCTION number_held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.held_seq := nextval('change_seq'); RETURN NEW; END $$;
CREATE TRIGGER outbox_position BEFORE UPDATE OF state ON outbox FOR EACH STATEMENT ${WHEN_FIRST};
CREATE TRIGGER outbox_held BEFORE UPDATE OF state ON outbox FOR EACH ROW WHEN (NEW.state = 'Held' AND OLD.state <> 'Held') EXECUTE FUNCTION number_held();

SELECT keep_positions();
`;
