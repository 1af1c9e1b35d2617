/**
 * An index of the entries that are due later by their subject, and of no others: led by the time, it served to find
 * what is due as well, and a claim of 250 then read and sorted all that waited.
 */
export const delayed = `
DROP INDEX outbox_delayed;
CREATE INDEX outbox_delayed ON outbox (connection_id, kind, subject, id) WHERE state IN ('Pending', 'Sent') AND failures > 0;
`;
