/** A level for a SKU that no shop has yet waits for it. Frozen: a later change is a later migration. */
export const keptLevels = `
ALTER TABLE stock_targets ADD COLUMN waiting boolean NOT NULL DEFAULT false;
CREATE INDEX stock_targets_waiting ON stock_targets (store_id, sku) WHERE waiting;
`;
