/** How many: a number, or a share of all ("10%"). */
export type Amount = `${number}` | `${number}%`;

/** How a roll-out goes forward. */
export interface RolloutLimits {
  /** How many must get Ready before the others follow. */
  readonly first: Amount;
  /** How many of those that were let through may be not Ready at once. */
  readonly maxUnavailable: Amount;
}

/** At least one, or nothing would ever move; a share is rounded down. */
export function amountOf(amount: Amount, all: number): number {
  const value = Number.parseInt(amount, 10);
  return Math.max(1, amount.endsWith('%') ? Math.floor((all * value) / 100) : value);
}
