import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { stopwatch } from '../../kit/stopwatch.ts';
import type { HubContext } from '../base/context.ts';
import { orderView } from '../orders/order-view.ts';
import { findStoreById, type StoreRow } from '../stores/rules.ts';
import { addressAllowed } from '../base/addresses.ts';
import { carryBySocket } from '../base/webhook-transport.ts';
import { endpointStates } from './endpoints.ts';
import { recordOutcome, type Claimed, type Outcome } from './outcome.ts';
import { endpointSecret } from '../base/secrets.ts';

const CLAIM_SECONDS = 60;
const TIMEOUT_MS = 15_000;
/** What is sent later than this after it was claimed could arrive when the claim is over. */
const SEND_WITHIN_MS = CLAIM_SECONDS * 1000 - 2 * TIMEOUT_MS;

interface Delivery extends Claimed {
  /** Whether another worker may have it by now. */
  readonly mayBeOver: () => boolean;
}

/**
 * Sends due deliveries, each in its own right; those of one order to one endpoint in the order in which they happened,
 * and never two of them at once. Claimed rows are invisible to other workers for a minute: a worker that dies gives
 * them back by that. One that was stopped meanwhile and goes on sends nothing that another may have sent: its old story
 * would come after newer ones. What is for a disabled endpoint waits.
 */
export async function deliverDue(hub: HubContext, master: Buffer, limit: number, signal: AbortSignal): Promise<number> {
  const mayBeOver = stopwatch(hub.clock, SEND_WITHIN_MS);
  const due = await hub.db.query<Claimed>(
    `UPDATE deliveries SET claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
     WHERE id IN (
       SELECT d.id FROM deliveries d
       WHERE d.state = 'Pending' AND d.next_attempt_at <= now() AND (d.claimed_until IS NULL OR d.claimed_until < now())
         AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.connection_id = d.connection_id AND e.order_id = d.order_id AND e.endpoint = d.endpoint
                         AND e.id <> d.id AND e.state = 'Pending' AND (e.seq < d.seq OR e.claimed_until > now()))
         AND NOT EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.store_id = d.store_id AND w.name = d.endpoint AND w.disabled_at IS NOT NULL)
       ORDER BY d.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, store_id, endpoint, event, connection_id, order_id, attempts, created_at, claimed_until::text AS claim`,
    [limit],
  );
  await Promise.all(
    due.map(async (delivery) =>
      recordOutcome(hub, delivery, await send(hub, master, { ...delivery, mayBeOver }, signal)),
    ),
  );
  return due.length;
}

async function send(hub: HubContext, master: Buffer, delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
  const store = await findStoreById(hub.db, delivery.store_id);
  const endpoint = store?.rules.orderWebhooks?.find(({ name }) => name === delivery.endpoint);
  if (!store || !endpoint)
    return { delivered: false, removed: true, error: 'the endpoint is no longer in spec.orderWebhooks of the Store' };
  const order = await orderView(hub.db, delivery.connection_id, delivery.order_id);
  const payload = JSON.stringify({
    type: delivery.event,
    timestamp: delivery.created_at,
    data: order ?? { id: `${delivery.connection_id}.${delivery.order_id}` },
  });
  const outcome = await post(
    hub,
    store,
    endpoint.url,
    await secretsInForce(hub, master, store, endpoint.name),
    delivery,
    payload,
    signal,
  );
  return { ...outcome, store };
}

/** The current secret first; for a day after a rotation the one before it too. */
async function secretsInForce(hub: HubContext, master: Buffer, store: StoreRow, endpoint: string): Promise<string[]> {
  const { secretVersion, previousSecretValidUntil } = (await endpointStates(hub.db, store.id))(endpoint);
  const versions = previousSecretValidUntil === null ? [secretVersion] : [secretVersion, secretVersion - 1];
  return versions.map((version) => endpointSecret(master, store, endpoint, version));
}

async function post(
  hub: HubContext,
  store: StoreRow,
  url: string,
  secrets: readonly string[],
  { id, mayBeOver }: Delivery,
  payload: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const networks = store.rules.allowedPrivateNetworks ?? [];
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) && !addressAllowed(host, networks))
    return {
      delivered: false,
      error: 'the address is not public: allow its network in spec.allowedPrivateNetworks of the Store',
    };
  const at = hub.clock.now();
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'supercargo',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(' '),
  };
  if (mayBeOver()) return { delivered: false, interrupted: true };
  try {
    const status = await (hub.carryWebhook ?? carryBySocket)({
      url,
      headers,
      body: payload,
      networks,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const ok = status >= 200 && status < 300;
    return { delivered: ok, status, error: ok ? undefined : `the endpoint answered ${status}` };
  } catch (error) {
    return { delivered: false, error: causeOf(error), interrupted: signal.aborted };
  }
}

/** undici wraps the real reason in "fetch failed". */
function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}
