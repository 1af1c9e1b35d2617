import type { Faults } from '../faults.ts';
import type { ShopEvent } from '../shop/life.ts';
import type { Shop } from '../shop/shop.ts';
import type { Signed } from './messages.ts';

export interface Subscription {
  readonly id: string;
  readonly url: string;
  /** Kinds of records (`order`), or single events (`order.updated`). */
  readonly topics: readonly string[];
  readonly secret: string;
}

/** A webhook on its way. */
export interface Delivery extends Signed {
  readonly url: string;
}

export interface HooksOptions {
  readonly shop: Shop;
  readonly faults: Faults;
  readonly sign: (event: ShopEvent, id: string, at: Date, secret: string) => Signed;
  readonly send: (delivery: Delivery) => void;
}

/** Of somebody who does not know the secret. */
const FORGER = `whsec_${Buffer.from('not the secret of anyone').toString('base64')}`;

/** Subscriptions of the shop and what it sends to them. */
export class Hooks {
  readonly #options: HooksOptions;
  /** How often somebody made or took back one. */
  changes = 0;
  #subscriptions: Subscription[] = [];

  constructor(options: HooksOptions) {
    this.#options = options;
  }

  add(subscription: Omit<Subscription, 'id'>): Subscription {
    const made = { ...subscription, id: this.#options.shop.newId('wh') };
    this.#subscriptions.push(made);
    this.changes++;
    return made;
  }

  /** How many there are, as the shop itself knows it. */
  get count(): number {
    return this.#subscriptions.length;
  }

  /** As it is shown to who asks. */
  list(): readonly Subscription[] {
    if (this.#options.faults.strikes('lost-subscription')) this.#subscriptions = [];
    return this.#subscriptions;
  }

  remove(id: string): boolean {
    const before = this.#subscriptions.length;
    this.changes++;
    this.#subscriptions = this.#subscriptions.filter((known) => known.id !== id);
    return this.#subscriptions.length < before;
  }

  /** Tells all who want to hear of it. */
  tell(event: ShopEvent): void {
    if (this.#options.faults.strikes('lost-subscription')) this.#subscriptions = [];
    const [topic = ''] = event.type.split('.');
    for (const subscription of this.#subscriptions.filter(
      ({ topics }) => topics.includes(topic) || topics.includes(event.type),
    ))
      this.#tellOne(subscription, event);
  }

  #tellOne({ url, secret }: Subscription, event: ShopEvent): void {
    const { shop, faults, sign, send } = this.#options;
    const at = shop.now();
    const id = `evt_${shop.newId('')}`;
    if (faults.strikes('forged-webhook')) send({ url, ...sign(event, `${id}f`, at, FORGER) });
    if (faults.strikes('lost-webhook')) return;
    const delivery = { url, ...sign(event, id, at, secret) };
    send(delivery);
    if (faults.strikes('duplicate-webhook')) send(delivery);
  }
}
