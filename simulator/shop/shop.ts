import type { Clock } from '../../kit/clock.ts';
import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Level, Named, ShopHabits, ShopOrder, ShopProduct, SupplierPrice } from './model.ts';
import { Rows } from './rows.ts';

const LONGEST_COMMIT_MS = 90_000;
/** With LONGEST_COMMIT_MS less than the two minutes that engines read again. */
const TIE_MS = 10_000;
const MOST_SKEW_MS = 300_000;

/**
 * What is wrong with a row that is sent: a part of a shape that nobody can read, a state that no list names, an amount
 * that is none.
 */
export type Poison = 'shape' | 'state' | 'amount';

export interface ShopOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  /** More than is open cannot be shipped; else the shop takes whatever is said. */
  readonly strict?: boolean;
  readonly habits?: ShopHabits;
}

/** The shop behind the API: its rows and its own clock. */
export class Shop {
  readonly products = new Rows<ShopProduct>();
  readonly orders = new Rows<ShopOrder>();
  readonly levels = new Map<string, Level>();
  locations: Named[] = [];
  shippingMethods: Named[] = [];
  suppliers: Named[] = [];
  supplierPrices: SupplierPrice[] = [];
  readonly poisoned = new Map<string, Poison>();
  readonly currency = 'EUR';
  readonly strict: boolean;
  readonly habits: ShopHabits;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #skewMs: number;
  #ids = 0;

  constructor({ clock, random, faults, strict, habits = {} }: ShopOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.strict = strict ?? false;
    this.habits = habits;
    this.#skewMs = random.int(-MOST_SKEW_MS, MOST_SKEW_MS);
  }

  /** By the shop's own clock, which may be wrong. */
  now(): Date {
    return new Date(this.#clock.now().getTime() + (this.#faults.has('skew') ? this.#skewMs : 0));
  }

  newId(prefix: string): string {
    return `${this.habits.numericIds ? '' : prefix}${++this.#ids}`;
  }

  /** Of a shop that is made in parts: ids go on after `last`. */
  idsAfter(last: number): void {
    this.#ids = last;
  }

  /** The time that a change is stamped with; several changes share it where the platform's clock is coarse. */
  stamp(): string {
    const now = this.now().getTime();
    return new Date(this.#faults.has('ties') ? Math.floor(now / TIE_MS) * TIE_MS : now).toISOString();
  }

  saveOrder(order: ShopOrder): void {
    this.orders.put(order, this.#clock.now().getTime(), this.#commitAt());
  }

  saveProduct(product: ShopProduct): void {
    this.products.put(product, this.#clock.now().getTime(), this.#commitAt());
  }

  readOrders(): ShopOrder[] {
    return this.orders.seen(this.#clock.now().getTime());
  }

  readProducts(): ShopProduct[] {
    return this.products.seen(this.#clock.now().getTime());
  }

  #commitAt(): number {
    const now = this.#clock.now().getTime();
    return this.#faults.strikes('late-commit') ? now + this.#random.int(1000, LONGEST_COMMIT_MS) : now;
  }
}
