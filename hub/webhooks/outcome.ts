import type { HubContext } from '../base/context.ts';
import type { Transaction } from '../storage/database.ts';
import { raise, resolve } from '../problems/problems.ts';
import { noteFailure, noteSuccess } from './endpoints.ts';

/**
 * Seconds before the next attempt; the sum is a little over 27 hours (Standard Webhooks recommends several days or
 * less).
 */
const BACKOFF_SECONDS = [5, 30, 120, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];
/** An answer that says "never". */
const GONE = 410;

/** A delivery that a worker has claimed. */
export interface Claimed extends Record<string, unknown> {
  readonly id: string;
  readonly store_id: number;
  readonly endpoint: string;
  readonly event: string;
  readonly connection_id: number;
  readonly order_id: string;
  readonly attempts: number;
  readonly created_at: string;
  /** Until when, as the database writes it: it names the claim. */
  readonly claim: string;
}

export interface Outcome {
  readonly delivered: boolean;
  readonly status?: number;
  readonly error?: string;
  /** The hub is stopping: nothing is known, and nothing is held against the endpoint. */
  readonly interrupted?: boolean;
  /** The endpoint is not in the Store any more: nobody to ask again. */
  readonly removed?: boolean;
  readonly store?: { readonly namespace: string; readonly name: string };
}

/**
 * Writes down what became of a claimed delivery, and what that says about its endpoint. A worker that was stopped may
 * come late: that it was delivered is true whoever says it, but for the first time only; that it was not is the word of
 * whoever has the claim.
 */
export async function recordOutcome(hub: HubContext, delivery: Claimed, outcome: Outcome): Promise<void> {
  if (outcome.interrupted) {
    await hub.db.query('UPDATE deliveries SET claimed_until = NULL WHERE id = $1 AND claimed_until = $2::timestamptz', [
      delivery.id,
      delivery.claim,
    ]);
  } else {
    await hub.db.transaction((tx) =>
      outcome.delivered ? markDelivered(tx, delivery, outcome) : markFailed(tx, hub, delivery, outcome),
    );
    if (outcome.delivered) hub.wakeDeliveries();
  }
}

async function markDelivered(tx: Transaction, delivery: Claimed, outcome: Outcome): Promise<void> {
  const first = await tx.query(
    `UPDATE deliveries SET attempts = attempts + 1, state = 'Delivered', delivered_at = now(), claimed_until = NULL, last_status = $2, last_error = NULL WHERE id = $1 AND state <> 'Delivered' RETURNING 1`,
    [delivery.id, outcome.status ?? null],
  );
  if (first.length === 0) return;
  await tx.query(
    `UPDATE orders SET exported_at = coalesce(exported_at, now()), exported_goods_hash = coalesce(exported_goods_hash, goods_hash) WHERE connection_id = $1 AND external_id = $2`,
    [delivery.connection_id, delivery.order_id],
  );
  await resolve(tx, { connection: delivery.connection_id, feeds: ['OrderImport'] }, [delivery.order_id], {
    reasons: ['WebhookUndeliverable'],
  });
  await noteSuccess(tx, delivery.store_id, delivery.endpoint);
}

async function markFailed(tx: Transaction, hub: HubContext, delivery: Claimed, outcome: Outcome): Promise<void> {
  const claimed = await tx.query(
    'SELECT 1 FROM deliveries WHERE id = $1 AND claimed_until = $2::timestamptz FOR UPDATE',
    [delivery.id, delivery.claim],
  );
  if (claimed.length === 0) return;
  const disabled = outcome.removed
    ? undefined
    : await noteFailure(tx, delivery.store_id, delivery.endpoint, outcome.status === GONE);
  const delay = BACKOFF_SECONDS[delivery.attempts];
  // What a disabled endpoint did not take is kept for it.
  const dead = outcome.removed || (delay === undefined && !disabled && outcome.status !== GONE);
  await tx.query(
    `UPDATE deliveries SET attempts = attempts + 1, claimed_until = NULL, last_status = $2, last_error = $3, state = $4, next_attempt_at = now() + make_interval(secs => $5) WHERE id = $1`,
    [delivery.id, outcome.status ?? null, outcome.error?.slice(0, 500) ?? null, dead ? 'Dead' : 'Pending', delay ?? 0],
  );
  if (dead) {
    const message = `webhook endpoint "${delivery.endpoint}" did not take ${delivery.event}: ${outcome.error ?? 'no answer'}. Mend the endpoint, then replay its dead letters`;
    await raise(tx, { connection: delivery.connection_id, feed: 'OrderImport' }, [
      { kind: 'order', id: delivery.order_id, reason: 'WebhookUndeliverable', severity: 'Error', message },
    ]);
  }
  if (disabled) {
    const message = `webhook endpoint "${delivery.endpoint}" is switched off: ${disabled}. What is for it is kept. Mend it, then POST /api/v1/webhooks/${delivery.endpoint}/enable, or give it another url in the Store`;
    await raise(tx, { store: delivery.store_id }, [
      { kind: 'webhookEndpoint', id: delivery.endpoint, reason: 'WebhookEndpointDisabled', severity: 'Error', message },
    ]);
    const { store } = outcome;
    if (store)
      tx.afterCommit(() =>
        hub.emitStoreEvent(store.namespace, store.name, 'Warning', 'WebhookEndpointDisabled', message),
      );
  }
}
