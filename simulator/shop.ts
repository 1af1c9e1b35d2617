import type { Clock } from '../kit/clock.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { WireLevel, WireNamed, WireOrder, WireProduct, WireProductSupplier } from './wire.ts';

const LONGEST_COMMIT_MS = 90_000;
/** With LONGEST_COMMIT_MS less than the two minutes that engines read again. */
const TIE_MS = 10_000;
const MOST_SKEW_MS = 300_000;

/** A row with what readers see of it: a change that is committed late shows its older self until then. */
interface Row<T> {
  current: T | undefined;
  seen: T | undefined;
  visibleAt: number;
}

/** Rows of one kind, as readers see them at a moment. */
export class Rows<T extends { readonly id: string }> {
  readonly #rows = new Map<string, Row<T>>();

  /** `visibleAt`: when the change is committed. */
  put(value: T, now: number, visibleAt: number): void {
    const row = this.#rows.get(value.id);
    this.#rows.set(value.id, { current: value, seen: row ? viewOf(row, now) : undefined, visibleAt });
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  /** What is true, committed or not. */
  get(id: string): T | undefined {
    return this.#rows.get(id)?.current;
  }

  all(): T[] {
    return [...this.#rows.values()].flatMap(({ current }) => (current ? [current] : []));
  }

  /** What a reader sees. */
  seen(now: number): T[] {
    return [...this.#rows.values()].flatMap((row) => viewOf(row, now) ?? []);
  }
}

const viewOf = <T>(row: Row<T>, now: number): T | undefined => (now >= row.visibleAt ? row.current : row.seen);

export interface Level extends WireLevel {
  /** Key of the last write through the API. */
  lastKey?: string;
}

/** The shop behind the API: its rows and its own clock. */
export class Shop {
  readonly products = new Rows<WireProduct>();
  readonly orders = new Rows<WireOrder>();
  readonly levels = new Map<string, Level>();
  locations: WireNamed[] = [];
  shippingMethods: WireNamed[] = [];
  suppliers: WireNamed[] = [];
  productSuppliers: WireProductSupplier[] = [];
  /** Rows that are sent in a shape that nobody can read. */
  readonly poisoned = new Set<string>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #skewMs: number;
  #ids = 0;

  constructor(clock: Clock, random: Random, faults: Faults) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.#skewMs = random.int(-MOST_SKEW_MS, MOST_SKEW_MS);
  }

  /** By the shop's own clock, which may be wrong. */
  now(): Date {
    return new Date(this.#clock.now().getTime() + (this.#faults.has('skew') ? this.#skewMs : 0));
  }

  newId(prefix: string): string {
    return `${prefix}${++this.#ids}`;
  }

  /** The time that a change is stamped with; several changes share it where the platform's clock is coarse. */
  stamp(): string {
    const now = this.now().getTime();
    return new Date(this.#faults.has('ties') ? Math.floor(now / TIE_MS) * TIE_MS : now).toISOString();
  }

  saveOrder(order: WireOrder): void {
    this.orders.put(order, this.#clock.now().getTime(), this.#commitAt());
  }

  saveProduct(product: WireProduct): void {
    this.products.put(product, this.#clock.now().getTime(), this.#commitAt());
  }

  readOrders(): WireOrder[] {
    return this.orders.seen(this.#clock.now().getTime());
  }

  readProducts(): WireProduct[] {
    return this.products.seen(this.#clock.now().getTime());
  }

  #commitAt(): number {
    const now = this.#clock.now().getTime();
    return this.#faults.strikes('late-commit') ? now + this.#random.int(1000, LONGEST_COMMIT_MS) : now;
  }
}

export const levelKey = (variantId: string, locationId: string): string => `${variantId}@${locationId}`;
