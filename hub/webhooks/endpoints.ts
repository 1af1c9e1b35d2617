import type { StoreSpec } from '../../crds/index.ts';
import { resolve } from '../problems/problems.ts';
import type { Queryable, Transaction } from '../storage/database.ts';

/** After a rotation every delivery is signed with both secrets for this long. */
export const BOTH_SECRETS_HOURS = 24;
/** An endpoint that has refused everything for this long is switched off. */
export const DISABLED_AFTER_DAYS = 5;

/** What is known of an endpoint beside its Store's spec. No row: all is as on the first day. */
export interface EndpointState {
  readonly name: string;
  readonly secretVersion: number;
  /** Until when the secret before is valid too. */
  readonly previousSecretValidUntil: string | null;
  readonly failingSince: string | null;
  readonly disabledAt: string | null;
  readonly disabledReason: string | null;
}

const pristine = (name: string): EndpointState => ({
  name,
  secretVersion: 1,
  previousSecretValidUntil: null,
  failingSince: null,
  disabledAt: null,
  disabledReason: null,
});

/** State of every endpoint of a Store that has one, by name. */
export async function endpointStates(db: Queryable, storeId: number): Promise<(name: string) => EndpointState> {
  const rows = await db.query<EndpointState & Record<string, unknown>>(
    `SELECT name, secret_version AS "secretVersion", failing_since AS "failingSince", disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
       CASE WHEN secret_version > 1 AND rotated_at > now() - make_interval(hours => ${BOTH_SECRETS_HOURS}) THEN rotated_at + make_interval(hours => ${BOTH_SECRETS_HOURS}) END AS "previousSecretValidUntil"
     FROM webhook_endpoints WHERE store_id = $1`,
    [storeId],
  );
  return (name) => rows.find((row) => row.name === name) ?? pristine(name);
}

/** The next secret takes force at once; returns its version. */
export async function rotateSecret(tx: Transaction, storeId: number, name: string): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO webhook_endpoints AS w (store_id, name, secret_version, rotated_at) VALUES ($1, $2, 2, now())
     ON CONFLICT (store_id, name) DO UPDATE SET secret_version = w.secret_version + 1, rotated_at = now() RETURNING secret_version AS version`,
    [storeId, name],
  );
  return row!.version;
}

/** One delivery is proof that the endpoint works. */
export async function noteSuccess(tx: Transaction, storeId: number, name: string): Promise<void> {
  await tx.query(
    'UPDATE webhook_endpoints SET failing_since = NULL WHERE store_id = $1 AND name = $2 AND failing_since IS NOT NULL',
    [storeId, name],
  );
}

/**
 * Counts a failure; `gone` (410) is an answer for good. Returns why the endpoint is switched off, if this failure did
 * it.
 */
export async function noteFailure(
  tx: Transaction,
  storeId: number,
  name: string,
  gone: boolean,
): Promise<string | undefined> {
  await tx.query(
    `INSERT INTO webhook_endpoints AS w (store_id, name, failing_since) VALUES ($1, $2, now())
     ON CONFLICT (store_id, name) DO UPDATE SET failing_since = coalesce(w.failing_since, now())`,
    [storeId, name],
  );
  const reason = gone ? 'it answered 410 Gone' : `it has failed for ${DISABLED_AFTER_DAYS} days without one success`;
  const rows = await tx.query(
    `UPDATE webhook_endpoints SET disabled_at = now(), disabled_reason = $4
     WHERE store_id = $1 AND name = $2 AND disabled_at IS NULL AND ($3 OR failing_since <= now() - make_interval(days => ${DISABLED_AFTER_DAYS})) RETURNING name`,
    [storeId, name, gone, reason],
  );
  return rows.length > 0 ? reason : undefined;
}

/** Switches an endpoint on; what waited for it goes out at once, in its order. */
export async function enableEndpoint(tx: Transaction, storeId: number, name: string): Promise<void> {
  await tx.query(
    'UPDATE webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL WHERE store_id = $1 AND name = $2',
    [storeId, name],
  );
  await tx.query(
    `UPDATE deliveries SET attempts = 0, next_attempt_at = now() WHERE store_id = $1 AND endpoint = $2 AND state = 'Pending' AND (claimed_until IS NULL OR claimed_until < now())`,
    [storeId, name],
  );
  await resolve(tx, { store: storeId }, [name], { reasons: ['WebhookEndpointDisabled'] });
}

/** A new url is a new endpoint: whatever was wrong with the old one is over. */
export async function enableMoved(
  tx: Transaction,
  storeId: number,
  before: StoreSpec | undefined,
  after: StoreSpec,
): Promise<void> {
  for (const { name, url } of after.orderWebhooks ?? []) {
    const old = before?.orderWebhooks?.find((endpoint) => endpoint.name === name);
    if (before && old?.url !== url) await enableEndpoint(tx, storeId, name);
  }
  // What waits for an endpoint that is no more must not wait for ever.
  for (const { name } of before?.orderWebhooks ?? []) {
    if (!after.orderWebhooks?.some((endpoint) => endpoint.name === name)) await enableEndpoint(tx, storeId, name);
  }
}
