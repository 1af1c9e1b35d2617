import { describe, expect, it } from '@jest/globals';
import type { FeedSummary } from '../../model/sync-api.ts';
import type { RunOutcome } from '../outcome.ts';
import { findCondition } from '../../kit/conditions.ts';
import { feedStatus, statusDigest, stripUndefined, type FeedFacts } from './feed-status.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);

type Run = FeedSummary['runs'][number];
const run = (more: Partial<Run> = {}): Run => ({
  id: 'r1',
  trigger: 'Schedule',
  result: 'Succeeded',
  startedAt: '2026-05-02T11:59:00.123Z',
  finishedAt: '2026-05-02T11:59:30.456Z',
  read: 0,
  changed: 0,
  problems: 0,
  ...more,
});
const summary = (more: Partial<FeedSummary> = {}): FeedSummary => ({
  runs: [run()],
  problems: { info: 0, retry: 0, error: 0 },
  recentProblems: [],
  ...more,
});
const outcome = (result: RunOutcome['result'], more: Partial<RunOutcome> = {}): RunOutcome => ({
  result,
  reason: result,
  read: 0,
  changed: 0,
  problems: 0,
  ...more,
});

const facts = (more: Partial<FeedFacts> = {}): FeedFacts => ({
  summary: summary(),
  outcome: outcome('Succeeded'),
  running: false,
  lastSuccessAt: minutesAgo(1),
  freshnessMs: 300_000,
  startedAt: minutesAgo(60),
  nextAt: undefined,
  fault: undefined,
  waitingFor: undefined,
  handledRunRequest: undefined,
  handledSyncRequest: undefined,
  generation: 3,
  ...more,
});
const status = (more: Partial<FeedFacts> = {}, before?: Parameters<typeof feedStatus>[1]) =>
  feedStatus(facts(more), before, NOW);
const condition = (type: string, more: Partial<FeedFacts> = {}) => findCondition(status(more).conditions, type);

describe('Synced', () => {
  it.each<[string, Partial<FeedFacts>, string, string]>([
    ['after a success', {}, 'True', 'Succeeded'],
    ['after a run that found nothing', { outcome: outcome('Empty') }, 'True', 'Empty'],
    [
      'after a failure',
      { outcome: outcome('Failed', { reason: 'DnsFailure', message: 'no such host' }) },
      'False',
      'DnsFailure',
    ],
    ['after half a success', { outcome: outcome('Partial') }, 'False', 'Partial'],
    ['without proof', { outcome: outcome('Unproven') }, 'False', 'Unproven'],
    [
      'while the store asks to wait',
      { outcome: outcome('Waiting', { reason: 'RateLimited', goesOnAt: '2026-01-01T00:03:00Z' }) },
      'True',
      'RateLimited',
    ],
    [
      'while the store asks to wait, after a restart',
      { outcome: undefined, summary: summary({ runs: [run({ result: 'Waiting' })] }) },
      'True',
      'Waiting',
    ],
    [
      'while Test mode keeps writes back',
      { outcome: outcome('Held', { reason: 'TestMode', message: 'kept back' }) },
      'True',
      'TestMode',
    ],
    [
      'when it can never run',
      { fault: { status: 'False', reason: 'FeedNotSupported', message: 'x' } },
      'False',
      'FeedNotSupported',
    ],
    ['before its turn', { outcome: undefined, waitingFor: 'DataModelSync' }, 'Unknown', 'WaitingForFeed'],
    ['before its first run', { outcome: undefined, summary: undefined }, 'Unknown', 'NotRunYet'],
    ['after a restart, by what the hub remembers', { outcome: undefined }, 'True', 'Succeeded'],
    [
      'after a restart, of a failure',
      { outcome: undefined, summary: summary({ runs: [run({ result: 'Failed', message: 'no' })] }) },
      'False',
      'Failed',
    ],
    [
      'after a restart, passing over the run under way',
      { outcome: undefined, summary: summary({ runs: [run({ id: 'r2', result: 'Running' }), run()] }) },
      'True',
      'Succeeded',
    ],
  ])('%s', (_what, more, is, reason) => {
    expect(condition('Synced', more)).toMatchObject({ status: is, reason });
  });
});

describe('Fresh', () => {
  it.each<[string, Partial<FeedFacts>, string, string]>([
    ['of young data', {}, 'True', 'Fresh'],
    ['of data at its very limit', { lastSuccessAt: minutesAgo(5) }, 'True', 'Fresh'],
    ['of old data', { lastSuccessAt: minutesAgo(6) }, 'False', 'Stale'],
    ['without an age limit', { freshnessMs: undefined, lastSuccessAt: undefined }, 'True', 'NoFreshnessAsked'],
    ['before the first success', { lastSuccessAt: undefined, startedAt: minutesAgo(1) }, 'Unknown', 'NotRunYet'],
    ['when the first success does not come', { lastSuccessAt: undefined, startedAt: minutesAgo(6) }, 'False', 'Stale'],
  ])('%s', (_what, more, is, reason) => {
    expect(condition('Fresh', more)).toMatchObject({ status: is, reason });
  });
});

describe('the status of a feed', () => {
  it('shows the last runs without the one under way, in whole seconds', () => {
    const { lastRun, recentRuns } = status({
      summary: summary({ runs: [run({ id: 'r2', result: 'Running' }), run()] }),
    });
    expect(lastRun).toEqual({
      id: 'r1',
      trigger: 'Schedule',
      result: 'Succeeded',
      startedAt: '2026-05-02T11:59:00Z',
      finishedAt: '2026-05-02T11:59:30Z',
      read: 0,
      changed: 0,
      problems: 0,
    });
    expect(recentRuns).toEqual([lastRun]);
  });

  it('shows a next run only where it is hours away', () => {
    expect(status({ nextAt: new Date('2026-05-02T12:05:00Z') }).nextRunAt).toBeUndefined();
    expect(status({ nextAt: new Date('2026-05-03T04:00:00Z') }).nextRunAt).toBe('2026-05-03T04:00:00Z');
  });

  it('shows a held plan and how to release it', () => {
    const held = { digest: 'd1', summary: 'half of all SKUs to zero' };
    const { heldPlan, conditions } = status({
      outcome: outcome('Held', { reason: 'BrakesApplied', message: 'release it', held }),
    });
    expect(heldPlan).toEqual(held);
    expect(findCondition(conditions, 'Held')).toMatchObject({
      status: 'True',
      reason: 'BrakesApplied',
      message: 'release it',
    });
  });

  it('has no field that is undefined: server-side apply would take it', () => {
    const bare = status({
      summary: undefined,
      outcome: undefined,
      lastSuccessAt: undefined,
      handledRunRequest: undefined,
    });
    expect(Object.values(bare)).not.toContain(undefined);
    expect(Object.keys(bare)).toEqual(['conditions']);
    expect(stripUndefined({ a: undefined, b: null, c: 0 })).toEqual({ b: null, c: 0 });
  });

  it('keeps the time of a condition that stays as it was', () => {
    const before = status().conditions!.map((old) => ({ ...old, lastTransitionTime: '2020-01-01T00:00:00Z' }));
    const after = status({ outcome: outcome('Failed') }, before).conditions;
    expect(findCondition(after, 'Fresh')!.lastTransitionTime).toBe('2020-01-01T00:00:00Z');
    expect(findCondition(after, 'Synced')!.lastTransitionTime).toBe('2026-05-02T12:00:00Z');
  });
});

describe('what is worth a write', () => {
  const key = (more: Partial<FeedFacts> = {}) => statusDigest(feedStatus(facts(more), status().conditions, NOW));
  const before = key();
  const problem = {
    severity: 'Error',
    reason: 'UnknownSku',
    record: '7',
    message: 'm',
    at: '2026-05-02T11:00:00Z',
  } as const;

  it.each<[string, Partial<FeedFacts>]>([
    [
      'another quiet run',
      {
        summary: summary({ runs: [run({ id: 'r2', startedAt: '2026-05-02T12:00:00Z', read: 4 }), run()] }),
        lastSuccessAt: NOW,
      },
    ],
    [
      'a checkpoint that moved',
      { summary: summary({ checkpoint: { position: 'p', token: 't', at: '2026-05-02T12:00:00Z' } }) },
    ],
    ['a next run at another time', { nextAt: new Date('2026-05-03T04:00:00Z') }],
    ['a run under way', { running: true }],
  ])('is not %s', (_what, more) => {
    expect(key(more)).toBe(before);
  });

  it('is not a known problem seen again', () => {
    const withProblem = (at: string) => key({ summary: summary({ recentProblems: [{ ...problem, at }] }) });
    expect(withProblem('2026-05-02T11:00:00Z')).toBe(withProblem('2026-05-02T12:00:00Z'));
  });

  it.each<[string, Partial<FeedFacts>]>([
    ['a run that changed something', { summary: summary({ runs: [run({ changed: 1 })] }) }],
    ['a run that ended otherwise', { summary: summary({ runs: [run({ result: 'Failed' })] }) }],
    ['a run that failed with another message', { summary: summary({ runs: [run({ message: 'x' })] }) }],
    ['a condition that turned', { outcome: outcome('Failed') }],
    ['data that went stale', { lastSuccessAt: minutesAgo(30) }],
    ['the first success', { lastSuccessAt: undefined }],
    ['a new problem', { summary: summary({ recentProblems: [problem] }) }],
    ['a count of problems', { summary: summary({ problems: { info: 0, retry: 0, error: 1 } }) }],
    ['a plan that is held', { outcome: outcome('Held', { held: { digest: 'd', summary: 's' } }) }],
    ['a handled request', { handledRunRequest: 'a' }],
    ['a handled sync request', { handledSyncRequest: 'a' }],
    ['an edit that was seen', { generation: 4 }],
  ])('is %s', (_what, more) => {
    expect(key(more)).not.toBe(before);
  });

  it('is each of two runs that changed something', () => {
    const changing = (id: string) => key({ summary: summary({ runs: [run({ id, changed: 1 })] }) });
    expect(changing('r1')).not.toBe(changing('r2'));
  });
});
