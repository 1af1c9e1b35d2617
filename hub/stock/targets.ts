import type { StockMeaning } from '../../model/feeds/stock-export.ts';
import type { Queryable, Transaction } from '../storage/database.ts';
import { above, arrivedPieces, arrivedSince, total, type Moment } from './pieces.ts';

/** A level as the back office set it, and what of it can be sold. */
export interface Target {
  readonly sku: string;
  /** Empty: the back office named none. */
  readonly location: string;
  readonly quantity: number;
  readonly means: StockMeaning;
  /** What can be sold, open orders taken off; below zero where more was sold than there is. */
  readonly sellable: number;
  /** Of several locations of a SKU the one that orders are taken off from. */
  readonly main: boolean;
  /** Worked out from the components of a kit. */
  readonly computed?: boolean;
  /** Positions above the moment's that were counted. */
  readonly counted: readonly number[];
  /** Connections whose shop has it already. */
  readonly met?: readonly number[];
}

/**
 * Keeps levels as the last word. `waiting`: no store has a place for them yet. Of two for one place the later counts.
 */
export async function rememberTargets(
  tx: Transaction,
  storeId: number,
  moment: Moment,
  targets: readonly Target[],
  waiting = false,
): Promise<void> {
  if (targets.length === 0) return;
  const rows = [...new Map(targets.map((target) => [`${target.location}\n${target.sku}`, target])).values()];
  await tx.query(
    `INSERT INTO stock_targets (store_id, sku, location, quantity, means, sellable, main, computed, met, counted, at_seq, waiting)
     SELECT $1, t.sku, t.location, t.quantity, t.means, t.sellable, t.main, t.computed, ARRAY(SELECT jsonb_array_elements_text(t.met)::int), t.counted, $2, $3
     FROM jsonb_to_recordset($4::jsonb) AS t(sku text, location text, quantity int, means text, sellable int, main boolean, computed boolean, met jsonb, counted jsonb)
     ON CONFLICT (store_id, sku, location) DO UPDATE SET quantity = EXCLUDED.quantity, means = EXCLUDED.means, sellable = EXCLUDED.sellable, main = EXCLUDED.main,
       computed = EXCLUDED.computed, met = EXCLUDED.met, counted = EXCLUDED.counted, at_seq = EXCLUDED.at_seq, waiting = EXCLUDED.waiting, changed_at = now()`,
    [storeId, moment.seq, waiting, JSON.stringify(rows.map((row) => ({ computed: false, met: [], ...row })))],
  );
}

/** What can be sold of SKUs now: as the back office said, less what was ordered since. */
export interface Sellable {
  readonly sellable: number;
  readonly main: boolean;
  readonly means: StockMeaning;
  /** Positions above the moment's that were counted. */
  readonly counted: readonly number[];
}
export type SellableLevels = (sku: string, location: string) => Sellable | undefined;

/** Reads it for all locations of these SKUs. `moment` is one of before. */
export async function sellableNow(
  db: Queryable,
  storeId: number,
  skus: readonly string[],
  moment: Moment,
): Promise<SellableLevels> {
  const targets = await db.query<{
    sku: string;
    location: string;
    sellable: number;
    main: boolean;
    means: StockMeaning;
    at: number;
    seq: number;
    counted: number[];
  }>(
    `SELECT sku, location, coalesce(sellable, quantity) AS sellable, main, means, (extract(epoch FROM changed_at) * 1000000)::bigint AS at, at_seq AS seq, counted
     FROM stock_targets WHERE store_id = $1 AND sku = ANY($2::text[])`,
    [storeId, skus],
  );
  const arrived =
    targets.length === 0
      ? []
      : await arrivedPieces(
          db,
          storeId,
          targets.map(({ sku }) => sku),
          earliest(targets),
        );
  const bySku = Map.groupBy(arrived, ({ sku }) => sku);
  const now = new Map(
    targets.map(({ sku, location, sellable, main, means, ...asOf }) => {
      const since = (bySku.get(sku) ?? []).filter((piece) => main && arrivedSince(piece, asOf));
      return [
        `${location}\n${sku}`,
        {
          sellable: sellable - total(since, ({ needed }) => needed),
          main,
          means,
          counted: above(
            moment,
            asOf.counted,
            since.map(({ pos }) => pos ?? 0),
          ),
        },
      ];
    }),
  );
  return (sku, location) => now.get(`${location}\n${sku}`);
}

/** The first of moments, so that what happened after any of them is found. */
export function earliest(moments: readonly Moment[]): Moment {
  return {
    at: moments.reduce((least, { at }) => Math.min(least, at), Infinity),
    seq: moments.reduce((least, { seq }) => Math.min(least, seq), Infinity),
  };
}
