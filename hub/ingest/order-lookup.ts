/**
 * The orders of `ids` (a relation or subquery with a column of their ids, `$1` being the connection), as relation `o`: one
 * look into the primary key for each. Written as LATERAL with LIMIT, which the planner leaves as it is: in the minutes
 * after a first sync it takes a connection for a two-hundredth of the table, and would read all of the connection's
 * orders for each batch (58 of 90 CPU-seconds for 100,000 orders went there once).
 */
export const ordersOf = (ids: string, column = 'external_id'): string =>
  `${ids} CROSS JOIN LATERAL (SELECT * FROM orders WHERE connection_id = $1 AND external_id = ${ids.split(' ').at(-1)}.${column} LIMIT 1) o`;

/** Each order that the merge has changed, once. */
export const CHANGED_ORDERS = ordersOf('(SELECT DISTINCT external_id FROM stage_changed) c');
