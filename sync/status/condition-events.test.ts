import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../kit/conditions.ts';
import { conditionEvents } from './condition-events.ts';

const condition = (type: string, status: Condition['status'], reason: string): Condition => ({
  ...{ type, status, reason, message: `it is ${reason}` },
  lastTransitionTime: '2026-11-28T10:00:00Z',
});
const told = (before: Condition[] | undefined, after: Condition[], readyIsTold: boolean) =>
  conditionEvents(before, after, readyIsTold).map(({ type, reason, message }) => `${type} ${reason} ${message}`);

describe('the Events of a connection whose conditions change', () => {
  const refused = condition('Reachable', 'False', 'ServerError');
  const answers = condition('Reachable', 'True', 'Reachable');

  it('are one for each condition that turned, where nobody else tells', () => {
    expect(told([answers], [refused], false)).toEqual(['Warning ServerError Reachable: it is ServerError']);
    expect(told([refused], [answers], false)).toEqual(['Normal Reachable Reachable: it is Reachable']);
  });

  it.each(['CredentialValid', 'Reachable', 'Synced', 'Fresh'])(
    'leave %s to an operator, which tells it with Ready: one fault is one Event',
    (type) => {
      const [good, bad] = [condition(type, 'True', 'Fine'), condition(type, 'False', 'Broken')];
      expect(told([good], [bad], true)).toEqual([]);
      expect(told([bad], [good], true)).toEqual([]);
      expect(told([good], [bad], false)).toHaveLength(1);
    },
  );

  it.each([
    ['Throttled', 'True', 'Warning'],
    ['Throttled', 'False', 'Normal'],
    ['Deregistered', 'False', 'Warning'],
    ['Deregistered', 'True', 'Normal'],
  ] as const)('tell of %s=%s, which Ready does not say, beside an operator too', (type, status, expected) => {
    const old = condition(type, status === 'True' ? 'False' : 'True', 'Before');
    expect(told([old], [condition(type, status, 'Now')], true)).toEqual([`${expected} Now ${type}: it is Now`]);
  });

  it('tell once of a credential that ends soon, beside an operator too: it is still valid', () => {
    const soon = condition('CredentialValid', 'True', 'ExpiresSoon');
    const valid = condition('CredentialValid', 'True', 'Valid');
    expect(told([valid], [soon], true)).toEqual(['Warning ExpiresSoon CredentialValid: it is ExpiresSoon']);
    expect(told(undefined, [soon], true)).toHaveLength(1);
    expect(told([soon], [soon], true)).toEqual([]);
  });

  it('tell of the first time that a store holds back, before which nothing was said of it', () => {
    const held = condition('Throttled', 'True', 'RateLimited');
    expect(told([answers], [answers, held], true)).toEqual(['Warning RateLimited Throttled: it is RateLimited']);
    // After a restart of the pod nobody knows whether it was told.
    expect(told(undefined, [answers, held], true)).toEqual([]);
  });

  it('are none for what is said for the first time, stays or is not known', () => {
    expect(told(undefined, [refused], false)).toEqual([]);
    expect(told([refused], [condition('Reachable', 'False', 'TimedOut')], false)).toEqual([]);
    expect(told([answers], [condition('Reachable', 'Unknown', 'Checking')], false)).toEqual([]);
    expect(conditionEvents([answers], undefined, false)).toEqual([]);
  });
});
