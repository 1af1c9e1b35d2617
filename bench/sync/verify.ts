import type { BenchPostgres } from './postgres.ts';
import type { SourceSums } from './catalogue.ts';

/** Compared with what the source itself counts. */
export interface Losses {
  readonly lost: number;
  readonly doubled: number;
  /** Difference of the sums of money and of pieces: 0 when every record has its newest version. */
  readonly moneyOff: number;
  readonly piecesOff: number;
}

interface Found {
  readonly rows: number;
  readonly ids: number;
  readonly total: number;
  readonly quantity: number | null;
}

/** `sql` gives rows, distinct ids, sum of money, pieces (null where a program keeps lines as text). */
export async function countLosses(
  postgres: BenchPostgres,
  url: string,
  sql: string,
  source: SourceSums,
): Promise<Losses> {
  const [found] = await postgres.query<{ rows: string; ids: string; total: string; quantity: string | null }>(url, sql);
  const seen: Found = {
    rows: Number(found!.rows),
    ids: Number(found!.ids),
    total: Number(found!.total),
    quantity: found!.quantity === null ? null : Number(found!.quantity),
  };
  return {
    lost: source.count - seen.ids,
    doubled: seen.rows - seen.ids,
    moneyOff: source.total - seen.total,
    piecesOff: seen.quantity === null ? 0 : source.quantity - seen.quantity,
  };
}

const PIECES = '(SELECT sum(quantity) FROM order_lines)';

/** The same for Supercargo's own tables and for those of the floor. */
export const OWN_ORDERS = `SELECT count(*) AS rows, count(DISTINCT external_id) AS ids, sum(grand_total) AS total, ${PIECES} AS quantity FROM orders`;
export const OWN_PRODUCTS = `SELECT count(*) AS rows, count(DISTINCT external_id) AS ids, (SELECT sum(price) FROM variants WHERE sku LIKE '%-A') AS total, 0 AS quantity FROM products`;
