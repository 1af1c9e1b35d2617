import { createHash } from 'node:crypto';

/** Fewer levels than this never trip a brake: three of ten at zero is an ordinary day. */
export const BRAKE_MIN_LEVELS = 20;
export const DEFAULT_MAX_ZEROED_PERCENT = 20;

/** One level that waits to be written: what the store has and what it would have. */
export interface PlannedLevel {
  readonly id: number;
  readonly quantity: number;
  /** null: not known. */
  readonly before: number | null;
}

export interface Brakes {
  readonly maxZeroedPercent?: number;
  /** Absent: no limit. */
  readonly maxStockChangePercent?: number;
}

export interface HeldPlan {
  /** Names exactly this plan: another level, or another quantity, is another digest. */
  readonly digest: string;
  readonly summary: string;
}

/** Whether a plan of stock levels has to wait for a person, and why. Pure. */
export function heldPlan(plan: readonly PlannedLevel[], brakes: Brakes): HeldPlan | undefined {
  if (plan.length < BRAKE_MIN_LEVELS) return undefined;
  const tripped = [zeroed(plan, brakes.maxZeroedPercent ?? DEFAULT_MAX_ZEROED_PERCENT), changed(plan, brakes.maxStockChangePercent)].filter((text) => text !== undefined);
  return tripped.length > 0 ? { digest: planDigest(plan), summary: tripped.join('; ') } : undefined;
}

function zeroed(plan: readonly PlannedLevel[], allowed: number): string | undefined {
  const count = plan.filter(({ quantity, before }) => quantity === 0 && before !== 0).length;
  return count * 100 > plan.length * allowed ? `${count} of ${plan.length} stock levels would be set to zero, the Store allows ${allowed} % (brakes.maxZeroedPercent)` : undefined;
}

/** Where the store has nothing yet, nothing can change by a share. */
function changed(plan: readonly PlannedLevel[], allowed: number | undefined): string | undefined {
  const known = plan.filter((level): level is PlannedLevel & { before: number } => level.before !== null);
  const before = known.reduce((sum, level) => sum + Math.max(0, level.before), 0);
  const change = known.reduce((sum, level) => sum + Math.abs(level.quantity - level.before), 0);
  if (allowed === undefined || before === 0 || change * 100 <= before * allowed) return undefined;
  return `${plan.length} stock levels would change by ${change} pieces of ${before}, the Store allows ${allowed} % (brakes.maxStockChangePercent)`;
}

function planDigest(plan: readonly PlannedLevel[]): string {
  return createHash('sha256').update(JSON.stringify(plan.map(({ id, quantity }) => [id, quantity]))).digest('hex').slice(0, 16);
}
