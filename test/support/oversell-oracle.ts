import type { Random } from '../../simulator/random.ts';
import type { TestPod, TestStore } from './hub-rig.ts';
import { line, order, product } from './memory-store.ts';

interface Order {
  readonly id: string;
  readonly shop: Shop;
  readonly sku: 'A' | 'K';
  readonly pieces: number;
  packed: boolean;
}

/** A shop that counts what is on hand, or what can be sold; its counters by SKU. */
interface Shop {
  readonly pod: TestPod;
  readonly counts: 'onHand' | 'available';
  readonly counters: Map<string, number>;
}

const PER_KIT = 2;
const needs = ({ sku, pieces }: Order): number => (sku === 'K' ? PER_KIT * pieces : pieces);
const stock = (sku: string) =>
  ({ kind: 'stock', variantId: `v-${sku}`, sku, locationId: 'main', onHand: 0, available: 0 }) as const;

/**
 * A warehouse with one article, also sold as a kit of two, in two shops of either kind. What can be sold is simply what
 * lies there less what is ordered and not packed; no store may ever be told more. What the warehouse knows of orders
 * lags.
 */
export class Warehouse {
  readonly #store: TestStore;
  readonly #random: Random;
  readonly #shops: readonly Shop[];
  readonly #orders: Order[] = [];
  /** Orders that the warehouse knows, and up to which cursor it has read. */
  readonly #known = new Set<string>();
  #cursor = '0';
  #onHand = 30;
  readonly oversold: string[] = [];
  writes = 0;
  /** Writes of exactly what could be sold. */
  exact = 0;

  private constructor(store: TestStore, random: Random, shops: readonly Shop[]) {
    this.#store = store;
    this.#random = random;
    this.#shops = shops;
  }

  static async open(store: TestStore, random: Random): Promise<Warehouse> {
    const shops: Shop[] = [];
    for (const counts of ['onHand', 'available'] as const) {
      const pod = await store.connect(counts, { stock: counts });
      await pod.send('ProductImport', [product('p', ['A', 'K'])]);
      await pod.send('StockImport', [stock('A'), stock('K')]);
      shops.push({ pod, counts, counters: new Map() });
    }
    return new Warehouse(store, random, shops);
  }

  async step(): Promise<void> {
    const acts = [this.#sell, this.#sell, this.#pack, this.#read, this.#receive, this.#post, this.#write, this.#write];
    await this.#random.pick(acts)!.call(this);
  }

  get #sellable(): number {
    return this.#onHand - this.#open().reduce((sum, each) => sum + needs(each), 0);
  }

  #open(shop?: Shop, sku?: string): Order[] {
    return this.#orders.filter(
      (each) => !each.packed && (shop === undefined || each.shop === shop) && (sku === undefined || each.sku === sku),
    );
  }

  async #sell(): Promise<void> {
    const shop = this.#random.pick(this.#shops)!;
    const sku = this.#random.chance(0.3) ? 'K' : 'A';
    const number = String(this.#orders.length);
    const id = `o-${number}`;
    const pieces = this.#random.int(1, 3);
    this.#orders.push({ id, shop, sku, pieces, packed: false });
    if (shop.counts === 'available') shop.counters.set(sku, (shop.counters.get(sku) ?? 0) - pieces);
    await shop.pod.send('OrderImport', [order(number, { lines: [line('1', sku, pieces)] })]);
  }

  /** Only what the warehouse knows is packed, and told at once; the shop takes it off when it is told. */
  async #pack(): Promise<void> {
    const found = this.#random.pick(
      this.#open().filter(({ id, shop }) => this.#known.has(`${shop.pod.connectionId}.${id}`)),
    );
    if (!found || needs(found) > this.#onHand) return;
    const { status } = await this.#store.api(
      'POST',
      `/orders/${found.shop.pod.connectionId}.${found.id}/shipments`,
      {},
    );
    if (status !== 201) throw new Error(`a parcel is answered with ${status}`);
    found.packed = true;
    this.#onHand -= needs(found);
    await found.shop.pod.apply('shipment');
    if (found.shop.counts === 'onHand')
      found.shop.counters.set(found.sku, (found.shop.counters.get(found.sku) ?? 0) - found.pieces);
  }

  /** Reads a page of orders on from the cursor, and acknowledges some of them. */
  async #read(): Promise<void> {
    const { items } = (await this.#store.api('GET', `/orders?after=${this.#cursor}&limit=${this.#random.int(1, 6)}`))
      .body as { items: { id: string; cursor: string }[] };
    for (const { id, cursor } of items) {
      this.#cursor = cursor;
      this.#known.add(id);
      if (this.#random.chance(0.5)) await this.#store.api('POST', `/orders/${id}/acknowledge`, {});
    }
  }

  async #receive(): Promise<void> {
    this.#onHand += this.#random.int(0, 6);
  }

  async #post(): Promise<void> {
    const known = this.#open()
      .filter(({ id, shop }) => this.#known.has(`${shop.pod.connectionId}.${id}`))
      .reduce((sum, each) => sum + needs(each), 0);
    const onHand = this.#random.chance(0.5);
    const quantity = Math.max(0, onHand ? this.#onHand : this.#onHand - known);
    const answer = await this.#store.api('POST', '/stock', {
      ...(onHand ? {} : { stock: 'available', ordersUpTo: this.#cursor }),
      levels: [{ sku: 'A', warehouse: 'main', quantity }],
    });
    if (answer.status !== 202) throw new Error(`a post is answered with ${answer.status}`);
  }

  async #write(): Promise<void> {
    const shop = this.#random.pick(this.#shops)!;
    for (const write of await shop.pod.apply('stock')) {
      const sku = String(write['sku']) as 'A' | 'K';
      const counter = Number(write[shop.counts === 'onHand' ? 'quantity' : 'available']);
      shop.counters.set(sku, counter);
      const own = this.#open(shop, sku).reduce((sum, { pieces }) => sum + pieces, 0);
      const offered = shop.counts === 'onHand' ? counter - own : counter;
      const most = Math.max(0, Math.floor(this.#sellable / (sku === 'K' ? PER_KIT : 1)));
      this.writes++;
      if (offered === most) this.exact++;
      if (offered > most) this.oversold.push(`${shop.counts} ${sku}: offers ${offered} of ${most}`);
    }
  }
}
