/**
 * What few of many are was found by reading all of them. Of orders: those not acknowledged yet, at each poll of a back
 * office that asks without a position; those put aside; and at each scrape whether the back office takes orders at all.
 * Of writes: those that are not done, at each scrape. An order and a write cost one entry more, until they are done.
 *
 * A hash has one chain for all orders of one e-mail address, such as the one that a marketplace gives for all its
 * buyers: each new order walked it. Frozen: a later change is a later migration.
 */
export const fewOfMany = `
CREATE INDEX orders_unacknowledged ON orders (store_id, seq) WHERE acknowledged_at IS NULL;
CREATE INDEX orders_put_aside ON orders (intake, store_id, seq) INCLUDE (connection_id) WHERE intake <> 'Accepted';
CREATE INDEX orders_exported ON orders (connection_id) WHERE exported_at IS NOT NULL;
CREATE INDEX outbox_unfinished ON outbox (connection_id, kind, subject) WHERE state IN ('Pending', 'Sent', 'Submitted', 'Held', 'Rejected');
CREATE INDEX outbox_rejected ON outbox (connection_id, kind, subject) WHERE state = 'Rejected';
DROP INDEX orders_email;
CREATE INDEX orders_email ON orders ((md5(lower(customer_email))::uuid)) WHERE customer_email IS NOT NULL;
`;
