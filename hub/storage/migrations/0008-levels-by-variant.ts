/**
 * A level that waits for a store is one of a variant at a location: SKUs are not unique at every shop, and are renamed.
 * Of two that wait for one place the newer counts. Frozen: a later change is a later migration.
 */
const PLACE = `payload->>'variantId' || '@' || (payload->>'locationId')`;

export const levelsByVariant = `
UPDATE outbox o SET state = 'Superseded', done_at = now() WHERE o.kind = 'stock' AND o.state = 'Pending' AND EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = o.connection_id AND n.kind = 'stock' AND n.state = 'Pending' AND n.id > o.id AND n.payload->>'variantId' = o.payload->>'variantId' AND n.payload->>'locationId' = o.payload->>'locationId');
UPDATE outbox SET subject = ${PLACE} WHERE kind = 'stock' AND payload ? 'variantId' AND payload ? 'locationId';
`;
