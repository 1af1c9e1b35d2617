import type { Position } from './cursor.ts';
import type { ShopFacts } from './shop.ts';

/** A row that the store fails to show in full: its id, and the little that could be read. */
export interface Lost {
  readonly id: string;
  readonly bare: unknown;
  readonly message: string;
}

/** Rows of one answer. */
export interface Slice {
  readonly items: readonly unknown[];
  /** How many match in all. */
  readonly total: number;
  readonly shop: ShopFacts;
  /** Rows that the store itself cannot show. */
  readonly lost: readonly Lost[];
}

/** Rows from a position on. */
export interface Window extends Slice {
  /** Where to go on. */
  readonly next: Position;
  readonly end: boolean;
}
