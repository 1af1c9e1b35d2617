import type { Clock } from '../kit/clock.ts';
import { Door } from './desk/door.ts';
import { Hooks, type Delivery } from './desk/hooks.ts';
import { Jobs } from './desk/jobs.ts';
import { Keys, type Client } from './desk/keys.ts';
import type { SimRequest, SimResponse } from './desk/messages.ts';
import { Pages, type Paging } from './desk/pages.ts';
import { PERMISSIONS } from './desk/permissions.ts';
import { Queue } from './desk/queue.ts';
import { Tickets } from './desk/tickets.ts';
import type { Wire } from './desk/wire.ts';
import { Faults, type FaultName } from './faults.ts';
import { Random } from './random.ts';
import { addOrder, addProduct, furnish } from './shop/generate.ts';
import { liveOnce, type ShopEvent } from './shop/life.ts';
import { Shop } from './shop/shop.ts';
import { Truth } from './shop/truth.ts';
import { genericWire } from './wires/generic.ts';

export interface SimulatedShopOptions {
  readonly clock: Clock;
  /** The platform whose words it speaks; the Generic Store API if absent. */
  readonly wire?: Wire;
  readonly seed?: number;
  readonly products?: number;
  readonly orders?: number;
  readonly faults?: readonly FaultName[];
  /** How often a fault strikes where it can; 0.2 if absent. */
  readonly faultRate?: number;
  readonly paging?: Paging;
  /** Items in an answer at most. */
  readonly pageCap?: number;
  readonly apiKey?: string;
  /** Who the shop says it is: two connections of one shop are refused. `simulated` if absent. */
  readonly shopId?: string;
  readonly client?: Client;
  /** The shop lets nobody ship more than is open. */
  readonly strict?: boolean;
  /** Takes the webhooks that the store sends. */
  readonly sendHook?: (delivery: Delivery) => void;
}

/**
 * A shop behind the API of a platform, in the process and without sockets. Everything that happens comes from the seed,
 * the clock and the order of requests: the same again gives the same again.
 */
export class SimulatedShop {
  readonly wire: Wire;
  readonly shop: Shop;
  readonly faults: Faults;
  readonly keys: Keys;
  readonly truth: Truth;
  readonly hooks: Hooks;
  readonly #door: Door;
  readonly #tickets: Tickets;
  readonly #life: Random;

  constructor(options: SimulatedShopOptions) {
    const { clock } = options;
    const random = new Random(options.seed ?? 1);
    this.wire = options.wire ?? genericWire;
    this.faults = new Faults(random.fork(), options.faults, options.faultRate);
    this.shop = new Shop({
      clock,
      random: random.fork(),
      faults: this.faults,
      strict: options.strict,
      habits: this.wire.habits,
    });
    this.#life = random.fork();
    this.truth = new Truth(this.shop);
    this.keys = new Keys({ client: options.client, clock, random: random.fork(), faults: this.faults });
    if (options.apiKey !== undefined) this.keys.fixed.set(options.apiKey, PERMISSIONS);
    const { wire } = this;
    this.hooks = new Hooks({
      shop: this.shop,
      faults: this.faults,
      sign: (event, id, at, secret) => wire.hook(event, id, at, secret),
      send: options.sendHook ?? (() => undefined),
    });
    const pages = new Pages({
      shop: this.shop,
      random: random.fork(),
      faults: this.faults,
      paging: options.paging ?? 'keyset',
      cap: options.pageCap ?? 250,
    });
    // Not of `random`: what other shops do by a seed stays as it was.
    const later = new Random((options.seed ?? 1) + 1);
    this.#tickets = new Tickets(later.fork(), this.faults);
    this.#door = new Door(
      {
        shop: this.shop,
        truth: this.truth,
        pages,
        keys: this.keys,
        hooks: this.hooks,
        queue: new Queue(this.faults),
        tickets: this.#tickets,
        jobs: new Jobs(clock, later.fork(), this.faults),
        faults: this.faults,
        random,
        shopId: options.shopId ?? 'simulated',
      },
      wire,
    );
    furnish(this.shop);
    for (let count = 0; count < (options.products ?? 0); count++) this.#poison(addProduct(this.shop, this.#life).id);
    for (let count = 0; count < (options.orders ?? 0); count++) this.#poison(addOrder(this.shop, this.#life)?.id);
  }

  /** One thing happens in the shop; webhooks tell of it. */
  live(): ShopEvent | undefined {
    return this.happen(liveOnce);
  }

  happen(act: (shop: Shop, random: Random) => ShopEvent | undefined): ShopEvent | undefined {
    const event = act(this.shop, this.#life);
    if (event?.type.endsWith('.created')) this.#poison(event.id);
    if (event) this.hooks.tell(event);
    return event;
  }

  /** Time goes by: what the shop took on tickets is carried out. */
  tick(times = 1): void {
    for (let count = 0; count < times; count++) this.#tickets.tick();
  }

  /** Answers one request, somewhat later than the one before. Never throws. */
  handle(request: SimRequest): SimResponse {
    this.tick();
    return this.answer(request);
  }

  /** Answers one request. Never throws. */
  answer(request: SimRequest): SimResponse {
    return this.#door.handle(request);
  }

  #poison(id: string | undefined): void {
    if (id !== undefined && this.faults.strikes('poisoned')) this.shop.poisoned.set(id, 'shape');
  }
}
