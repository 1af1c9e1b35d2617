import { describe, expect, it } from '@jest/globals';
import { problemEvents } from './problem-events.ts';

const problem = (record: string, more: Partial<Parameters<typeof problemEvents>[0][number]> = {}) => ({
  severity: 'Error' as const,
  reason: 'UnknownSku',
  record,
  message: `order ${record}: SKU "X" is in no product`,
  at: '2026-05-01T00:01:00Z',
  ...more,
});

describe('the Events of problems', () => {
  it('tell of a new one that a person must act on, in its own words', () => {
    expect(problemEvents([], [problem('1')], 1)).toEqual([
      { reason: 'UnknownSku', message: 'order 1: SKU "X" is in no product' },
    ]);
  });

  it('tell nothing of what was shown already, also when it is seen again', () => {
    expect(problemEvents([problem('1')], [problem('1', { at: '2026-05-01T00:09:00Z' })], 1)).toEqual([]);
  });

  it('are one a reason, with how many are open', () => {
    const events = problemEvents(
      [],
      [problem('1'), problem('2'), problem('3', { reason: 'UnknownShippingMethod', message: 'm' })],
      3,
    );
    expect(events.map(({ reason }) => reason)).toEqual(['UnknownSku', 'UnknownShippingMethod']);
    expect(events[0]!.message).toContain('3 problems of severity Error are open');
  });

  it('leave out what tries again by itself and what is only information', () => {
    expect(problemEvents([], [problem('1', { severity: 'Retry' }), problem('2', { severity: 'Info' })], 0)).toEqual([]);
  });

  it('do not take an old one for news that moves up when another is resolved', () => {
    expect(problemEvents([problem('2')], [problem('1', { at: '2026-04-01T00:00:00Z' })], 1)).toEqual([]);
  });
});
