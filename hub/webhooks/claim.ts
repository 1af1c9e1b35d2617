import type { Queryable } from '../storage/database.ts';
import type { Claimed } from './outcome.ts';

export const CLAIM_SECONDS = 60;

/** Deliveries to one endpoint that are under way in this process. */
export interface Busy {
  readonly storeId: number;
  readonly endpoint: string;
  readonly count: number;
}

/** How much may be claimed. */
export interface ClaimLimits {
  /** Over all endpoints. */
  readonly most: number;
  /** Under way at once to one endpoint. One that fails gets a single probe at a time. */
  readonly perEndpoint: number;
  readonly busy: readonly Busy[];
}

/**
 * Claims what is due: of each endpoint what it may still take, so that one that hangs, with however much that waits for
 * it, takes nothing from the others. Of one order and endpoint the events go in the order in which they happened, never
 * two at once. Claimed rows are invisible to other workers for a minute: a worker that dies gives them back by that.
 * What is for a disabled endpoint waits. The endpoints are found by jumping along the index from one to the next.
 */
export function claimDue(db: Queryable, { most, perEndpoint, busy }: ClaimLimits): Promise<Claimed[]> {
  return db.query<Claimed>(
    `WITH RECURSIVE waiting AS (
       (SELECT store_id, endpoint FROM deliveries WHERE state = 'Pending' ORDER BY store_id, endpoint LIMIT 1)
       UNION ALL
       SELECT next.store_id, next.endpoint FROM waiting w CROSS JOIN LATERAL (
         SELECT store_id, endpoint FROM deliveries WHERE state = 'Pending' AND (store_id, endpoint) > (w.store_id, w.endpoint)
         ORDER BY store_id, endpoint LIMIT 1) next
     ), room AS (
       SELECT w.store_id, w.endpoint,
         CASE WHEN e.failing_since IS NULL THEN $2 ELSE 1 END - coalesce(b.count, 0) AS slots
       FROM waiting w
       LEFT JOIN webhook_endpoints e ON e.store_id = w.store_id AND e.name = w.endpoint
       LEFT JOIN jsonb_to_recordset($3::jsonb) AS b("storeId" integer, endpoint text, count integer)
         ON b."storeId" = w.store_id AND b.endpoint = w.endpoint
       WHERE e.disabled_at IS NULL
     ), due AS (
       SELECT d.id, d.next_attempt_at FROM room r CROSS JOIN LATERAL (
         SELECT d.id, d.next_attempt_at FROM deliveries d
         WHERE d.store_id = r.store_id AND d.endpoint = r.endpoint AND d.state = 'Pending' AND d.next_attempt_at <= now()
           AND (d.claimed_until IS NULL OR d.claimed_until < now())
           AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.connection_id = d.connection_id AND e.order_id = d.order_id
             AND e.endpoint = d.endpoint AND e.id <> d.id AND e.state = 'Pending' AND (e.seq < d.seq OR e.claimed_until > now()))
         ORDER BY d.next_attempt_at LIMIT greatest(r.slots, 0)) d
       ORDER BY d.next_attempt_at LIMIT $1)
     UPDATE deliveries SET claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
     WHERE id IN (
       SELECT id FROM deliveries
       WHERE id = ANY (ARRAY (SELECT id FROM due)) AND state = 'Pending' AND (claimed_until IS NULL OR claimed_until < now())
       FOR UPDATE SKIP LOCKED)
     RETURNING id, store_id, endpoint, event, connection_id, order_id, attempts, created_at, claimed_until::text AS claim`,
    [most, perEndpoint, JSON.stringify(busy)],
  );
}
