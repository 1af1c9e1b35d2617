import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  FulfilmentState,
  OrderLineRecord,
  OrderRecord,
  OrderState,
  PaymentState,
  PaymentTerms,
} from '../../model/records.ts';
import { DEFAULT_ORDER_RULES, type OrderRules } from '../../model/order-rules.ts';
import { decideIntake } from './intake.ts';

const EARLIEST = new Date('2026-01-01T00:00:00Z');

const line = (quantity: number): OrderLineRecord => ({
  id: 'L',
  sku: 'A',
  title: 'A',
  quantity,
  cancelledQuantity: 0,
  fulfilledQuantity: 0,
  unitPrice: 1,
  total: 1,
  taxRate: 0,
  taxAmount: 0,
  discountAmount: 0,
});

const good: OrderRecord = {
  kind: 'order',
  id: '1',
  number: '1',
  placedAt: '2026-02-01T00:00:00Z',
  updatedAt: '2026-02-01T00:00:00Z',
  state: 'Open',
  paymentState: 'Paid',
  fulfilmentState: 'Unfulfilled',
  platformState: 'x',
  currency: 'EUR',
  itemsTotal: 1,
  shippingTotal: 0,
  taxTotal: 0,
  discountTotal: 0,
  grandTotal: 1,
  shippingAddress: {},
  billingAddress: {},
  lines: [line(1)],
};

const scope = { earliest: EARLIEST, rules: DEFAULT_ORDER_RULES };
const decide = (changed: Partial<OrderRecord>) => decideIntake({ ...good, ...changed }, scope);

const unpaid = (paymentTerms: PaymentTerms): Partial<OrderRecord> => ({ paymentState: 'Unpaid', paymentTerms });

describe('an order', () => {
  it.each<[string, Partial<OrderRecord>]>([
    ['that is paid, open and new', {}],
    ['placed at the very earliest date', { placedAt: '2026-01-01T00:00:00Z' }],
    ['placed at the earliest date in another offset', { placedAt: '2026-01-01T02:00:00+02:00' }],
    ['refunded in part', { paymentState: 'PartiallyRefunded' }],
    ['shipped in part', { fulfilmentState: 'PartiallyFulfilled' }],
    ['with one line left of two', { lines: [line(0), line(1)] }],
  ])('%s is accepted', (_what, changed) => {
    expect(decide(changed)).toMatchObject({ intake: 'Accepted' });
  });

  it.each<[string, Partial<OrderRecord>, string]>([
    ['that is a draft', { state: 'Draft' }, 'NotPlaced'],
    ['that was never placed', { placedAt: undefined }, 'NotPlaced'],
    ['placed too early', { placedAt: '2025-12-31T23:59:59Z' }, 'TooOld'],
    ['placed too early in another offset', { placedAt: '2026-01-01T01:59:59+02:00' }, 'TooOld'],
    ['that is cancelled', { state: 'Cancelled' }, 'Cancelled'],
    ['that is shipped', { fulfilmentState: 'Fulfilled' }, 'AlreadyShipped'],
    ['that is completed', { state: 'Completed' }, 'AlreadyCompleted'],
    ['whose payment failed for good', { paymentState: 'Failed' }, 'PaymentFailed'],
    ['that is refunded', { paymentState: 'Refunded' }, 'Refunded'],
    ['without lines', { lines: [] }, 'NoLines'],
    ['with nothing left on its lines', { lines: [line(0), line(0)] }, 'NoLines'],
    [
      'with nothing to pack',
      {
        lines: [
          { ...line(1), kind: 'GiftCard' },
          { ...line(1), kind: 'Fee' },
        ],
      },
      'NoGoods',
    ],
    ['whose goods are cancelled', { lines: [line(0), { ...line(1), kind: 'Fee' }] }, 'NoGoods'],
    ['that tries the checkout', { test: true, state: 'Draft' }, 'TestOrder'],
    ['that the marketplace ships', { fulfilledBy: 'Platform' }, 'FulfilledByPlatform'],
  ])('%s is skipped, and says why', (_what, changed, reason) => {
    expect(decide(changed)).toEqual({ intake: 'Skipped', reason, message: expect.stringMatching(/\w/) });
  });

  it.each<PaymentState>(['Unpaid', 'Authorized', 'PartiallyPaid'])(
    'with the payment %s is put aside',
    (paymentState) => {
      expect(decide({ paymentState })).toMatchObject({
        intake: 'Held',
        reason: 'Unpaid',
        message: expect.stringContaining(paymentState),
      });
    },
  );

  it('is given up where it stays unpaid for longer than the Store waits, and taken once it is paid', () => {
    const after = (days: number, changed: Partial<OrderRecord> = {}) =>
      decideIntake(
        { ...good, paymentState: 'Unpaid', ...changed },
        { ...scope, now: new Date(Date.parse(good.placedAt!) + days * 86_400_000) },
      );
    expect(after(14)).toMatchObject({ intake: 'Held', reason: 'Unpaid' });
    expect(after(14.1)).toEqual({
      intake: 'Skipped',
      reason: 'NeverPaid',
      message: expect.stringContaining('14 days'),
    });
    expect(after(14.1, { paymentState: 'Authorized' })).toMatchObject({ intake: 'Skipped', reason: 'NeverPaid' });
    expect(after(14.1, { paymentTerms: 'Invoice' })).toMatchObject({ intake: 'Skipped', reason: 'NeverPaid' });
    expect(after(400, { paymentState: 'Paid' })).toEqual({ intake: 'Accepted' });
  });

  const taking = (changed: Partial<OrderRecord>, rules: Partial<OrderRules>) =>
    decideIntake({ ...good, ...changed }, { ...scope, rules: { ...DEFAULT_ORDER_RULES, ...rules } });

  it.each<[string, Partial<OrderRecord>, OrderRules['accept'], string | undefined, 'Accepted' | 'Held']>([
    ['paid', {}, ['Paid'], undefined, 'Accepted'],
    ['paid, where that is not taken', {}, ['OnDelivery'], undefined, 'Held'],
    ['refunded in part', { paymentState: 'PartiallyRefunded' }, ['PartiallyRefunded'], 'PartiallyRefunded', 'Accepted'],
    ['reserved', { paymentState: 'Authorized' }, ['Paid', 'Authorized'], 'Authorized', 'Accepted'],
    ['reserved, where that is not taken', { paymentState: 'Authorized' }, ['Paid'], 'Authorized', 'Held'],
    ['to be paid at the door', unpaid('OnDelivery'), ['OnDelivery'], 'OnDelivery', 'Accepted'],
    [
      'to be paid at the door, where that is not taken',
      unpaid('OnDelivery'),
      ['Paid', 'Invoice'],
      'OnDelivery',
      'Held',
    ],
    ['to be paid on invoice', unpaid('Invoice'), ['Invoice'], 'Invoice', 'Accepted'],
    ['paid on invoice already', { paymentTerms: 'Invoice' }, ['Paid'], undefined, 'Accepted'],
    ['free', { paymentState: 'Unpaid', grandTotal: 0 }, ['Paid'], 'Free', 'Accepted'],
    ['free and reserved', { paymentState: 'Authorized', grandTotal: 0 }, ['Paid'], 'Free', 'Accepted'],
    ['unpaid', { paymentState: 'Unpaid' }, ['Authorized', 'OnDelivery', 'Invoice'], undefined, 'Held'],
  ])('that is %s says so, and is taken if the Store does', (_what, changed, accept, kind, intake) => {
    expect(taking(changed, { accept })).toMatchObject({ intake, ...(kind ? { paymentKind: kind } : {}) });
    expect(taking(changed, { accept }).paymentKind).toBe(kind);
  });

  it('names the word that the Store would have to add', () => {
    expect(decide(unpaid('OnDelivery')).message).toContain('add OnDelivery to spec.orders.accept');
  });

  it('that the shop holds back is put aside with the words of the shop', () => {
    expect(decide({ hold: { reason: 'FraudCheck', message: 'Looks odd' } })).toEqual({
      intake: 'Held',
      reason: 'OnHold',
      message: 'the shop holds it back (FraudCheck): Looks odd. It is taken by itself once the shop lets it go',
    });
  });

  it('of another channel is skipped where the Store names channels', () => {
    const rules = { channels: ['web'] };
    expect(taking({ channel: 'web' }, rules).intake).toBe('Accepted');
    expect(taking({ channel: 'market' }, rules)).toMatchObject({ reason: 'OtherChannel' });
    expect(taking({}, rules)).toMatchObject({ intake: 'Skipped', reason: 'OtherChannel' });
    expect(decide({ channel: 'market' }).intake).toBe('Accepted');
  });

  it('whose bundle has parts to pack is taken, though the bundle is none', () => {
    const parts = [line(1), { ...line(1), id: 'P', parentId: 'L' }];
    expect(decide({ lines: parts }).intake).toBe('Accepted');
    expect(decide({ lines: [line(1), { ...line(0), id: 'P', parentId: 'L' }] })).toMatchObject({ reason: 'NoGoods' });
  });

  it('names the earliest date where it is too old', () => {
    expect(decide({ placedAt: '2020-01-01T00:00:00Z' }).message).toContain('2026-01-01');
  });

  it('is judged by the first rule that speaks', () => {
    // Everything is wrong with it; one fault after another is mended.
    const mended: Partial<OrderRecord> = {
      placedAt: '2020-01-01T00:00:00Z',
      state: 'Draft',
      fulfilmentState: 'Fulfilled',
      paymentState: 'Refunded',
      lines: [],
    };
    const steps: [Partial<OrderRecord>, string | undefined][] = [
      [{}, 'NotPlaced'],
      [{ state: 'Cancelled' }, 'TooOld'],
      [{ placedAt: '2026-03-01T00:00:00Z' }, 'Cancelled'],
      [{ state: 'Completed' }, 'AlreadyShipped'],
      [{ fulfilmentState: 'Unfulfilled' }, 'AlreadyCompleted'],
      [{ state: 'Open' }, 'Refunded'],
      [{ paymentState: 'Unpaid' }, 'NoLines'],
      [{ lines: [line(1)] }, 'Unpaid'],
      [{ paymentState: 'Paid' }, undefined],
    ];
    for (const [change, reason] of steps) {
      Object.assign(mended, change);
      expect(decide(mended).reason).toBe(reason);
    }
  });

  it('is never accepted unless it is paid, open, not shipped and new, and has a reason otherwise', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<OrderState>('Draft', 'Open', 'Completed', 'Cancelled'),
        fc.constantFrom<PaymentState>('Unpaid', 'Authorized', 'PartiallyPaid', 'Paid', 'PartiallyRefunded', 'Refunded'),
        fc.constantFrom<FulfilmentState>('Unfulfilled', 'PartiallyFulfilled', 'Fulfilled'),
        fc.constantFrom(undefined, '2025-06-01T00:00:00Z', '2026-06-01T00:00:00Z'),
        fc.array(fc.nat(2)),
        (state, paymentState, fulfilmentState, placedAt, quantities) => {
          const decision = decide({ state, paymentState, fulfilmentState, placedAt, lines: quantities.map(line) });
          const may =
            state === 'Open' &&
            (paymentState === 'Paid' || paymentState === 'PartiallyRefunded') &&
            fulfilmentState !== 'Fulfilled' &&
            placedAt?.startsWith('2026') === true &&
            quantities.some((quantity) => quantity > 0);
          expect(decision.intake === 'Accepted').toBe(may);
          expect(Boolean(decision.reason && decision.message)).toBe(!may);
        },
      ),
    );
  });
});
