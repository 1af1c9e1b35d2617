import type { StockMeaning } from '../../model/feeds/stock-export.ts';

/** A level of one SKU in a post. */
export interface PostedQuantity {
  readonly quantity: number;
}

/** What of a posted level can be sold. */
export interface Share {
  readonly sellable: number;
  readonly main: boolean;
}

/**
 * Takes pieces off the levels of one SKU: an order does not say from which location it will be packed, so they come off
 * once, the largest level first. What no level covers stays with the largest, which is `main`. Pure.
 */
export function takeOff(levels: readonly PostedQuantity[], pieces: number): Share[] {
  const largestFirst = levels
    .map((_, index) => index)
    .sort((a, b) => levels[b]!.quantity - levels[a]!.quantity || a - b);
  const shares: Share[] = [];
  let left = pieces;
  for (const index of largestFirst) {
    const taken = Math.max(0, Math.min(left, levels[index]!.quantity));
    shares[index] = { sellable: levels[index]!.quantity - taken, main: index === largestFirst[0] };
    left -= taken;
  }
  const [main] = largestFirst;
  if (main !== undefined) shares[main] = { main: true, sellable: shares[main]!.sellable - left };
  return shares;
}

/** What a connection is written to by. */
export interface Writes {
  readonly stock: StockMeaning;
  /** Pieces that its StockExport keeps back. */
  readonly safetyStock: number;
}

/** Both numbers of a level, as a store gets them. */
export interface WrittenLevel {
  readonly quantity: number;
  readonly available: number;
}

/**
 * What a store is told: what can be sold; and on hand, the same and the pieces that it takes off by itself: its own
 * open orders. Less what is kept back, never below zero. Pure.
 */
export function writtenLevel({ sellable, main }: Share, ownOpen: number, safetyStock: number): WrittenLevel {
  return {
    quantity: Math.max(0, sellable + (main ? ownOpen : 0) - safetyStock),
    available: Math.max(0, sellable - safetyStock),
  };
}

/** Of both numbers that which the store counts. */
export const countedBy = (stock: StockMeaning, { quantity, available }: WrittenLevel): number =>
  stock === 'available' ? available : quantity;
