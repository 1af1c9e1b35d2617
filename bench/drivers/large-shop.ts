import type { Clock } from '../../kit/clock.ts';
import { Random } from '../../simulator/random.ts';
import { addOrder, addProduct } from '../../simulator/shop/generate.ts';
import { levelKey } from '../../simulator/shop/model.ts';
import type { Shop } from '../../simulator/shop/shop.ts';
import type { Sequence, Window } from './window.ts';

const SECOND = 1000;
/** Seven digits: with those of its parts an id is never that of another record. */
const FIRST_ID = 1_000_000;
/** Products that a shop with orders has all the time: orders name them. */
export const RESIDENT_PRODUCTS = 200;
/** Long ago: the daily completeness check, which looks back thirty days, is no part of a reading. In winter alone. */
const BEGINNING = Date.parse('2026-01-05T00:00:00Z');

/** Stands still at the time of the record that is made; else the machine's. */
export class FillingClock implements Clock {
  readonly #base: Clock;
  filling: Date | undefined;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): Date {
    return this.filling ?? this.#base.now();
  }

  monotonic(): number {
    return this.#base.monotonic?.() ?? this.#base.now().getTime();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#base.sleep(ms, signal);
  }
}

/**
 * Fills a simulated shop with many records of one kind, of which only those are there that a request is about: each is
 * made from the seed and its number, and made again the same when it is asked for again.
 */
export class LargeShop {
  readonly sequence: Sequence;
  readonly #shop: Shop;
  readonly #clock: FillingClock;
  readonly #kind: 'orders' | 'products';
  readonly #present = new Map<number, string>();

  constructor(
    shop: Shop,
    clock: FillingClock,
    { kind, count, zoneMs }: { kind: 'orders' | 'products'; count: number; zoneMs: number },
  ) {
    this.#shop = shop;
    this.#clock = clock;
    this.#kind = kind;
    const residents = kind === 'orders' ? RESIDENT_PRODUCTS : 0;
    for (let index = 0; index < residents; index++) this.#at(index, (random) => addProduct(shop, random));
    this.sequence = {
      ...{ count, firstMs: BEGINNING + residents * SECOND, firstId: FIRST_ID + residents + 1, zoneMs },
    };
  }

  /** Exactly these are there now, beside the products that stay. */
  show({ from, to }: Window): void {
    for (const [index, id] of this.#present) if (index < from || index >= to) this.#drop(index, id);
    const offset = this.sequence.firstId - FIRST_ID - 1;
    for (let index = from; index < to; index++) {
      if (this.#present.has(index)) continue;
      const made = this.#at(index + offset, (random) =>
        this.#kind === 'orders' ? addOrder(this.#shop, random)! : addProduct(this.#shop, random),
      );
      this.#present.set(index, made.id);
    }
  }

  #at<T>(index: number, make: (random: Random) => T): T {
    this.#clock.filling = new Date(BEGINNING + index * SECOND);
    this.#shop.idsAfter(FIRST_ID + index);
    const made = make(new Random(index + 1));
    this.#clock.filling = undefined;
    return made;
  }

  #drop(index: number, id: string): void {
    this.#present.delete(index);
    const { orders, products, levels, locations } = this.#shop;
    for (const { id: variantId } of products.get(id)?.variants ?? [])
      for (const location of locations) levels.delete(levelKey(variantId, location.id));
    orders.delete(id);
    products.delete(id);
    if (this.#kind === 'products') this.#shop.supplierPrices = [];
  }
}
