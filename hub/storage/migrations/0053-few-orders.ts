/**
 * Lists are read in the order of positions. What few of a Store's orders are (not acknowledged yet, put aside) was
 * found by reading all of them, at each poll of a back office that asks without a position. An accepted order costs
 * one entry more, until it is acknowledged. Frozen: a later change is a later migration.
 */
export const fewOrders = `
CREATE INDEX orders_unacknowledged ON orders (store_id, seq) WHERE acknowledged_at IS NULL;
CREATE INDEX orders_put_aside ON orders (store_id, seq) WHERE intake <> 'Accepted';
`;
