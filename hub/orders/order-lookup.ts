/**
 * Rows of `relation` beside the order that each names by `id`, as relation `o`; `$1` is the connection. One look into
 * the primary key for each. Which index serves does not hang on statistics: of connections there are none (decision
 * 0026). Where there were, in the minutes after a first sync all of the connection's orders were read for each batch
 * (80 of 90 CPU-seconds for 100,000 orders went there once).
 */
export const withOrders = (relation: string, id: string): string =>
  `${relation} CROSS JOIN LATERAL (SELECT * FROM orders WHERE connection_id = $1 AND external_id = ${id} LIMIT 1) o`;

/** Each order that the merge has changed, once. */
export const CHANGED_ORDERS = withOrders('(SELECT DISTINCT external_id FROM stage_changed) c', 'c.external_id');
