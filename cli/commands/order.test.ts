import { describe, expect, it } from '@jest/globals';
import { factLines } from './order.ts';

const order: Parameters<typeof factLines>[0] = {
  id: '1.o1',
  cust_po_no: '1001',
  cust_ref: '1001',
  intake: 'Accepted',
  state: 'Open',
  connection: 'a/b',
  currency: 'EUR',
  payment: { state: 'Paid', terms: 'Prepaid', acceptedAs: 'Paid', paid: 4500, refunded: 0, due: 0, dueOnDelivery: 0 },
  hold: null,
  refunds: [],
  returns: [],
  cancellations: [],
};

describe('what `supercargo order` says beside the life line', () => {
  it('is the payment, what to collect, the hold, and what came back', () => {
    expect(factLines(order)).toEqual(['payment: Paid (Prepaid), taken as Paid']);
    const lines = [{ lineId: '1', quantity: 2, amount: null }];
    const nothing = { shippingAmount: null, restocked: null, amount: null, reason: null, lines: [] };
    expect(
      factLines({
        ...order,
        payment: {
          ...order.payment,
          ...{ state: 'Unpaid', terms: 'OnDelivery', acceptedAs: 'OnDelivery', due: 4500, dueOnDelivery: 4500 },
        },
        hold: { reason: 'Fraud', message: 'Looks odd' },
        refunds: [{ ...nothing, id: 'r1', at: '2026-03-01', state: 'Done', amount: 100, reason: 'late' }],
        returns: [{ ...nothing, id: 'b1', at: '2026-03-02', state: 'Requested', lines }],
      }),
    ).toEqual([
      'payment: Unpaid (OnDelivery), taken as OnDelivery; collect 45.00 EUR on delivery',
      'held by the shop (Fraud): Looks odd',
      'refund r1 (Done) at 2026-03-01: 1.00 EUR, late',
      'return b1 (Requested) at 2026-03-02: 2 pieces',
    ]);
  });

  it('does not guess what the shop does not say', () => {
    const unknown = { acceptedAs: null, due: null, dueOnDelivery: null };
    const payment = { ...order.payment, ...unknown, state: 'PartiallyPaid', terms: 'OnDelivery' as const };
    expect(factLines({ ...order, payment })).toEqual([
      'payment: PartiallyPaid (OnDelivery); collect an amount that the shop does not say on delivery',
    ]);
  });
});
