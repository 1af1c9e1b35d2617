import type { Level, ShopOrder, ShopProduct } from './model.ts';
import type { Shop } from './shop.ts';

/** A write through the API that took effect. */
export interface Effect {
  readonly kind: 'stock' | 'shipment' | 'correction' | 'price';
  /** The level (variant@location) or the order. */
  readonly subject: string;
  /** The caller's own name of the write: key of a level, reference of a shipment. */
  readonly reference: string;
  /** Of stock: the number set. */
  readonly quantity?: number;
  readonly at: string;
}

/** For tests: what the shop really has, and every write that took effect, as often as it did. */
export class Truth {
  readonly effects: Effect[] = [];
  /** Requests by method and path without query, in order. */
  readonly requests: string[] = [];
  readonly #shop: Shop;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  orders(): readonly ShopOrder[] {
    return this.#shop.orders.all();
  }

  products(): readonly ShopProduct[] {
    return this.#shop.products.all();
  }

  levels(): readonly Level[] {
    return [...this.#shop.levels.values()];
  }

  /** How often the write that its caller calls `reference` took effect. */
  timesApplied(kind: Effect['kind'], subject: string, reference: string): number {
    return this.effects.filter(
      (effect) => effect.kind === kind && effect.subject === subject && effect.reference === reference,
    ).length;
  }
}
