/** What a store has taken and does later: what it is asked with. */
export const submitted = `
ALTER TABLE outbox ADD COLUMN ticket text;
CREATE INDEX outbox_submitted ON outbox (connection_id, kind, subject, id) WHERE state = 'Submitted';
`;
