/**
 * What few of a Store's orders are was found by reading all of them: those not acknowledged yet, at each poll of a back
 * office that asks without a position; those put aside; and at each scrape whether the back office takes orders at all.
 * An accepted order costs one entry more, until it is acknowledged. Frozen: a later change is a later migration.
 */
export const fewOrders = `
CREATE INDEX orders_unacknowledged ON orders (store_id, seq) WHERE acknowledged_at IS NULL;
CREATE INDEX orders_put_aside ON orders (intake, store_id, seq) INCLUDE (connection_id) WHERE intake <> 'Accepted';
CREATE INDEX orders_exported ON orders (connection_id) WHERE exported_at IS NOT NULL;
`;
