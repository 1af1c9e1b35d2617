import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, fetch } from 'undici';
import type { HubContext } from '../context.ts';
import { orderView } from '../rest/order-view.ts';
import { findStoreById, type StoreRow } from '../stores/rules.ts';
import { addressAllowed, guardedLookup } from './addresses.ts';
import { endpointSecret } from './secrets.ts';

const CLAIM_SECONDS = 60;
const TIMEOUT_MS = 15_000;
/** Seconds before the next attempt; the sum is a little over 27 hours (Standard Webhooks recommends several days or less). */
const BACKOFF_SECONDS = [5, 30, 120, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200];
/** Answers that say "never": no use in asking again for a day. */
const GONE = 410;

interface Claimed extends Record<string, unknown> {
  id: string; store_id: number; endpoint: string; event: string; connection_id: number; order_id: string; attempts: number; created_at: string;
}

interface Outcome {
  readonly delivered: boolean;
  readonly status?: number;
  readonly error?: string;
}

/**
 * Sends due deliveries, each in its own right; those of one order to one endpoint in the order in which they happened.
 * Claimed rows are invisible to other workers for a minute: a worker that dies gives them back by that.
 */
export async function deliverDue(hub: HubContext, master: Buffer, limit: number, signal: AbortSignal): Promise<number> {
  const due = await hub.db.query<Claimed>(
    `UPDATE deliveries SET claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
     WHERE id IN (
       SELECT d.id FROM deliveries d
       WHERE d.state = 'Pending' AND d.next_attempt_at <= now() AND (d.claimed_until IS NULL OR d.claimed_until < now())
         AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.connection_id = d.connection_id AND e.order_id = d.order_id AND e.endpoint = d.endpoint
                         AND e.seq < d.seq AND e.state = 'Pending')
       ORDER BY d.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, store_id, endpoint, event, connection_id, order_id, attempts, created_at`,
    [limit],
  );
  await Promise.all(due.map(async (delivery) => record(hub, delivery, await send(hub, master, delivery, signal))));
  return due.length;
}

async function send(hub: HubContext, master: Buffer, delivery: Claimed, signal: AbortSignal): Promise<Outcome> {
  const store = await findStoreById(hub.db, delivery.store_id);
  const endpoint = store?.rules.orderWebhooks?.find(({ name }) => name === delivery.endpoint);
  if (!store || !endpoint) return { delivered: false, status: GONE, error: 'the endpoint is no longer in spec.orderWebhooks of the Store' };
  const order = await orderView(hub.db, delivery.connection_id, delivery.order_id);
  const payload = JSON.stringify({ type: delivery.event, timestamp: delivery.created_at, data: order ?? { id: `${delivery.connection_id}.${delivery.order_id}` } });
  return post(hub, store, endpoint.url, endpointSecret(master, store, endpoint.name), delivery.id, payload, signal);
}

async function post(hub: HubContext, store: StoreRow, url: string, secret: string, id: string, payload: string, signal: AbortSignal): Promise<Outcome> {
  const networks = store.rules.allowedPrivateNetworks ?? [];
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !addressAllowed(host, networks)) return { delivered: false, error: 'the address is not public: allow its network in spec.allowedPrivateNetworks of the Store' };
  const at = hub.clock.now();
  const dispatcher = new Agent({ connect: { lookup: guardedLookup(networks), timeout: TIMEOUT_MS } });
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'supercargo',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, payload),
      },
      body: payload,
    });
    await response.body?.cancel();
    return { delivered: response.ok, status: response.status, error: response.ok ? undefined : `the endpoint answered ${response.status}` };
  } catch (error) {
    return { delivered: false, error: causeOf(error) };
  } finally {
    await dispatcher.close().catch(() => undefined);
  }
}

/** undici wraps the real reason in "fetch failed". */
function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}

async function record(hub: HubContext, delivery: Claimed, outcome: Outcome): Promise<void> {
  if (outcome.delivered) return markDelivered(hub, delivery, outcome);
  const delay = BACKOFF_SECONDS[delivery.attempts];
  const dead = delay === undefined || outcome.status === GONE;
  await hub.db.query(
    `UPDATE deliveries SET attempts = attempts + 1, claimed_until = NULL, last_status = $2, last_error = $3, state = $4, next_attempt_at = now() + make_interval(secs => $5) WHERE id = $1`,
    [delivery.id, outcome.status ?? null, outcome.error?.slice(0, 500) ?? null, dead ? 'Dead' : 'Pending', delay ?? 0],
  );
  if (!dead) return;
  await hub.db.query(
    `INSERT INTO problems (connection_id, feed_type, record, reason, severity, message) VALUES ($1, 'OrderImport', $2, 'WebhookUndeliverable', 'Error', $3)
     ON CONFLICT (connection_id, feed_type, record, reason) DO UPDATE SET last_seen_at = now(), count = problems.count + 1, message = EXCLUDED.message, resolved_at = NULL`,
    [delivery.connection_id, delivery.order_id, `webhook endpoint "${delivery.endpoint}" did not take ${delivery.event}: ${outcome.error ?? 'no answer'}. Mend the endpoint, then replay its dead letters`],
  );
}

async function markDelivered(hub: HubContext, delivery: Claimed, outcome: Outcome): Promise<void> {
  await hub.db.transaction(async (tx) => {
    await tx.query(`UPDATE deliveries SET attempts = attempts + 1, state = 'Delivered', delivered_at = now(), claimed_until = NULL, last_status = $2, last_error = NULL WHERE id = $1`, [delivery.id, outcome.status ?? null]);
    await tx.query(
      `UPDATE orders SET exported_at = coalesce(exported_at, now()), exported_goods_hash = coalesce(exported_goods_hash, goods_hash) WHERE connection_id = $1 AND external_id = $2`,
      [delivery.connection_id, delivery.order_id],
    );
    await tx.query(
      `UPDATE problems SET resolved_at = now() WHERE connection_id = $1 AND feed_type = 'OrderImport' AND record = $2 AND reason = 'WebhookUndeliverable' AND resolved_at IS NULL`,
      [delivery.connection_id, delivery.order_id],
    );
  });
  hub.wakeDeliveries();
}
