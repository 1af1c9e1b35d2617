import { decimalString } from '../../model/money.ts';
import type { Transaction } from '../storage/database.ts';
import { CHANGED_ORDERS } from './order-lookup.ts';

/** An order's totals as the store gives them, and the sums over its lines. Minor units. */
export interface OrderTotals {
  readonly itemsTotal: number;
  readonly shippingTotal: number;
  readonly taxTotal: number;
  readonly discountTotal: number;
  readonly grandTotal: number;
  /** Of the lines: gross, after discounts. */
  readonly linesTotal: number;
  readonly linesTax: number;
}

/** What does not tie out: `size` is what the store says less what its parts add up to. */
export interface TotalsDifference {
  readonly total: 'itemsTotal' | 'grandTotal';
  readonly size: number;
}

/**
 * The canonical totals are gross and after discounts: the lines add up to itemsTotal, and itemsTotal and shippingTotal
 * to grandTotal. Stores that state items before order discounts, or net of tax, tie out too when discountTotal or
 * taxTotal is exactly what is between. Pure; undefined where all ties out.
 */
export function totalsDifference(totals: OrderTotals): TotalsDifference | undefined {
  const { itemsTotal, shippingTotal, taxTotal, discountTotal, grandTotal, linesTotal, linesTax } = totals;
  const ways = [{ discount: 0, tax: 0 }, { discount: discountTotal, tax: 0 }, { discount: 0, tax: linesTax }, { discount: discountTotal, tax: linesTax }];
  const way = ways.find(({ discount, tax }) => itemsTotal - discount + tax === linesTotal);
  if (!way) return { total: 'itemsTotal', size: itemsTotal - linesTotal };
  const gross = linesTotal + shippingTotal;
  // Shipping net of tax: what taxTotal has beyond the lines is its tax.
  return grandTotal === gross || grandTotal === gross + taxTotal - linesTax ? undefined : { total: 'grandTotal', size: grandTotal - gross };
}

interface TotalsRow extends OrderTotals, Record<string, unknown> {
  readonly number: string;
  readonly currency: string;
}

/** Severity Info: the store's own totals are kept as they are, people learn by how much they differ. Resolves by itself. */
export async function recordTotals(tx: Transaction, connectionId: number): Promise<void> {
  const suspects = await tx.query<TotalsRow>(
    `SELECT o.number, o.currency, o.items_total AS "itemsTotal", o.shipping_total AS "shippingTotal", o.tax_total AS "taxTotal", o.discount_total AS "discountTotal", o.grand_total AS "grandTotal",
       coalesce(l.total, 0) AS "linesTotal", coalesce(l.tax, 0) AS "linesTax"
     FROM ${CHANGED_ORDERS}
     CROSS JOIN LATERAL (SELECT sum(total)::bigint AS total, sum(tax_amount)::bigint AS tax FROM order_lines WHERE connection_id = $1 AND order_id = o.external_id) l
     WHERE o.intake = 'Accepted' AND (o.items_total IS DISTINCT FROM l.total OR o.grand_total <> o.items_total + o.shipping_total)`,
    [connectionId],
  );
  const found = suspects.flatMap((order) => {
    const difference = totalsDifference(order);
    return difference ? [{ number: order.number, message: message(order, difference) }] : [];
  });
  await tx.query(
    `UPDATE problems p SET resolved_at = now() FROM ${CHANGED_ORDERS}
     WHERE p.connection_id = $1 AND p.feed_type = 'OrderImport' AND p.record = o.number AND p.reason = 'TotalsMismatch' AND p.resolved_at IS NULL AND p.record <> ALL($2::text[])`,
    [connectionId, found.map(({ number }) => number)],
  );
  if (found.length === 0) return;
  await tx.query(
    `INSERT INTO problems (connection_id, feed_type, record, reason, severity, message)
     SELECT DISTINCT ON (record) $1::int, 'OrderImport', record, 'TotalsMismatch', 'Info', message FROM unnest($2::text[], $3::text[]) AS f(record, message)
     ON CONFLICT (connection_id, feed_type, record, reason) DO UPDATE SET last_seen_at = now(), count = problems.count + 1, message = EXCLUDED.message, resolved_at = NULL`,
    [connectionId, found.map(({ number }) => number), found.map((entry) => entry.message)],
  );
}

function message({ number, currency, ...totals }: TotalsRow, { total, size }: TotalsDifference): string {
  const parts = total === 'itemsTotal' ? `its lines add up to ${totals.linesTotal}` : `its lines and shipping add up to ${totals.linesTotal + totals.shippingTotal}`;
  return `order ${number}: the store's ${total} is ${totals[total]}, ${parts}: a difference of ${size} minor units (${decimalString(size, currency)} ${currency}). The store's own totals are kept; nothing has to be done`;
}
