import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../../crds/index.ts';
import { StatusPace, type PacedStatus } from './status-pace.ts';

const condition = (more: Partial<Condition> = {}): Condition => ({
  ...{ type: 'Synced', status: 'True', reason: 'Succeeded', message: 'm', observedGeneration: 1 },
  lastTransitionTime: '2026-05-02T12:00:00Z',
  ...more,
});
const at = (seconds: number) => new Date(seconds * 1000);
const BEFORE: PacedStatus = { conditions: [condition()], lastHandledRunRequest: '1' };

/** Of a pod that wrote `BEFORE`, whole `r1`, at second 0. */
function pace(refreshMs?: number): StatusPace {
  const one = new StatusPace(refreshMs);
  one.wrote(BEFORE, 'r1', at(0));
  return one;
}

describe('a status', () => {
  it('that was never written is written', () => {
    expect(new StatusPace().look(BEFORE, 'r1', at(0))).toBe('write');
  });

  it('that says what is written already is not written', () => {
    expect(pace().look(BEFORE, 'r1', at(100_000))).toBe('same');
  });

  it('of a quiet feed is written again after half an hour', () => {
    const quiet = pace(1_800_000);
    expect([quiet.look(BEFORE, 'r1', at(1799)), quiet.look(BEFORE, 'r1', at(1800))]).toEqual(['same', 'write']);
  });

  it('of a run that changed records waits until the last write is ten seconds old, and is written then', () => {
    const busy = pace();
    expect([busy.look(BEFORE, 'r2', at(9)), busy.look(BEFORE, 'r3', at(10))]).toEqual(['putOff', 'write']);
  });

  it('of a shop with changes in each of six hundred seconds is written sixty times', () => {
    const busy = pace();
    let writes = 0;
    for (let second = 1; second <= 600; second++) {
      if (busy.look(BEFORE, `r${second}`, at(second)) !== 'write') continue;
      busy.wrote(BEFORE, `r${second}`, at(second));
      writes += 1;
    }
    expect(writes).toBe(60);
  });

  it.each<[string, PacedStatus]>([
    ['a condition that turns', { conditions: [condition({ status: 'False', reason: 'Failed' })] }],
    ['another reason', { conditions: [condition({ reason: 'Waiting' })] }],
    ['a new generation', { conditions: [condition({ observedGeneration: 2 })] }],
    ['a condition that was not there', { conditions: [condition(), condition({ type: 'Held' })] }],
    ['an answer to "run now"', { lastHandledRunRequest: '2' }],
    ['an answer to "sync now"', { lastHandledSyncRequest: '2' }],
    ['an answer to "test now"', { lastHandledTestRequest: '2' }],
    ['a plan to release', { heldPlan: { digest: 'd', summary: 's' } }],
    ['a credential that is in force', { syncedCredentialHash: 'h' }],
  ])('with %s is written at once', (_what, more) => {
    expect(pace().look({ ...BEFORE, ...more }, 'r2', at(1))).toBe('write');
  });

  it.each<[string, Partial<Condition>[]]>([
    ['other words', [{ message: '7 of 9' }]],
    ['a run that found nothing after one that did', [{ reason: 'Empty' }]],
    ['a pause that the shop asks for', [{}, { type: 'Throttled', reason: 'RateLimited' }]],
  ])('with %s alone may wait', (_what, conditions) => {
    expect(pace().look({ ...BEFORE, conditions: conditions.map(condition) }, 'r2', at(1))).toBe('putOff');
  });
});
