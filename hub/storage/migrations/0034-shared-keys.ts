/**
 * A Store may be opened by the developer API key of another one (namespace/name), so that a warehouse that serves many
 * holds one key. Frozen: a later change is a later migration.
 */
export const sharedKeys = `
ALTER TABLE stores ADD COLUMN key_of text;
CREATE INDEX stores_key_of ON stores (key_of) WHERE key_of IS NOT NULL;
`;
