const WAITING = `SELECT id, subject, payload FROM outbox WHERE connection_id = $1 AND kind = $2`;

/** SQL: what waits and has not passed a brake. */
export const TO_PASS = `${WAITING} AND state IN ('Pending', 'Sent') AND NOT passed`;

/** SQL: holds those entries as they are until the transaction ends; who replaces one waits, and queues another then. */
export const LOCK_TO_PASS = `WITH held AS (SELECT 1 FROM (${TO_PASS} ORDER BY id FOR UPDATE) waiting) SELECT count(*) FROM held`;

/** SQL: as going live would send them, of several writes of one subject the newest. */
export const NEWEST_WAITING = `SELECT DISTINCT ON (subject) id, subject, payload FROM outbox
  WHERE connection_id = $1 AND kind = $2 AND state IN ('Pending', 'Sent', 'Held') ORDER BY subject, id DESC`;
