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

/**
 * That a column names one of the ids in `relation`, for a table that is joined with it or changed by it: the ids are
 * read first, and each is looked up. Of a plain join the planner may read all of the connection instead, which it takes
 * for a two-hundredth of the table.
 */
export const among = (column: string, relation: string, id = 'external_id'): string =>
  `${column} = ANY(ARRAY(SELECT ${id} FROM ${relation}))`;
