import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../base/errors.ts';

/** What a route takes that names no limit of its own. */
export const USUAL_BODY_BYTES = 64 * 1024;
/** Lists of some thousand items. */
export const LIST_BODY_BYTES = 4 * 1024 * 1024;

/** Bodies that are being read or worked on: of all callers together, and of one. A pod's batch has up to 32 MiB. */
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_BYTES_OF_ONE = 64 * 1024 * 1024;

/** How many bytes of bodies there are now. */
export class BodyLedger {
  #all = 0;
  readonly #of = new Map<string, number>();

  /** Whether there is room for so many of this caller; then they are counted until `release`. */
  reserve(caller: string, bytes: number): boolean {
    const own = this.#of.get(caller) ?? 0;
    if (this.#all + bytes > MAX_BYTES || own + bytes > MAX_BYTES_OF_ONE) return false;
    this.#all += bytes;
    this.#of.set(caller, own + bytes);
    return true;
  }

  release(caller: string, bytes: number): void {
    this.#all -= bytes;
    const own = (this.#of.get(caller) ?? 0) - bytes;
    if (own > 0) this.#of.set(caller, own);
    else this.#of.delete(caller);
  }
}

/**
 * No body is begun for which there is no room: many large ones at once would take the hub over its memory. It stands
 * after the door: who has no key has no body.
 */
export function boundBodies(app: FastifyInstance): void {
  const ledger = new BodyLedger();
  app.addHook('onRequest', async (request, reply) => {
    const bytes = announced(request);
    if (bytes === 0) return;
    const caller = request.caller?.id ?? '';
    if (!ledger.reserve(caller, bytes))
      throw new HttpError(
        503,
        'Busy',
        'the hub is busy with other large requests: repeat this one in a second, with the same Idempotency-Key',
        { 'retry-after': '1' },
      );
    reply.raw.once('close', () => ledger.release(caller, bytes));
  });
}

/** What the body will have at most. */
function announced(request: FastifyRequest): number {
  const { bodyLimit } = request.routeOptions;
  if (request.headers['transfer-encoding'] !== undefined) return bodyLimit;
  const length = Number(request.headers['content-length'] ?? 0);
  // Too long a one is refused by its length alone, and never read.
  return Number.isSafeInteger(length) && length <= Math.max(bodyLimit, BATCH_BYTES) ? length : 0;
}

/** A pod's batch has a limit of its own kind, which is not the route's. */
const BATCH_BYTES = 32 * 1024 * 1024;
