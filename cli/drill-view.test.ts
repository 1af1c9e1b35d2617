import { describe, expect, it } from '@jest/globals';
import { count, type Observed } from '../drill/count.ts';
import type { Outcome } from '../drill/run.ts';
import { drillReport, exitCodeOf } from './drill-view.ts';

const WELL: Observed = {
  placed: ['A'],
  known: [{ id: '1', number: 'A' }],
  shipped: [{ number: 'A', trackingCode: 'T' }],
  parcels: [{ number: 'A', trackingCode: 'T' }],
  told: [{ number: 'A', id: 'w' }],
  stock: { set: 7, atShop: 7 },
};
const outcome = (change: Partial<Observed>, settled: Outcome['settled'] = 'Settled'): Outcome => ({
  count: count({ ...WELL, ...change }),
  settled,
  kills: { sync: 3, hub: 1, operator: 0 },
  seconds: 42,
});

describe('the report of a drill', () => {
  it('ends with the verdict', () => {
    expect(drillReport(outcome({})).join('\n')).toBe(`
          THERE  LOST  DOUBLED  UNKNOWN
orders    1      0     0        0
parcels   1      0     0        0
webhooks  1      0     0        0
stock level: 7, as the warehouse set it last
4 kills (sync 3, hub 1) in 42 s
lost 0, doubled 0`);
  });

  it('names what is not right', () => {
    const text = drillReport(
      outcome({ known: [], told: [...WELL.told, { number: 'A', id: 'v' }], stock: { set: 8, atShop: 7 } }),
    ).join('\n');
    expect(text).toContain('orders lost: A\nwebhooks doubled: A\n');
    expect(text).toContain('the warehouse set 8 last, the shop has 7');
    expect(text).toMatch(/\nlost 2, doubled 1$/);
  });
});

describe('the exit code', () => {
  it.each([
    [0, {}, 'Settled'],
    [1, { known: [] }, 'AtRest'],
    [1, { stock: { set: 8, atShop: 7 } }, 'AtRest'],
    [1, { known: [...WELL.known, { id: '2', number: 'A' }] }, 'Settled'],
    [1, { known: [...WELL.known, { id: '2', number: 'B' }] }, 'Settled'],
    [2, { known: [] }, 'TimedOut'],
    [2, {}, 'TimedOut'],
    [1, { parcels: [...WELL.parcels, ...WELL.parcels] }, 'TimedOut'],
  ] as const)('is %i of %j, %s', (code, change, settled) => {
    expect(exitCodeOf(outcome(change, settled))).toBe(code);
  });
});
