import type { Transaction } from '../storage/database.ts';
import { recordDecisions } from './decisions.ts';
import { queueOrderEvents } from './order-events.ts';
import type { OrderScope } from './order-scope.ts';
import { recordTotals } from './totals.ts';

/** What is known of the orders that came in or changed. */
export interface Conclusion {
  /** Their ids. */
  readonly changed: readonly string[];
  /** Not all are accepted at first sight. */
  readonly decided: boolean;
  /** The totals of all add up, as their batch says. */
  readonly tieOut?: boolean;
  /** None was known, so that no problem is open about any. */
  readonly fresh?: boolean;
}

/**
 * What follows when orders came in or changed, however they did: their totals are checked, what was decided is kept,
 * events are queued. Reads `stage_changed` and `stage_previous`.
 */
export async function concludeOrders(
  tx: Transaction,
  scope: OrderScope,
  { changed, decided, tieOut = false, fresh = false }: Conclusion,
): Promise<void> {
  if (changed.length === 0) return;
  if (!(fresh && tieOut)) await recordTotals(tx, scope.connectionId, changed, fresh);
  if (decided) await recordDecisions(tx, scope.connectionId);
  await queueOrderEvents(tx, scope.storeId, scope.connectionId, scope.endpoints);
}
