import type { Brake, BrakeRules, HeldPlan } from '../base/export-effects.ts';
import { BRAKE_MIN_WRITES, planDigest } from '../base/plan-digest.ts';
import type { Queryable } from '../storage/database.ts';
import { THERE } from './places.ts';

export const DEFAULT_MAX_ZEROED_PERCENT = 20;

/** One level that waits to be written: what the store has and what it would have, of that which it counts. */
export interface PlannedLevel {
  readonly id: number;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  /** null: not known. */
  readonly before: number | null;
}

/** The plan that waiting levels make, in the order in which they were queued. */
export async function plannedLevels(db: Queryable, connectionId: number, waiting: string): Promise<PlannedLevel[]> {
  return db.query<PlannedLevel & Record<string, unknown>>(
    `SELECT o.id, o.payload->>'sku' AS sku, o.payload->>'locationId' AS location,
       (o.payload->>CASE c.stock WHEN 'available' THEN 'available' ELSE 'quantity' END)::int AS quantity, ${THERE} AS before
     FROM (${waiting}) o JOIN connections c ON c.id = $1 
     LEFT JOIN LATERAL (SELECT * FROM stock_levels WHERE connection_id = $1 AND variant_id = o.payload->>'variantId' AND location_id = o.payload->>'locationId' LIMIT 1) s ON true
     ORDER BY o.id`,
    [connectionId, 'stock'],
  );
}

export const stockBrake: Brake = {
  judge: async (db, connectionId, waiting, rules) => {
    const plan = await plannedLevels(db, connectionId, waiting);
    return { ids: plan.map(({ id }) => id), held: heldLevels(plan, rules) };
  },
};

/** Whether a plan of stock levels has to wait for a person, and why. Pure. */
export function heldLevels(
  plan: readonly Pick<PlannedLevel, 'id' | 'quantity' | 'before'>[],
  brakes: BrakeRules,
): HeldPlan | undefined {
  if (plan.length < BRAKE_MIN_WRITES) return undefined;
  const tripped = [
    zeroed(plan, brakes.maxZeroedPercent ?? DEFAULT_MAX_ZEROED_PERCENT),
    changed(plan, brakes.maxStockChangePercent),
  ].filter((text) => text !== undefined);
  return tripped.length > 0
    ? { digest: planDigest(plan.map(({ id, quantity }) => ({ id, sets: quantity }))), summary: tripped.join('; ') }
    : undefined;
}

type Level = Pick<PlannedLevel, 'quantity' | 'before'>;

function zeroed(plan: readonly Level[], allowed: number): string | undefined {
  const count = plan.filter(({ quantity, before }) => quantity === 0 && before !== 0).length;
  return count * 100 > plan.length * allowed
    ? `${count} of ${plan.length} stock levels would be set to zero, the Store allows ${allowed} % (brakes.maxZeroedPercent)`
    : undefined;
}

/** Where the store has nothing yet, nothing can change by a share. */
function changed(plan: readonly Level[], allowed: number | undefined): string | undefined {
  const known = plan.filter((level): level is Level & { before: number } => level.before !== null);
  const before = known.reduce((sum, level) => sum + Math.max(0, level.before), 0);
  const change = known.reduce((sum, level) => sum + Math.abs(level.quantity - level.before), 0);
  if (allowed === undefined || before === 0 || change * 100 <= before * allowed) return undefined;
  return `${plan.length} stock levels would change by ${change} pieces of ${before}, the Store allows ${allowed} % (brakes.maxStockChangePercent)`;
}
