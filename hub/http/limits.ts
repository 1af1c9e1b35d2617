import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';
import type { Clock } from '../../kit/clock.ts';
import { Tokens, type Rate } from '../../kit/tokens.ts';
import { HttpError } from '../base/errors.ts';
import { Turns } from './turns.ts';
import { whenGone } from './gone.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** One at a time for each key, a few at a time in all: long work on many rows. */
    readonly heavy?: true;
  }
}

export interface Limits {
  /** Requests of one developer key, or of the webhooks of one connection. */
  readonly key: Rate;
  /** Of one address: requests whose key is not known, and for what needs none. */
  readonly address: Rate;
}

export const DEFAULT_LIMITS: Limits = { key: { perSecond: 100, burst: 500 }, address: { perSecond: 20, burst: 100 } };

/** Who was let in so lately is not held up by what others of the same address do. */
const KNOWN_MS = 10 * 60_000;
const MOST_KNOWN = 10_000;

/** How much one caller may ask of the hub, before and after it is known who that is. */
export class Limiter {
  readonly #clock: Clock;
  readonly #keys: Tokens;
  readonly #addresses: Tokens;
  readonly #known = new Map<string, number>();
  readonly #asking = new Map<string, Promise<boolean>>();
  readonly #refused: Counter;

  constructor(limits: Limits, clock: Clock, registry: Registry) {
    this.#clock = clock;
    this.#keys = new Tokens(limits.key);
    this.#addresses = new Tokens(limits.address);
    this.#refused = new Counter({
      name: 'supercargo_hub_refused_requests_total',
      help: 'Requests that were refused because there were too many, by whose: key, address, turn (heavy work of one key).',
      labelNames: ['of'],
      registers: [registry],
    });
  }

  /**
   * Runs what finds out who asks; only so often for an address from which nobody comes in. Of many that come at once
   * with a key that is not known yet one asks, and the others wait for what it hears: a hub that has just started must
   * not refuse who comes in force and with a good key.
   */
  async atDoor<T>(request: FastifyRequest, ask: () => Promise<T>): Promise<T> {
    const credential = digestOf(request);
    const others = this.#asking.get(credential);
    if (this.#isKnown(credential) || (others && (await others))) return ask();
    this.address(request);
    const asked = ask();
    const heard = asked.then(
      () => true,
      () => false,
    );
    if (!this.#asking.has(credential)) {
      this.#asking.set(credential, heard);
      void heard.then(() => this.#asking.delete(credential));
    }
    const caller = await asked;
    this.#addresses.giveBack(request.ip);
    this.#known.delete(credential);
    this.#known.set(credential, this.#now() + KNOWN_MS);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    return caller;
  }

  #isKnown(credential: string): boolean {
    return (this.#known.get(credential) ?? 0) > this.#now();
  }

  address(request: FastifyRequest): void {
    this.#pay('address', this.#addresses.take(request.ip, this.#now()));
  }

  key(id: string): void {
    this.#pay('key', this.#keys.take(id, this.#now()));
  }

  tooMany(of: 'key' | 'address' | 'turn', waitMs: number): HttpError {
    this.#refused.inc({ of });
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    const whose =
      of === 'address' ? 'from this address' : of === 'key' ? 'with this key' : 'of this kind with this key';
    return new HttpError(429, 'TooManyRequests', `too many requests ${whose}: go on after ${seconds} s`, {
      'retry-after': String(seconds),
    });
  }

  #pay(of: 'key' | 'address', waitMs: number): void {
    if (waitMs > 0) throw this.tooMany(of, waitMs);
  }

  #now(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now().getTime();
  }
}

/** What says who asks: a header, or the end of the address that a store was given. */
function digestOf({ headers, url }: FastifyRequest): string {
  return createHash('sha256')
    .update(headers.authorization ?? url)
    .digest('base64');
}

/** Heavy routes wait for their turn before their body is read. */
export function takeTurns(app: FastifyInstance, limiter: Limiter): void {
  const turns = new Turns();
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.heavy || !request.caller) return;
    const gone = whenGone(reply);
    const end = await turns.take(request.caller.id, gone);
    if (!end) throw limiter.tooMany('turn', 1000);
    reply.raw.once('close', end);
    if (gone.aborted) end();
  });
}
