import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { totalsDifference, type OrderTotals } from './totals.ts';

const amount = fc.integer({ min: 0, max: 100_000 });
/** Gross figures of an order: what its lines cost, shipping with its tax, discounts that are in the lines already. */
const figures = fc.record({
  lines: amount,
  linesTax: amount,
  shippingNet: amount,
  shippingTax: amount,
  discount: amount,
});

const gross = ({
  lines,
  linesTax,
  shippingNet,
  shippingTax,
  discount,
}: {
  lines: number;
  linesTax: number;
  shippingNet: number;
  shippingTax: number;
  discount: number;
}): OrderTotals => ({
  linesTotal: lines,
  linesTax,
  itemsTotal: lines,
  shippingTotal: shippingNet + shippingTax,
  taxTotal: linesTax + shippingTax,
  discountTotal: discount,
  grandTotal: lines + shippingNet + shippingTax,
});

describe('totals of an order', () => {
  it('tie out when they are gross and after discounts, as the model has them', () => {
    fc.assert(fc.property(figures, (order) => expect(totalsDifference(gross(order))).toBeUndefined()));
  });

  it('tie out too when a store states its items before order discounts, or net of tax, or shipping net of tax', () => {
    fc.assert(
      fc.property(
        figures,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (order, beforeDiscounts, netItems, netShipping) => {
          const totals = gross(order);
          const itemsTotal =
            totals.itemsTotal + (beforeDiscounts ? order.discount : 0) - (netItems ? order.linesTax : 0);
          expect(
            totalsDifference({
              ...totals,
              itemsTotal,
              shippingTotal: netShipping ? order.shippingNet : totals.shippingTotal,
            }),
          ).toBeUndefined();
        },
      ),
    );
  });

  it('differ by exactly what the store says more or less than its parts', () => {
    const totals = gross({ lines: 2000, linesTax: 400, shippingNet: 500, shippingTax: 0, discount: 0 });
    expect(totalsDifference({ ...totals, grandTotal: 2501 })).toEqual({ total: 'grandTotal', size: 1 });
    expect(totalsDifference({ ...totals, grandTotal: 2400 })).toEqual({ total: 'grandTotal', size: -100 });
    expect(totalsDifference({ ...totals, itemsTotal: 2300, grandTotal: 2800 })).toEqual({
      total: 'itemsTotal',
      size: 300,
    });
  });
});
