/**
 * Which installation the database belongs to (hub/storage/owner.ts); no row: nobody's yet. Frozen: a later change is a
 * later migration.
 */
export const owner = `
CREATE TABLE database_owner (one boolean PRIMARY KEY DEFAULT true CHECK (one), owner text NOT NULL, since timestamptz NOT NULL DEFAULT now());
`;
