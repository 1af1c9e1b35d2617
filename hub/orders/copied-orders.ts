import type { BatchSegment } from '../../model/batch.ts';
import { eachCopyRow, LastValue, wholeNumberAt } from '../../model/copy-reader.ts';
import { TABLES } from '../../model/tables.ts';

const ORDER_COLUMNS = Object.keys(TABLES.orders.columns);
const LINE_COLUMNS = Object.keys(TABLES.order_lines.columns);
const OF_ORDER = ['external_id', 'items_total', 'shipping_total', 'grand_total', 'intake'].map((name) =>
  ORDER_COLUMNS.indexOf(name),
);
const OF_LINE = ['order_id', 'total'].map((name) => LINE_COLUMNS.indexOf(name));

/** What the COPY text of orders tells at a glance. False may also mean that it cannot be told: then rows are asked. */
export interface CopiedOrders {
  /** Each of them is accepted. */
  readonly allAccepted: boolean;
  /** Of each the lines add up to `itemsTotal`, and that and `shippingTotal` to `grandTotal` (totals.ts). */
  readonly allTieOut: boolean;
}

/**
 * Looks through a batch's orders and their lines: what mostly is so need not be asked of the database again. Pure; in
 * one pass, since there are many thousands of lines a second in a first sync.
 */
export function glanceAt(segments: readonly BatchSegment[]): CopiedOrders {
  const orders = segments.find(({ table }) => table === 'orders')?.data;
  const sums = sumsOfLines(segments.find(({ table }) => table === 'order_lines')?.data);
  if (!orders) return { allAccepted: false, allTieOut: false };
  let [allAccepted, allTieOut] = [true, sums !== undefined];
  const read = eachCopyRow(orders, OF_ORDER, (bounds) => {
    const text = (column: number) => orders.toString('latin1', bounds[2 * column], bounds[2 * column + 1]);
    const amount = (column: number) => wholeNumberAt(orders, bounds[2 * column]!, bounds[2 * column + 1]!) ?? NaN;
    const [items, shipping, grand] = [amount(1), amount(2), amount(3)];
    allAccepted &&= text(4) === 'Accepted';
    allTieOut &&= sums!.get(text(0)) === items && items + shipping === grand;
  });
  return { allAccepted: read && allAccepted, allTieOut: read && allTieOut };
}

/** By order id, whose bytes stand for it; undefined where a sum cannot be told. */
function sumsOfLines(lines: Buffer | undefined): Map<string, number> | undefined {
  const sums = new Map<string, number>();
  if (!lines) return sums;
  const last = new LastValue(lines);
  let [order, sum] = ['', 0];
  const read = eachCopyRow(lines, OF_LINE, ([from, to, totalFrom, totalTo]) => {
    if (last.isAnother(from!, to!)) {
      order = lines.toString('latin1', from, to);
      sum = sums.get(order) ?? 0;
    }
    sum += wholeNumberAt(lines, totalFrom!, totalTo!) ?? NaN;
    sums.set(order, sum);
  });
  return read ? sums : undefined;
}
