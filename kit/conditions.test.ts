import { describe, expect, it } from '@jest/globals';
import {
  mergeConditions,
  settledGeneration,
  settlementConditions,
  type Condition,
  type Settlement,
} from './conditions.ts';
import { kstatusProblems } from './kstatus-check.ts';

const OLD: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'Starting',
  message: 'm',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
};
const at = { now: new Date('2026-02-02T02:02:02.345Z'), generation: 2 };

describe('mergeConditions', () => {
  it('keeps lastTransitionTime while the status stays, though reason and message change', () => {
    const [merged] = mergeConditions([OLD], { Ready: { status: 'False', reason: 'Other', message: 'n' } }, at);
    expect(merged).toEqual({ ...OLD, reason: 'Other', message: 'n', observedGeneration: 2 });
  });

  it('moves lastTransitionTime, in whole seconds, when the status changes', () => {
    const [merged] = mergeConditions([OLD], { Ready: { status: 'True', reason: 'Running', message: 'n' } }, at);
    expect(merged?.lastTransitionTime).toBe('2026-02-02T02:02:02Z');
  });

  it('leaves out a type that has no finding any more, and the types of others', () => {
    expect(mergeConditions([OLD, { ...OLD, type: 'Synced' }], { Stalled: undefined }, at)).toEqual([]);
  });
});

describe('settlement', () => {
  const cases: [Settlement['state'], Record<string, string>, number][] = [
    ['Ready', { Ready: 'True' }, 3],
    ['Reconciling', { Ready: 'False', Reconciling: 'True' }, 1],
    ['Stalled', { Ready: 'False', Stalled: 'True' }, 3],
    ['Resting', { Ready: 'True', Suspended: 'True' }, 3],
  ];
  it.each(cases)('%s is one truth, and observedGeneration follows only when settled', (state, expected, generation) => {
    const settlement: Settlement = { state, finding: { reason: 'Because', message: 'm' } };
    const found = Object.fromEntries(
      Object.entries(settlementConditions(settlement)).flatMap(([type, finding]) =>
        finding ? [[type, finding.status]] : [],
      ),
    );
    expect(found).toEqual(expected);
    expect(settledGeneration(settlement, 3, 1)).toBe(generation);
  });
});

describe('kstatusProblems', () => {
  const resource = (conditions: Condition[], observedGeneration?: number) => ({
    kind: 'Feed',
    metadata: { name: 'f', generation: 2 },
    status: { conditions, observedGeneration },
  });
  const ready = (over: Partial<Condition>): Condition => ({
    ...OLD,
    status: 'True',
    reason: 'Running',
    observedGeneration: 2,
    ...over,
  });

  it('finds nothing wrong with a settled resource', () => {
    expect(kstatusProblems(resource([ready({})], 2))).toEqual([]);
  });

  const wrong: [string, Condition[], number | undefined, string][] = [
    ['no Ready', [], undefined, 'has no Ready condition'],
    ['an empty reason', [ready({ reason: '' })], 2, 'must be CamelCase and not empty'],
    ['a reason with blanks', [ready({ reason: 'not ready' })], 2, 'must be CamelCase and not empty'],
    ['an empty message', [ready({ message: ' ' })], 2, 'Ready has no message'],
    ['two truths', [ready({}), ready({ type: 'Stalled' })], 2, 'Ready and Stalled are True at once'],
    [
      'an abnormal condition that is False',
      [ready({}), ready({ type: 'Reconciling', status: 'False' })],
      2,
      'must be left out',
    ],
    [
      'another reason for Stalled',
      [ready({ status: 'False', reason: 'A' }), ready({ type: 'Stalled', reason: 'B' })],
      2,
      'Ready says A, Stalled says B',
    ],
    [
      'a settled resource of an older generation',
      [ready({})],
      1,
      'has settled at generation 2, but observedGeneration is 1',
    ],
    ['a generation to come', [ready({ observedGeneration: 3 })], 3, 'which is still to come'],
    ['a type twice', [ready({}), ready({})], 2, 'Ready is there twice'],
  ];
  it.each(wrong)('finds %s', (_what, conditions, generation, problem) => {
    expect(kstatusProblems(resource(conditions, generation)).join('\n')).toContain(problem);
  });
});
