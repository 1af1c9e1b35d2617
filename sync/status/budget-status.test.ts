import { describe, expect, it } from '@jest/globals';
import type { BudgetView } from '../budget/budget.ts';
import { budgetStatus, throttled } from './budget-status.ts';

const now = new Date('2026-01-01T00:00:00Z');
const view = (changes: Partial<BudgetView> = {}): BudgetView => ({
  rule: { burst: 40, perSecond: 2 },
  remaining: 12,
  pausedUntil: undefined,
  waiting: { orders: 0, shipments: 0, stock: 0, catalogue: 0 },
  forecastMs: 0,
  buckets: {},
  ...changes,
});
const paused = view({
  pausedUntil: new Date('2026-01-01T00:00:30Z'),
  waiting: { orders: 1, shipments: 0, stock: 312, catalogue: 0 },
  forecastMs: 186_000,
});

describe('the budget in status', () => {
  it('shows the rule alone while nothing is held back: numbers that move would be a write with each call', () => {
    expect(budgetStatus(view(), now)).toEqual({ perSecond: '2', burst: 40 });
    expect(budgetStatus(view({ remaining: 3 }), now)).toEqual(budgetStatus(view({ remaining: 30 }), now));
    expect(budgetStatus(view({ rule: undefined }), now)).toBeUndefined();
  });

  it('says until when and how long what waits will take', () => {
    expect(budgetStatus(paused, now)).toEqual({
      perSecond: '2',
      burst: 40,
      throttledUntil: '2026-01-01T00:00:30Z',
      forecast: '1 of orders, 312 of stock wait; sent in about 186 s',
    });
  });

  it('shows the operations that the platform counts by themselves, and which of them waits longest', () => {
    const { buckets: _none, ...plain } = paused;
    const slow = { ...plain, rule: { burst: 20, perSecond: 0.0056 }, pausedUntil: new Date('2026-01-01T00:02:58Z') };
    const several = view({ rule: undefined, buckets: { orders: slow, labels: plain } });
    expect(budgetStatus(several, now)).toMatchObject({
      throttledUntil: '2026-01-01T00:02:58Z',
      buckets: [
        { name: 'orders', burst: 20, perSecond: '0.0056' },
        { name: 'labels', burst: 40, perSecond: '2' },
      ],
    });
    expect(throttled(several, undefined, now).Throttled?.message).toContain('calls of orders');
  });

  it('becomes a condition with the time of the next call, and stops to be one', () => {
    expect(throttled(paused, undefined, now).Throttled).toMatchObject({
      status: 'True',
      reason: 'RateLimited',
      message: expect.stringContaining('2026-01-01T00:00:30Z'),
    });
    const before = [
      {
        type: 'Throttled',
        status: 'True' as const,
        reason: 'RateLimited',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ];
    expect(throttled(view(), before, now).Throttled).toMatchObject({ status: 'False' });
  });

  it('is no condition for a connection that never was held back, nor for a short wait', () => {
    expect(throttled(view(), undefined, now)).toEqual({});
    expect(throttled(view({ pausedUntil: new Date('2026-01-01T00:00:04Z') }), [], now)).toEqual({});
  });
});
