import { decimalString } from '../../model/money.ts';
import type { Transaction } from '../storage/database.ts';
import { raise, resolve, type Problem } from '../problems/problems.ts';
import { CHANGED_ORDERS } from './order-lookup.ts';

const REASON = 'TotalsMismatch';

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
  const ways = [
    { discount: 0, tax: 0 },
    { discount: discountTotal, tax: 0 },
    { discount: 0, tax: linesTax },
    { discount: discountTotal, tax: linesTax },
  ];
  const way = ways.find(({ discount, tax }) => itemsTotal - discount + tax === linesTotal);
  if (!way) return { total: 'itemsTotal', size: itemsTotal - linesTotal };
  const gross = linesTotal + shippingTotal;
  // Shipping net of tax: what taxTotal has beyond the lines is its tax.
  return grandTotal === gross || grandTotal === gross + taxTotal - linesTax
    ? undefined
    : { total: 'grandTotal', size: grandTotal - gross };
}

interface TotalsRow extends OrderTotals, Record<string, unknown> {
  readonly id: string;
  readonly number: string;
  readonly currency: string;
}

/**
 * Severity Info: the store's own totals are kept as they are, people learn by how much they differ. Of the orders that
 * changed; `fresh`: nothing is open about any of them.
 */
export async function recordTotals(
  tx: Transaction,
  connectionId: number,
  changed: readonly string[],
  fresh: boolean,
): Promise<void> {
  const suspects = await tx.query<TotalsRow>(
    `SELECT o.external_id AS id, o.number, o.currency, o.items_total AS "itemsTotal", o.shipping_total AS "shippingTotal", o.tax_total AS "taxTotal", o.discount_total AS "discountTotal", o.grand_total AS "grandTotal",
       coalesce(l.total, 0) AS "linesTotal", coalesce(l.tax, 0) AS "linesTax"
     FROM ${CHANGED_ORDERS}
     CROSS JOIN LATERAL (SELECT sum(total)::bigint AS total, sum(tax_amount)::bigint AS tax FROM order_lines WHERE connection_id = $1 AND order_id = o.external_id) l
     WHERE o.intake = 'Accepted' AND (o.items_total IS DISTINCT FROM l.total OR o.grand_total <> o.items_total + o.shipping_total)`,
    [connectionId],
  );
  const found = suspects.flatMap((order): Problem[] => {
    const difference = totalsDifference(order);
    return difference
      ? [
          {
            kind: 'order',
            id: order.id,
            number: order.number,
            reason: REASON,
            severity: 'Info',
            message: message(order, difference),
          },
        ]
      : [];
  });
  if (!fresh)
    await resolve(tx, { connection: connectionId, feeds: ['OrderImport'] }, changed, {
      reasons: [REASON],
      still: found,
    });
  await raise(tx, { connection: connectionId, feed: 'OrderImport' }, found);
}

function message({ number, currency, ...totals }: TotalsRow, { total, size }: TotalsDifference): string {
  const parts =
    total === 'itemsTotal'
      ? `its lines add up to ${totals.linesTotal}`
      : `its lines and shipping add up to ${totals.linesTotal + totals.shippingTotal}`;
  return `order ${number}: the store's ${total} is ${totals[total]}, ${parts}: a difference of ${size} minor units (${decimalString(size, currency)} ${currency}). The store's own totals are kept; nothing has to be done`;
}
