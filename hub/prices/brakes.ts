import { decimalString } from '../../model/money.ts';
import type { Brake, BrakeRules, HeldPlan } from '../base/export-effects.ts';
import { planDigest } from '../base/plan-digest.ts';
import type { Queryable } from '../storage/database.ts';

/** One price that waits to be written: what the store has and what it would have. */
export interface PlannedPrice {
  readonly id: number;
  readonly sku: string;
  readonly currency: string;
  /** Minor units. */
  readonly price: number;
  /** null: not known. */
  readonly before: number | null;
}

/**
 * SQL: what the store has, of a waiting price `o`. Prices are read gross, so a net one is compared with the last net
 * one that the store confirmed. Beside `o`: `v` the variant as it was read, `p` the price as it was last written.
 */
export const PRICE_BEFORE = `CASE WHEN (o.payload->>'includesTax')::boolean THEN CASE WHEN v.currency = o.payload->>'currency' THEN v.price END
  WHEN NOT p.includes_tax AND p.currency = o.payload->>'currency' THEN p.price END`;

/** SQL: the tables of it. */
export const PRICE_TABLES = `LEFT JOIN LATERAL (SELECT * FROM variants WHERE connection_id = $1 AND external_id = o.payload->>'variantId' LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT * FROM written_prices WHERE connection_id = $1 AND variant_id = o.payload->>'variantId' LIMIT 1) p ON true`;

/** The plan that waiting prices make, in the order in which they were queued. */
export async function plannedPrices(db: Queryable, connectionId: number, waiting: string): Promise<PlannedPrice[]> {
  return db.query<PlannedPrice & Record<string, unknown>>(
    `SELECT o.id, o.payload->>'sku' AS sku, o.payload->>'currency' AS currency, (o.payload->>'price')::bigint AS price, ${PRICE_BEFORE} AS before
     FROM (${waiting}) o ${PRICE_TABLES} ORDER BY o.id`,
    [connectionId, 'price'],
  );
}

export const priceBrake: Brake = {
  judge: async (db, connectionId, waiting, rules) => {
    const plan = await plannedPrices(db, connectionId, waiting);
    return { ids: plan.map(({ id }) => id), held: heldPrices(plan, rules) };
  },
};

/**
 * Whether a plan of prices has to wait for a person, and why: one wrong price is enough to sell out at a loss, so each
 * is looked at by itself, however few there are. Pure.
 */
export function heldPrices(
  plan: readonly PlannedPrice[],
  { maxPriceChangePercent: allowed }: BrakeRules,
): HeldPlan | undefined {
  if (allowed === undefined) return undefined;
  const above = plan.filter(
    (price): price is PlannedPrice & { before: number } =>
      price.before !== null && Math.abs(price.price - price.before) * 100 > price.before * allowed,
  );
  if (above.length === 0) return undefined;
  const most = above.reduce((worst, price) => (changeOf(price) > changeOf(worst) ? price : worst));
  const money = (amount: number) => decimalString(amount, most.currency);
  const summary =
    `${above.length} of ${plan.length} prices would change by more than the ${allowed} % that the Store allows (brakes.maxPriceChangePercent), ` +
    `most of all SKU ${most.sku}: ${money(most.before)} -> ${money(most.price)} ${most.currency}`;
  return { digest: planDigest(plan.map(({ id, price }) => ({ id, sets: price }))), summary };
}

/** As a share of what was there; from nothing it is without bounds. */
const changeOf = ({ price, before }: { price: number; before: number }): number =>
  before === 0 ? Number.POSITIVE_INFINITY : Math.abs(price - before) / before;
