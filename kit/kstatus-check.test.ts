import { describe, expect, it } from '@jest/globals';
import type { Condition } from './conditions.ts';
import { kstatusProblems, type Checked } from './kstatus-check.ts';

const condition = (type: string, status: Condition['status'] = 'True', more: Partial<Condition> = {}): Condition => ({
  type,
  status,
  reason: 'AsItShould',
  message: 'all is well',
  lastTransitionTime: '2026-05-02T12:00:00Z',
  observedGeneration: 2,
  ...more,
});
const resource = (conditions: Condition[], observedGeneration: number): Checked => ({
  kind: 'Feed',
  metadata: { name: 'orders', generation: 2 },
  status: { observedGeneration, conditions },
});

describe('a status', () => {
  it.each<[string, Condition[], number]>([
    ['that is ready', [condition('Ready')], 2],
    ['that is not ready and at rest', [condition('Ready', 'False')], 2],
    ['on its way, of an older generation', [condition('Ready', 'False'), condition('Reconciling')], 1],
    ['that is stalled', [condition('Ready', 'False'), condition('Stalled')], 2],
    ['with more conditions', [condition('Ready'), condition('Synced', 'Unknown'), condition('Fresh', 'False')], 2],
  ])('%s is well', (_what, conditions, observed) => {
    expect(kstatusProblems(resource(conditions, observed))).toEqual([]);
  });

  it.each<[string, Condition[], RegExp, number]>([
    ['a type that is not CamelCase', [condition('Ready'), condition('in-sync')], /"in-sync" is not CamelCase/, 2],
    ['no reason', [condition('Ready', 'True', { reason: '' })], /Ready has the reason ""/, 2],
    ['a reason in words', [condition('Ready', 'True', { reason: 'all well' })], /reason "all well"/, 2],
    ['no message', [condition('Ready', 'True', { message: ' ' })], /Ready has no message/, 2],
    ['no time', [condition('Ready', 'True', { lastTransitionTime: '' })], /no lastTransitionTime/, 2],
    ['a condition twice', [condition('Ready'), condition('Fresh'), condition('Fresh')], /Fresh is there twice/, 2],
    [
      'a generation that is still to come',
      [condition('Ready', 'True', { observedGeneration: 3 })],
      /generation 3, which is still to come/,
      2,
    ],
    ['no Ready', [condition('Fresh')], /has no Ready condition/, 2],
    [
      'Ready and Reconciling at once',
      [condition('Ready'), condition('Reconciling')],
      /Ready and Reconciling are True at once/,
      2,
    ],
    [
      'Reconciling and Stalled at once',
      [condition('Ready', 'False'), condition('Reconciling'), condition('Stalled')],
      /Reconciling and Stalled are True at once/,
      2,
    ],
    [
      'a normal condition that should be absent',
      [condition('Ready'), condition('Stalled', 'False')],
      /Stalled=False must be left out/,
      2,
    ],
    [
      'Ready that gives another reason than its cause',
      [condition('Ready', 'False', { reason: 'Other' }), condition('Stalled')],
      /Ready says Other, Stalled says AsItShould/,
      2,
    ],
    [
      'a settled status of an older generation',
      [condition('Ready')],
      /settled at generation 2, but observedGeneration is 1/,
      1,
    ],
  ])('is not, and is named, with %s', (_what, conditions, problem, observed) => {
    const problems = kstatusProblems(resource(conditions, observed));
    expect(problems).toContainEqual(expect.stringMatching(problem));
    expect(problems[0]).toMatch(/^Feed orders: /);
  });

  it('of a resource that nobody has looked at lacks Ready', () => {
    expect(kstatusProblems({ kind: 'Feed', metadata: { name: 'orders', generation: 1 } })).toEqual([
      'Feed orders: has no Ready condition',
    ]);
    expect(
      kstatusProblems({ kind: 'Feed', metadata: { name: 'orders', generation: 1 } }, { withoutReady: true }),
    ).toEqual([]);
  });
});
