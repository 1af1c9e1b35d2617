/**
 * A Store is its uid: who gets the name of a deleted one gets nothing of it. What was there before steps aside under
 * its name (`retired`) and can be taken over on purpose. A developer key opens one Store of its own. Frozen: a later
 * change is a later migration.
 */
export const storeUids = `
ALTER TABLE stores ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE connections ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE stores DROP CONSTRAINT stores_namespace_name_key;
CREATE UNIQUE INDEX stores_by_name ON stores (namespace, name) WHERE NOT retired;
CREATE INDEX stores_by_uid ON stores (uid) WHERE retired;
ALTER TABLE connections DROP CONSTRAINT connections_kind_namespace_name_key;
CREATE UNIQUE INDEX connections_by_name ON connections (kind, namespace, name) WHERE NOT retired;
UPDATE stores s SET key_hash = NULL FROM stores o WHERE o.key_hash = s.key_hash AND o.id < s.id;
DROP INDEX stores_key_hash;
CREATE UNIQUE INDEX stores_key_hash ON stores (key_hash) WHERE key_hash IS NOT NULL;
`;
