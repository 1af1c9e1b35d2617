/**
 * What cannot be mended is dismissed by a person: the note of who did, and why, stays with the problem. Outbox and
 * deliveries get the state Dismissed, which needs no change of theirs. What stores refused is few, and found among all
 * writes: by what is dismissed, and by each newer level that the store takes. Frozen: a later change is a later
 * migration.
 */
export const dismissed = `
ALTER TABLE problems ADD COLUMN note text;
CREATE INDEX outbox_refused ON outbox (connection_id, kind, subject, id) WHERE state = 'Rejected';
`;
