import { Webhook } from 'standardwebhooks';
import { guardedLookup, literalForbidden, reachOf } from '../../kit/net/addresses.ts';
import { isInClear } from '../../kit/net/plain-http.ts';
import { expiryTimer } from '../../kit/expiry-timer.ts';
import type { HubContext } from '../base/context.ts';
import { orderView } from '../orders/order-view.ts';
import { findStoreById, type StoreRow } from '../stores/rules.ts';
import { carryBySocket } from '../base/webhook-transport.ts';
import { CLAIM_SECONDS, claimDue } from './claim.ts';
import { endpointStates } from './endpoints.ts';
import { recordOutcome, type Claimed, type Outcome } from './outcome.ts';
import { endpointSecret } from '../base/secrets.ts';
import { transportError } from './transport-errors.ts';

const TIMEOUT_MS = 15_000;
/** What is sent later than this after it was claimed could arrive when the claim is over. */
const SEND_WITHIN_MS = CLAIM_SECONDS * 1000 - 2 * TIMEOUT_MS;
/** Ends what is said of an address that may not be called. */
const REMEDY =
  "its network must be in spec.allowedPrivateNetworks of the Store, and in the installation's hub.webhooks.privateNetworks";

/** An order has names and addresses; signed is not encrypted. */
const IN_CLEAR =
  'its url begins with http://, so orders would go in clear out of the cluster: write https:// in spec.orderWebhooks of the Store, or set hub.webhooks.allowPlainHttp of the installation';

interface Delivery extends Claimed {
  /** Whether another worker may have it by now. */
  readonly mayHaveExpired: () => boolean;
}

/** Sends what is due, all of it at once, and returns how many that were. */
export async function deliverDue(hub: HubContext, master: Buffer, limit: number, signal: AbortSignal): Promise<number> {
  const mayHaveExpired = claimClock(hub);
  const due = await claimDue(hub.db, { most: limit, perEndpoint: limit, busy: [] });
  await Promise.all(due.map((delivery) => deliver(hub, master, { ...delivery, mayHaveExpired }, signal)));
  return due.length;
}

/** To be asked for before a claim is made: whether what was claimed may be another worker's by now. */
export const claimClock = (hub: HubContext): (() => boolean) => expiryTimer(hub.clock, SEND_WITHIN_MS);

/**
 * Sends a claimed delivery and writes down what became of it, whatever goes wrong on the way: none is left without an
 * outcome. A worker that was stopped and goes on sends nothing that another may have sent: its old story would come
 * after newer ones. Throws where the database fails; the claim then runs out by itself.
 */
export async function deliver(hub: HubContext, master: Buffer, delivery: Delivery, signal: AbortSignal): Promise<void> {
  await recordOutcome(hub, delivery, await send(hub, master, delivery, signal));
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
  { id, mayHaveExpired }: Delivery,
  payload: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const target = URL.parse(url);
  if (!target) return { delivered: false, error: 'its url in spec.orderWebhooks of the Store is no web address' };
  const reaches = [hub.webhookReach, reachOf(store.rules.allowedPrivateNetworks ?? []).reach];
  const forbidden = literalForbidden(target, reaches, REMEDY);
  if (forbidden) return { delivered: false, error: forbidden.message };
  if (!hub.webhookPlainHttp && isInClear(url)) return { delivered: false, error: IN_CLEAR };
  const at = hub.clock.now();
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'supercargo',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, payload)).join(' '),
  };
  if (mayHaveExpired()) return { delivered: false, interrupted: true };
  try {
    const status = await (hub.carryWebhook ?? carryBySocket())({
      url,
      headers,
      body: payload,
      lookup: guardedLookup(reaches, REMEDY),
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    const ok = status >= 200 && status < 300;
    return { delivered: ok, status, error: ok ? undefined : `the endpoint answered ${status}` };
  } catch (error) {
    return { delivered: false, error: transportError(error), interrupted: signal.aborted };
  }
}
