/**
 * Rows of `relation` beside the order that each names by `id`, as relation `o`; `$1` is the connection. One look into
 * the primary key for each, written as LATERAL with LIMIT, which the planner leaves as it is: in the minutes after a
 * first sync it takes a connection for a two-hundredth of the table, and would read all of the connection's orders for
 * each batch (80 of 90 CPU-seconds for 100,000 orders went there once).
 */
export const withOrders = (relation: string, id: string): string =>
  `${relation} CROSS JOIN LATERAL (SELECT * FROM orders WHERE connection_id = $1 AND external_id = ${id} LIMIT 1) o`;

/** Each order that the merge has changed, once. */
export const CHANGED_ORDERS = withOrders('(SELECT DISTINCT external_id FROM stage_changed) c', 'c.external_id');
