/**
 * A claim looks at what it takes, not at all that waits: entries that are due later, which hold back later ones of
 * their subject, and stock levels that have not passed the brakes yet, are few and have an index each. What the store
 * refused is counted beside what was claimed: a pod that is killed ten times has not been refused ten times.
 */
export const outbox = `
ALTER TABLE outbox ADD COLUMN failures integer NOT NULL DEFAULT 0;
CREATE INDEX outbox_delayed ON outbox (connection_id, kind, not_before) WHERE state IN ('Pending', 'Sent');
CREATE INDEX outbox_to_pass ON outbox (connection_id, id) WHERE kind = 'stock' AND state IN ('Pending', 'Sent') AND NOT passed;
`;
