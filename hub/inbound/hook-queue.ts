import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { hookResults, inboundHook } from '../../model/sync-api.ts';
import { carryOut } from '../retention/privacy.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import type { ConnectionRow } from '../stores/rules.ts';

/** A flood must fill neither database nor memory: beyond these the store is asked to come again. */
const MAX_PENDING = 1000;
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
/** What a claim hands over at once, or one webhook if that is larger. */
const CLAIM_BYTES = 1024 * 1024;
/** How long an id is remembered: a store repeats an unanswered delivery within minutes. */
const REMEMBERED_MINUTES = 60;
/** Headers by which platforms number their deliveries; the same number is the same delivery. */
const ID_HEADERS = ['webhook-id', 'x-shopify-webhook-id', 'x-wc-webhook-delivery-id', 'x-webhook-id'];
/** Never kept: they are the proxy's or ours, and some carry credentials. */
const DROPPED_HEADERS = new Set([
  'authorization',
  'cookie',
  'host',
  'connection',
  'content-length',
  'proxy-authorization',
]);

export type Queued = 'queued' | 'duplicate' | 'full';
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Keeps a webhook as it came, once. Nothing of it is looked at but its number. */
export async function queueHook(db: Queryable, connectionId: number, headers: Headers, body: Buffer): Promise<Queued> {
  const kept = Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => value !== undefined && !DROPPED_HEADERS.has(name))
      .map(([name, value]) => [name, String(value)]),
  );
  const [row] = await db.query<{ id: number | null; full: boolean }>(
    `WITH waiting AS (
       SELECT count(*) >= ${MAX_PENDING} OR coalesce(sum(octet_length(body)), 0) + octet_length($4::bytea) > ${MAX_PENDING_BYTES} AS full
       FROM inbound_hooks WHERE connection_id = $1 AND state = 'Pending'),
     added AS (
       INSERT INTO inbound_hooks (connection_id, digest, headers, body)
       SELECT c.id, $2::text, $3::jsonb, $4::bytea FROM waiting JOIN connections c ON c.id = $1 WHERE NOT waiting.full
       ON CONFLICT (connection_id, digest) DO NOTHING RETURNING id)
     SELECT (SELECT id FROM added) AS id, waiting.full FROM waiting`,
    [connectionId, digestOf(kept, body), JSON.stringify(kept), body],
  );
  if (row!.id !== null) return 'queued';
  return row!.full ? 'full' : 'duplicate';
}

function digestOf(headers: Readonly<Record<string, string>>, body: Buffer): string {
  const id = ID_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
  return createHash('sha256')
    .update(id ?? '')
    .update('\n')
    .update(body)
    .digest('hex');
}

/** The oldest that wait, as many as fit into one answer; a larger one comes alone. */
export async function claimHooks(
  db: Queryable,
  connectionId: number,
  limit: number,
): Promise<z.infer<typeof inboundHook>[]> {
  const rows = await db.query<{ id: number; headers: Record<string, string>; body: string; received_at: string }>(
    `SELECT id, headers, replace(encode(body, 'base64'), E'\\n', '') AS body, received_at FROM (
       SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS before FROM (
         SELECT id, headers, body, received_at FROM inbound_hooks WHERE connection_id = $1 AND state = 'Pending' ORDER BY id LIMIT $2) w) w
     WHERE before < ${CLAIM_BYTES} ORDER BY id`,
    [connectionId, limit],
  );
  return rows.map(({ id, headers, body, received_at }) => ({ id, headers, body, receivedAt: received_at }));
}

/**
 * What became of webhooks; what the law asks of them is carried out in the same transaction. The body goes at once: it
 * has customers in it. The number stays for a while, so that a repeat is known.
 */
export async function settleHooks(
  tx: Transaction,
  connection: ConnectionRow,
  results: z.infer<typeof hookResults>['results'],
): Promise<void> {
  const connectionId = connection.id;
  for (const asked of results.flatMap(({ accepted, privacy }) => (accepted ? (privacy ?? []) : [])))
    await carryOut(tx, connection, asked);
  await tx.query(
    `UPDATE inbound_hooks h SET state = CASE WHEN r.accepted THEN 'Accepted' ELSE 'Refused' END, reason = r.reason, headers = '{}', body = ''
     FROM jsonb_to_recordset($2::jsonb) AS r(id bigint, accepted boolean, reason text) WHERE h.connection_id = $1 AND h.id = r.id`,
    [connectionId, JSON.stringify(results)],
  );
  await tx.query(
    `DELETE FROM inbound_hooks WHERE connection_id = $1 AND state <> 'Pending' AND received_at < now() - make_interval(mins => ${REMEMBERED_MINUTES})`,
    [connectionId],
  );
}
