import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { badRequest, HttpError } from '../base/errors.ts';
import type { Database, Transaction } from '../storage/database.ts';

/**
 * Runs the effect of a POST once per `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the key, the effect
 * and the answer are one transaction, so that a caller that repeats after a lost answer gets the same answer. A second
 * request with the key waits for the first; with another body it is refused.
 */
export async function once<T>(
  db: Database,
  storeId: number,
  request: FastifyRequest,
  effect: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return db.transaction(effect);
  if (typeof key !== 'string' || key.length < 1 || key.length > 255)
    throw badRequest('BadIdempotencyKey', 'Idempotency-Key must have 1 to 255 characters');
  const fingerprint = createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body)}`)
    .digest('hex');
  return db.transaction(async (tx) => {
    const inserted = await tx.query(
      'INSERT INTO idempotency_keys (store_id, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
      [storeId, key, fingerprint],
    );
    if (inserted.length === 0) return replay<T>(tx, storeId, key, fingerprint);
    const answer = await effect(tx);
    await tx.query(
      'UPDATE idempotency_keys SET body = $3, connection_id = $4, order_id = $5 WHERE store_id = $1 AND key = $2',
      [storeId, key, JSON.stringify(answer), ...orderOf(request)],
    );
    return answer;
  });
}

async function replay<T>(tx: Transaction, storeId: number, key: string, fingerprint: string): Promise<T> {
  const [row] = await tx.query<{ fingerprint: string; body: string | null }>(
    'SELECT fingerprint, body FROM idempotency_keys WHERE store_id = $1 AND key = $2',
    [storeId, key],
  );
  if (!row || row.fingerprint !== fingerprint)
    throw new HttpError(
      422,
      'IdempotencyKeyReused',
      'this Idempotency-Key was used for another request: use a new key for each',
    );
  if (row.body === null)
    throw new HttpError(
      410,
      'AnswerForgotten',
      'this request was done before; its answer had personal data in it, which was erased since: read the order',
    );
  return JSON.parse(row.body) as T;
}

/** The order that the path names, `connection.externalId`: its answer ends with it. */
function orderOf({ params }: FastifyRequest): [number | null, string | null] {
  const { id } = (params ?? {}) as { id?: string };
  const [, connection, order] = /^(\d{1,9})\.(.+)$/s.exec(id ?? '') ?? [];
  return connection === undefined || order === undefined ? [null, null] : [Number(connection), order];
}
