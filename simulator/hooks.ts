import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Faults } from './faults.ts';
import type { ShopEvent } from './life.ts';
import type { Random } from './random.ts';
import type { Shop } from './shop.ts';

export interface Subscription {
  readonly id: string;
  readonly url: string;
  readonly topics: readonly string[];
  readonly secret: string;
}

/** A webhook on its way. */
export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Subscriptions of the shop and what it sends to them. */
export class Hooks {
  readonly #shop: Shop;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #send: (delivery: Delivery) => void;
  #subscriptions: Subscription[] = [];

  constructor(options: { readonly shop: Shop; readonly random: Random; readonly faults: Faults; readonly send: (delivery: Delivery) => void }) {
    this.#shop = options.shop;
    this.#random = options.random;
    this.#faults = options.faults;
    this.#send = options.send;
  }

  add(subscription: Omit<Subscription, 'id'>): unknown {
    const made = { ...subscription, id: this.#shop.newId('wh') };
    this.#subscriptions.push(made);
    return shown(made);
  }

  list(): unknown {
    if (this.#faults.strikes('lost-subscription')) this.#subscriptions = [];
    return { items: this.#subscriptions.map(shown) };
  }

  remove(id: string): boolean {
    const before = this.#subscriptions.length;
    this.#subscriptions = this.#subscriptions.filter((known) => known.id !== id);
    return this.#subscriptions.length < before;
  }

  /** Tells all who want to hear of it. */
  tell(event: ShopEvent): void {
    if (this.#faults.strikes('lost-subscription')) this.#subscriptions = [];
    const [topic = ''] = event.type.split('.');
    for (const subscription of this.#subscriptions.filter(({ topics }) => topics.includes(topic))) this.#tellOne(subscription, event);
  }

  #tellOne({ url, secret }: Subscription, event: ShopEvent): void {
    const at = this.#shop.now();
    const id = `evt_${this.#shop.newId('')}`;
    const body = JSON.stringify({ type: event.type, timestamp: at.toISOString(), data: { id: event.id } });
    const signed = (signature: string): Delivery => ({ url, body, headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature } });
    const delivery = signed(new Webhook(secret).sign(id, at, body));
    if (this.#faults.strikes('forged-webhook')) this.#send({ ...signed(`v1,${Buffer.from(String(this.#random.next())).toString('base64')}`), headers: { ...delivery.headers, 'webhook-id': `${id}f`, 'webhook-signature': 'v1,Zm9yZ2Vk' } });
    if (this.#faults.strikes('lost-webhook')) return;
    this.#send(delivery);
    if (this.#faults.strikes('duplicate-webhook')) this.#send(delivery);
  }
}

function shown({ id, url, topics, secret }: Subscription): Record<string, unknown> {
  return { id, url, topics, secret_hash: createHash('sha256').update(secret).digest('hex') };
}
