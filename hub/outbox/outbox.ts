import type { OutboxClaim, OutboxClaimRequest, OutboxEntry, OutboxKind, OutboxResult, OutboxResults } from '../../model/sync-api.ts';
import type { HubContext } from '../base/context.ts';
import { BY_KEY } from '../storage/by-key.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { kindOfFeed, raise, resolve } from '../problems/problems.ts';
import { FEED_OF } from './queue.ts';
import { recordAppliedLevels } from './applied.ts';
import { findStoreById, type ConnectionRow } from '../stores/rules.ts';
import { stockSubject } from '../../model/subjects.ts';
import { heldPlan, type PlannedLevel } from './brakes.ts';
import { holdRun } from '../runs/runs.ts';

/** With the delays below: about a day, as for webhooks. All the while the feed's condition says that writes fail. */
const MAX_FAILURES = 100;
const FIRST_DELAY_SECONDS = 5;
const MAX_DELAY_SECONDS = 900;

/** An earlier entry of the subject of `o` that is due later. A sub-select with LIMIT is never planned as a join over all of them. */
const EARLIER_THAT_WAITS = `SELECT d.id FROM outbox d WHERE d.connection_id = $1 AND d.kind = $2 AND d.subject = o.subject AND d.id < o.id
           AND d.state IN ('Pending', 'Sent') AND d.failures > 0 AND d.not_before > now() LIMIT 1`;

/**
 * Gives a pod what is to be written to the store and marks it Sent, before it is sent: after a crash it comes again and
 * the driver reads back before it repeats (docs/guarantees.md). Entries of one order stay in order. The run's row is the fence, as
 * for batches: two pods that both claimed would both write. A level carries what the store was last known to have
 * (`expected`): as of now, for a level before it may have been written since it was queued. Only at the first attempt:
 * where the store has changed since (a sale), the back office had the time until the second to say another number, and
 * if it does not, its word counts; else the level would be refused for ever.
 */
export async function claimOutbox(hub: HubContext, connection: ConnectionRow, { runId, kind, limit, release }: OutboxClaimRequest): Promise<OutboxClaim> {
  return hub.db.transaction(async (tx) => {
    await holdRun(tx, connection.id, runId, FEED_OF[kind]);
    const held = kind === 'stock' ? await brake(tx, connection, release) : undefined;
    if (held) return { entries: [], keptBack: 0, held };
    const entries = await tx.query<OutboxEntry & Record<string, unknown>>(
      `UPDATE outbox SET state = 'Sent', sent_at = now(), attempts = attempts + 1
       WHERE connection_id = $1 AND id = ANY(ARRAY(
         SELECT id FROM outbox o WHERE connection_id = $1 AND kind = $2 AND state IN ('Pending', 'Sent') AND not_before <= now() AND (${EARLIER_THAT_WAITS}) IS NULL
         ORDER BY id LIMIT $3))
       RETURNING id, subject, attempts, CASE WHEN kind = 'stock' AND attempts = 1 THEN payload || jsonb_strip_nulls(jsonb_build_object('expected', (
         SELECT s.on_hand FROM stock_levels s WHERE s.connection_id = $1 AND s.variant_id = payload->>'variantId' AND s.location_id = payload->>'locationId'))) ELSE payload END AS payload`,
      [connection.id, kind, limit],
    );
    const [kept] = await tx.query<{ count: number }>(`SELECT count(*) AS count FROM outbox WHERE connection_id = $1 AND kind = $2 AND state = 'Held'`, [connection.id, kind]);
    return { entries: entries.sort((a, b) => a.id - b.id), keptBack: kept!.count };
  }, BY_KEY);
}

/**
 * Held when the levels that have not passed yet would change too much; the digest names exactly this plan. A plan that
 * passes, by itself or released, is marked as a whole: it goes out in several claims, and what is left of it must not
 * be judged as if it were the plan.
 */
async function brake(tx: Queryable, connection: ConnectionRow, release: string | undefined): Promise<OutboxClaim['held']> {
  const plan = await tx.query<PlannedLevel & Record<string, unknown>>(
    `SELECT o.id, (o.payload->>'quantity')::int AS quantity, s.on_hand AS before
     FROM outbox o LEFT JOIN stock_levels s ON s.connection_id = o.connection_id AND s.variant_id = o.payload->>'variantId' AND s.location_id = o.payload->>'locationId'
     WHERE o.connection_id = $1 AND o.kind = 'stock' AND o.state IN ('Pending', 'Sent') AND NOT o.passed ORDER BY o.id`,
    [connection.id],
  );
  if (plan.length === 0) return undefined;
  const store = await findStoreById(tx, connection.store_id);
  const held = heldPlan(plan, store?.rules.brakes ?? {});
  if (held && held.digest !== release) return held;
  await tx.query(`UPDATE outbox SET passed = true WHERE connection_id = $1 AND id = ANY($2::bigint[])`, [connection.id, plan.map(({ id }) => id)]);
  return undefined;
}

/**
 * One result for each entry. Of a pod that lost its run nothing is taken, good or bad: another has claimed the entries and
 * looks at the store itself. What may be tried again comes back later, for about a day; then it is a problem for a person.
 */
export async function recordResults(hub: HubContext, connection: ConnectionRow, { runId, kind, results }: OutboxResults): Promise<void> {
  await hub.db.transaction(async (tx) => {
    await holdRun(tx, connection.id, runId, FEED_OF[kind]);
    const rest = kind === 'stock' ? await recordAppliedLevels(tx, connection.id, results) : results;
    for (const result of rest) await recordResult(tx, connection.id, kind, result);
  }, BY_KEY);
}

async function recordResult(tx: Transaction, connectionId: number, kind: OutboxKind, result: OutboxResult): Promise<void> {
  const [entry] = await tx.query<{ subject: string; failures: number; payload: Record<string, unknown> }>(
    `SELECT subject, failures, payload FROM outbox WHERE connection_id = $1 AND id = $2 AND state = 'Sent' FOR UPDATE`, [connectionId, result.id],
  );
  if (!entry) return;
  if (result.outcome === 'Returned') return giveBack(tx, connectionId, result);
  if (result.outcome === 'Retry' && entry.failures + 1 < MAX_FAILURES) {
    const delay = Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(entry.failures, 20));
    await tx.query(
      `UPDATE outbox SET state = 'Pending', failures = failures + 1, not_before = now() + make_interval(secs => $3), reason = $4, message = $5 WHERE connection_id = $1 AND id = $2
         AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = $1 AND n.kind = 'stock' AND n.subject = outbox.subject AND n.state = 'Pending')`,
      [connectionId, result.id, delay, result.reason ?? null, result.message ?? null],
    );
    await tx.query(`UPDATE outbox SET state = 'Superseded', done_at = now() WHERE connection_id = $1 AND id = $2 AND state = 'Sent'`, [connectionId, result.id]);
    return;
  }
  const state = result.outcome === 'Held' ? 'Held' : result.outcome === 'Applied' || result.outcome === 'AlreadyApplied' ? 'Applied' : 'Rejected';
  await tx.query(
    `UPDATE outbox SET state = $3, done_at = now(), external_id = $4, reason = $5, message = $6, held_request = $7::jsonb WHERE connection_id = $1 AND id = $2`,
    [connectionId, result.id, state, result.externalId ?? null, result.reason ?? null, result.message ?? null, result.request ? JSON.stringify(result.request) : null],
  );
  await followUp(tx, connectionId, kind, entry, state, result);
}

/**
 * Nothing was done and the entry is not to blame: it waits as if it had not been taken, without a failure of its own.
 * A level that was set anew meanwhile has taken its place.
 */
async function giveBack(tx: Transaction, connectionId: number, { id, reason, message }: OutboxResult): Promise<void> {
  await tx.query(
    `UPDATE outbox SET state = 'Pending', attempts = greatest(attempts - 1, 0), reason = $3, message = $4 WHERE connection_id = $1 AND id = $2
       AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.connection_id = $1 AND n.kind = 'stock' AND n.subject = outbox.subject AND n.state = 'Pending')`,
    [connectionId, id, reason ?? null, message ?? null],
  );
  await tx.query(`UPDATE outbox SET state = 'Superseded', done_at = now() WHERE connection_id = $1 AND id = $2 AND state = 'Sent'`, [connectionId, id]);
}

async function followUp(tx: Transaction, connectionId: number, kind: OutboxKind, entry: { subject: string; payload: Record<string, unknown> }, state: string, result: OutboxResult): Promise<void> {
  const feed = FEED_OF[kind];
  // A write of a level is about a variant; people know it by its SKU.
  const id = kind === 'stock' ? stockSubject(String(entry.payload['sku']), String(entry.payload['locationId'])) : entry.subject;
  if (state === 'Applied') {
    if (kind === 'shipment') {
      await tx.query(`UPDATE shipments SET confirmed_at = now(), store_shipment_id = $2, seq = nextval('change_seq') WHERE id = $1`, [entry.payload['shipmentId'], result.externalId ?? null]);
    }
    await resolve(tx, { connection: connectionId, feeds: [feed] }, [id]);
  } else if (state === 'Rejected') {
    await raise(tx, { connection: connectionId, feed }, [{ kind: kindOfFeed(feed), id, reason: result.reason ?? 'Rejected', severity: 'Error', message: result.message ?? 'the store refused it' }]);
  }
}
