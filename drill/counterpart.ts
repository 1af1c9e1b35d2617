import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../kit/clock.ts';
import { levelKey } from '../simulator/shop/model.ts';
import { paidOrder } from '../simulator/shop/life.ts';
import type { FaultName } from '../simulator/faults.ts';
import { answerStore, bodyOf, sendHook } from '../simulator/server.ts';
import { Random } from '../simulator/random.ts';
import { SimulatedShop } from '../simulator/simulated-shop.ts';
import { PATHS, type Observation, type Progress } from './control.ts';
import { Warehouse, type Luck } from './warehouse.ts';
import { receiveWebhook } from './webhook-door.ts';

export interface CounterpartOptions {
  readonly clock: Clock;
  /** Of the shop's goods and faults, and of what the warehouse does with webhooks. */
  readonly seed: number;
  readonly faults: readonly FaultName[];
  /** Names this process: another one does not know what this one knew. */
  readonly instance: string;
  readonly shopId: string;
  /** Of the shop. */
  readonly apiKey: string;
  /** Of the control routes. */
  readonly controlKey: string;
  readonly hub: string;
  /** Of the Store at the hub. */
  readonly developerKey: string;
  /** namespace/name */
  readonly connection: string;
  /** Name of the Store's webhook endpoint. */
  readonly endpoint: string;
}

const PRODUCTS = 8;
const FIRST_ORDERS = 3;
/** Of each: with several, one request in five fails, and after each kill the connection has to be checked anew. */
const FAULT_RATE = 0.05;
/** How the shop's data and clock are made: they do not begin or end in the middle. */
const LASTING: readonly FaultName[] = ['ties', 'late-commit', 'skew'];
const ANSWER_WITHIN_MS = 20_000;
const placeBody = z.object({ count: z.int().min(1).max(1000) });

/**
 * What Supercargo is between in a drill: a simulated shop and a warehouse, in one process that nobody kills. It alone
 * knows what is true.
 */
export class Counterpart {
  readonly store: SimulatedShop;
  readonly warehouse: Warehouse;
  readonly #options: CounterpartOptions;
  readonly #sku: string;
  readonly #passing: readonly FaultName[];
  #trouble: string | null = null;

  constructor(options: CounterpartOptions) {
    this.#options = options;
    this.#passing = options.faults.filter((name) => !LASTING.includes(name));
    const { clock, seed, faults, apiKey, shopId, hub, developerKey, connection } = options;
    this.store = new SimulatedShop({
      clock,
      seed,
      faults: faults.filter((name) => LASTING.includes(name)),
      apiKey,
      shopId,
      products: PRODUCTS,
      orders: 0,
      sendHook: (delivery) => void sendHook(delivery),
    });
    this.place(FIRST_ORDERS);
    this.#sku = this.store.truth.levels()[0]!.sku;
    this.warehouse = new Warehouse({
      hub,
      apiKey: developerKey,
      clock,
      sku: this.#sku,
      connection,
      keyPrefix: `${shopId}-`,
      luck: unluckyOnce(new Random(seed)),
    });
  }

  place(count: number): void {
    for (let placed = 0; placed < count; placed++) this.store.happen(paidOrder);
  }

  /** The warehouse works until the signal aborts; should it give up, it says why, and the drill cannot go on. */
  async work(signal: AbortSignal): Promise<void> {
    await this.warehouse.work(signal).catch((error: unknown) => {
      this.#trouble = error instanceof Error ? error.message : String(error);
    });
  }

  progress(): Progress {
    const {
      warehouse,
      store: { truth },
    } = this;
    const orders = truth.orders();
    return {
      instance: this.#options.instance,
      placed: orders.length,
      shipped: orders.filter(({ parcels }) => parcels.length > 0).length,
      told: warehouse.told.size,
      webhooks: warehouse.webhooks,
      refused: warehouse.refused,
      forged: warehouse.forged,
      trouble: this.#trouble,
    };
  }

  /** The first sync is not a part of the drill: with a shop that fails it takes minutes. */
  trouble(): void {
    for (const name of this.#passing) this.store.faults.on(name, FAULT_RATE);
  }

  peace(): void {
    if (this.#passing.length > 0) this.store.faults.off(...this.#passing);
    this.warehouse.calm = true;
  }

  /** Undefined where the hub does not answer in time. */
  async observe(): Promise<Observation | undefined> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const [atHub, webhooks] = await Promise.all([
      this.warehouse.ordersAtHub(signal),
      this.warehouse.request<{ items: { name: string; pending: number }[] }>('GET', '/webhooks', { signal }),
    ]);
    if (!atHub || !webhooks) return undefined;
    const orders = this.store.truth.orders();
    const { stock } = this.warehouse;
    const variant = this.store.truth.levels()[0]!.variantId;
    const level = stock && this.store.shop.levels.get(levelKey(variant, stock.location));
    return {
      instance: this.#options.instance,
      observed: {
        placed: orders.map(({ number }) => number),
        known: atHub.known,
        parcels: orders.flatMap(({ number, parcels }) =>
          parcels.map(({ trackingCode }) => ({ number, trackingCode: trackingCode ?? null })),
        ),
        ...this.warehouse.witness(),
        stock: { set: stock?.quantity ?? null, atShop: level?.onHand ?? null },
      },
      open: {
        parcels: atHub.unconfirmed,
        webhooks: webhooks.items.find(({ name }) => name === this.#options.endpoint)?.pending ?? 0,
      },
    };
  }

  /** One request, of whoever it is. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?');
    if (path.startsWith(this.store.wire.basePath))
      return answerStore(this.store, this.#options.clock, request, response);
    if (path === PATHS.webhook && request.method === 'POST') return receiveWebhook(this.warehouse, request, response);
    if (path === PATHS.health) return void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n');
    const { status, body } = await this.#control(path, request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #control(path: string, request: IncomingMessage): Promise<{ readonly status: number; readonly body: unknown }> {
    if (!sameSecret(request.headers.authorization ?? '', `Bearer ${this.#options.controlKey}`))
      return { status: 401, body: {} };
    switch (`${request.method} ${path}`) {
      case `POST ${PATHS.placed}`: {
        const { count } = placeBody.parse(JSON.parse(await bodyOf(request)));
        this.place(count);
        return { status: 200, body: { placed: count } };
      }
      case `GET ${PATHS.progress}`:
        return { status: 200, body: this.progress() };
      case `POST ${PATHS.trouble}`:
        this.trouble();
        return { status: 200, body: {} };
      case `POST ${PATHS.peace}`:
        this.peace();
        return { status: 200, body: {} };
      case `GET ${PATHS.observed}`: {
        const observation = await this.observe();
        return observation ? { status: 200, body: observation } : { status: 503, body: {} };
      }
      default:
        return { status: 404, body: {} };
    }
  }
}

/**
 * One webhook in ten is refused and one in ten gets no answer, the first time that it comes: its repeat is part of the
 * drill, waiting minutes for a third attempt is not.
 */
function unluckyOnce(random: Random): (id: string) => Luck {
  const seen = new Set<string>();
  return (id) => {
    if (seen.has(id)) return 'take';
    seen.add(id);
    const luck = random.next();
    return luck < 0.1 ? 'refuse' : luck < 0.2 ? 'swallow' : 'take';
  };
}

/** Digests are of one length, whatever was sent. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
