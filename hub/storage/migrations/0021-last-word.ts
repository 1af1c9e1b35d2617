/**
 * Whether the last word counts among writes of one subject is said by each entry (model/feeds/: `supersedes`), no
 * longer by the kind of stock levels alone, so that another feed needs no index of its own. Frozen: a later change is a
 * later migration.
 */
export const lastWord = `
ALTER TABLE outbox ADD COLUMN supersedes boolean NOT NULL DEFAULT false;
UPDATE outbox SET supersedes = true WHERE kind = 'stock' AND state IN ('Pending', 'Sent', 'Held', 'Rejected');
CREATE UNIQUE INDEX outbox_last_word ON outbox (connection_id, kind, subject) WHERE supersedes AND state = 'Pending';
DROP INDEX outbox_stock_pending;
DROP INDEX outbox_to_pass;
CREATE INDEX outbox_to_pass ON outbox (connection_id, kind, id) WHERE state IN ('Pending', 'Sent') AND NOT passed;
`;
