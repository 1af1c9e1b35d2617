import type { TransactionSettings } from './database.ts';

/**
 * For transactions that look a few hundred rows up by key. Tables grow from nothing within minutes, before they are
 * analyzed: no plan is kept for later, and what looks up goes by index. Where a forbidden scan is priced (before
 * PostgreSQL 18) that price would start the compiler.
 */
export const BY_KEY: TransactionSettings = {
  plan_cache_mode: 'force_custom_plan',
  enable_seqscan: 'off',
  random_page_cost: '1.1',
  jit: 'off',
};
