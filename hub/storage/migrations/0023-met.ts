/** Connections whose shop was seen to have the level when it was posted: what differs there later was done there. */
export const met = `
ALTER TABLE stock_targets ADD COLUMN met integer[] NOT NULL DEFAULT '{}';
`;
