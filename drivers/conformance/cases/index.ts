import type { ConformanceCase } from '../case.ts';
import { BUDGET } from './budget.ts';
import { CHANGES } from './changes.ts';
import { CHECKING } from './checking.ts';
import { FAULTS_OF_SHOPS } from './faults.ts';
import { HOOKS } from './hooks.ts';
import { KEYS } from './keys.ts';
import { MONEY_AND_TIME, ORDERS } from './orders.ts';
import { PARCELS } from './parcels.ts';
import { READING } from './reading.ts';
import { RESUMING } from './resuming.ts';
import { STOCK } from './stock.ts';
import { VIA } from './via.ts';

/**
 * All that is demanded of a driver: C1 manifest, C2 check, C3 reading, C4 changes, C5 resuming, C6 faults, C7 orders,
 * C8 writes, C9 keys, C10 webhooks, C11 calls, C12 money and time.
 */
export const CASES: readonly ConformanceCase[] = [
  ...CHECKING,
  ...READING,
  ...CHANGES,
  ...VIA,
  ...RESUMING,
  ...FAULTS_OF_SHOPS,
  ...ORDERS,
  ...STOCK,
  ...PARCELS,
  ...KEYS,
  ...HOOKS,
  ...BUDGET,
  ...MONEY_AND_TIME,
];
