import { createHmac, randomBytes } from 'node:crypto';
import type { Queryable } from '../storage/database.ts';

const MASTER = 'webhook-master';

/** The hub's one secret, made at first start and kept in its database; every endpoint's secret is derived from it. */
export async function webhookMasterKey(db: Queryable): Promise<Buffer> {
  await db.query('INSERT INTO hub_secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
    MASTER,
    randomBytes(32).toString('base64'),
  ]);
  const [row] = await db.query<{ value: string }>('SELECT value FROM hub_secret WHERE name = $1', [MASTER]);
  return Buffer.from(row!.value, 'base64');
}

/**
 * Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. Version 1 is derived without its number, as it was before
 * secrets could be rotated; a "/" cannot be in an endpoint's name, so that no two derivations meet.
 */
export function endpointSecret(
  master: Buffer,
  store: { namespace: string; name: string },
  endpoint: string,
  version = 1,
): string {
  const subject = `${store.namespace}/${store.name}/${endpoint}${version === 1 ? '' : `/${version}`}`;
  return 'whsec_' + createHmac('sha256', master).update(subject).digest('base64');
}

/** Of each connection another. Two parts: no endpoint's secret (three or four) is derived from the same. */
export function digestKey(master: Buffer, connectionId: number): string {
  return createHmac('sha256', master).update(`digest/${connectionId}`).digest('base64');
}
