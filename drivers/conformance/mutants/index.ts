import { CHECKS, TOKENS, WEBHOOKS } from './access.ts';
import { MAPPING } from './mapping.ts';
import { FAILING } from './failing.ts';
import { PAGING } from './paging.ts';
import type { Mutant } from './tools.ts';
import { WAITING } from './waiting.ts';
import { PARCEL_WRITES, STOCK_WRITES } from './writing.ts';

export type { Mutant } from './tools.ts';

/** Broken drivers: what proves that the suite lets none through. */
export const MUTANTS: readonly Mutant[] = [
  ...MAPPING,
  ...PAGING,
  ...FAILING,
  ...STOCK_WRITES,
  ...PARCEL_WRITES,
  ...CHECKS,
  ...TOKENS,
  ...WEBHOOKS,
  ...WAITING,
];
