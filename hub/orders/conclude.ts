import type { Transaction } from '../storage/database.ts';
import { recordDecisions } from './decisions.ts';
import { queueOrderEvents } from './order-events.ts';
import type { OrderScope } from './order-scope.ts';
import { recordTotals } from './totals.ts';

/**
 * What follows when orders came in or changed, however they did: their totals are checked, what was decided is kept,
 * events are queued. Reads `stage_changed` and `stage_previous`. `decided`: not all are accepted at first sight.
 * `fresh`: none was known, so that no problem is open about any.
 */
export async function concludeOrders(
  tx: Transaction,
  scope: OrderScope,
  changed: readonly string[],
  decided: boolean,
  fresh = false,
): Promise<void> {
  if (changed.length === 0) return;
  await recordTotals(tx, scope.connectionId, changed, fresh);
  if (decided) await recordDecisions(tx, scope.connectionId);
  await queueOrderEvents(tx, scope.storeId, scope.connectionId, scope.endpoints);
}
