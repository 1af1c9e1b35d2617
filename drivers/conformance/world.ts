import type { FeedType } from '../../model/feeds.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Delivery } from '../../simulator/desk/hooks.ts';
import type { Paging } from '../../simulator/desk/pages.ts';
import { PERMISSIONS, type Permission } from '../../simulator/desk/permissions.ts';
import type { Wire } from '../../simulator/desk/wire.ts';
import { Random } from '../../simulator/random.ts';
import { furnishShowcase, type OrderTag, type ProductTag, type Showcase } from '../../simulator/shop/showcase.ts';
import type { ShopOrder, ShopProduct } from '../../simulator/shop/model.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { memoryVault, type Driver, type DriverDefinition, type TokenVaults } from '../contract/index.ts';
import { demand, NotConformant } from './demand.ts';
import { SuiteHttp } from './http.ts';

/** A driver, and the platform of the simulated shop that it is tried against. */
export interface Subject {
  readonly definition: DriverDefinition;
  readonly wire: Wire;
  /** How the shop pages, where the platform leaves it the choice. */
  readonly paging?: Paging;
}

export interface WorldOptions {
  /** Rows in an answer at most. */
  readonly cap?: number;
  /** Nothing is in the shop. */
  readonly empty?: boolean;
}

export interface Connection {
  /** One of those that `World` made: `good`, or a name given to `key`. */
  readonly key?: string;
  readonly url?: string;
  readonly testMode?: boolean;
  /** Of an OAuth client, in place of the key. */
  readonly vault?: TokenVaults;
}

const START = '2026-11-02T08:00:00.000Z';
export const HOST = 'https://shop.example';
const CLIENT = { id: 'client', secret: 'client-secret', refreshToken: 'first-refresh-token' };

/** Time that a case moves. */
class SuiteClock implements Clock {
  #now = Date.parse(START);
  now = (): Date => new Date(this.#now);
  sleep = async (): Promise<void> => undefined;
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** One case's shop, new and with one of everything in it, and the driver beside it. */
export class World {
  readonly subject: Subject;
  readonly store: SimulatedShop;
  readonly clock = new SuiteClock();
  readonly http: SuiteHttp;
  readonly random = new Random(11);
  readonly showcase: Showcase;
  /** Webhooks that the shop sent. */
  readonly mail: Delivery[] = [];
  readonly #testHttp: SuiteHttp;

  constructor(subject: Subject, onEndless: (error: NotConformant) => void, { cap, empty }: WorldOptions = {}) {
    this.subject = subject;
    const { wire, definition } = subject;
    this.store = new SimulatedShop({
      wire,
      clock: this.clock,
      seed: 3,
      paging: subject.paging,
      pageCap: cap,
      strict: true,
      apiKey: 'good',
      shopId: 'shop-of-the-suite',
      client: CLIENT,
      sendHook: (delivery) => this.mail.push(delivery),
    });
    this.showcase = empty
      ? { orders: new Map(), products: new Map() }
      : furnishShowcase(this.store.shop, this.random, wire.subject.lacks);
    const options = {
      store: this.store,
      hosts: definition.manifest.hosts,
      buckets: Object.keys(definition.manifest.buckets ?? {}),
      base: this.url,
      settings: wire.subject.settings(this.url),
      onEndless,
    };
    this.http = new SuiteHttp({ ...options, testMode: false });
    this.#testHttp = new SuiteHttp({ ...options, testMode: true });
  }

  get url(): string {
    return HOST + this.subject.wire.basePath;
  }

  /** Requests that were kept in Test mode. */
  get held() {
    return this.#testHttp.held;
  }

  /** What went over the wire against the rules, whatever came of it. */
  get violations(): readonly string[] {
    return [...this.http.violations, ...this.#testHttp.violations];
  }

  /** A key of its own, with these permissions. */
  key(name: string, permissions: readonly Permission[] = PERMISSIONS): void {
    this.store.keys.fixed.set(name, permissions);
  }

  keyWithout(name: string, ...permissions: readonly Permission[]): void {
    this.key(
      name,
      PERMISSIONS.filter((each) => !permissions.includes(each)),
    );
  }

  connect({ key = 'good', url = this.url, testMode = false, vault }: Connection = {}): Driver {
    const { definition, wire } = this.subject;
    const secret =
      vault === undefined
        ? wire.subject.credential(key)
        : wire.subject.client!(CLIENT.id, CLIENT.secret, CLIENT.refreshToken);
    return definition.connect({
      credential: definition.credential.parse(secret),
      settings: definition.settings.parse(wire.subject.settings(url)),
      http: testMode ? this.#testHttp : this.http,
      now: this.clock.now,
      tokens: vault ?? memoryVault(),
    });
  }

  /** Feeds of the manifest among these. */
  feeds(...types: readonly FeedType[]): FeedType[] {
    return types.filter((type) => this.subject.definition.manifest.feeds.some((feed) => feed.type === type));
  }

  order(tag: OrderTag): ShopOrder {
    const found = this.store.shop.orders.get(this.showcase.orders.get(tag) ?? '');
    demand(found !== undefined, `the suite has no order "${tag}"`);
    return found;
  }

  product(tag: ProductTag): ShopProduct {
    const found = this.store.shop.products.get(this.showcase.products.get(tag) ?? '');
    demand(found !== undefined, `the suite has no product "${tag}"`);
    return found;
  }

  /** Something happened to an order now. */
  touch(order: ShopOrder, change: Partial<ShopOrder> = {}): ShopOrder {
    const changed = { ...order, ...change, updatedAt: this.store.shop.stamp() };
    this.store.shop.saveOrder(changed);
    return changed;
  }
}

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;

/** What was thrown by `work`; not conformant where nothing was. */
export async function thrownBy(work: () => Promise<unknown>, otherwise: string): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    if (error instanceof NotConformant) throw error;
    return error;
  }
  throw new NotConformant(otherwise);
}
