/** What waits is claimed endpoint by endpoint: one that hangs must not stand before all others. */
export const fairDeliveries = `
CREATE INDEX deliveries_waiting ON deliveries (store_id, endpoint, next_attempt_at) WHERE state = 'Pending';
DROP INDEX deliveries_pending;
`;
