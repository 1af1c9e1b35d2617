/**
 * What cannot be mended is dismissed by a person: the note of who did, and why, stays with the problem. Outbox and
 * deliveries get the state Dismissed, which needs no change of theirs. Frozen: a later change is a later migration.
 */
export const dismissed = `
ALTER TABLE problems ADD COLUMN note text;
`;
