/**
 * Which life of the database this is: another id after each restore, so that every hub notices (hub/storage/epoch.ts).
 * And whether a connection's pod has told the hub about it since: what a backup knows of a connection is old. Frozen: a
 * later change is a later migration.
 */
export const epoch = `
CREATE TABLE database_epoch (one boolean PRIMARY KEY DEFAULT true CHECK (one), id text NOT NULL, since timestamptz NOT NULL DEFAULT now());
INSERT INTO database_epoch (id) VALUES (gen_random_uuid()::text);
ALTER TABLE connections ADD COLUMN registered boolean NOT NULL DEFAULT true;
`;
