/**
 * Runs by schedule that found nothing, one after the other, are one row: two hundred of them would be three hours of a
 * feed, and nobody would find what happened last night. Frozen: a later change is a later migration.
 */
export const quietRuns = `
ALTER TABLE runs ADD COLUMN repeats integer NOT NULL DEFAULT 0, ADD COLUMN repeats_since timestamptz;
`;
