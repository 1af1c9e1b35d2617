import { describe, expect, it } from '@jest/globals';
import { ANNOTATIONS, type FeedResource, type FeedSpec } from '../../crds/index.ts';
import type { DriverManifest } from '../../drivers/contract/index.ts';
import type { FeedSummary } from '../../model/sync-api.ts';
import { dueRuns, wakeAt } from '../schedule.ts';
import { FeedTracker } from './feed-tracker.ts';
import type { RunOutcome } from '../outcome.ts';

const NOW = new Date('2026-05-02T12:00:30Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);
const middle = () => 0.5; // no jitter: half of it each way

const manifest: DriverManifest = {
  name: 'shop',
  title: 'Shop',
  documentation: 'https://example.org',
  platformKind: 'Store',
  hosts: [],
  limits: [],
  feeds: [
    { type: 'OrderImport', maxPageSize: 100 },
    { type: 'ProductImport', maxPageSize: 100, defaultSchedule: '0 */6 * * *' },
    { type: 'StockImport', maxPageSize: 100 },
    { type: 'StockExport', maxPageSize: 100 },
  ],
};

interface Given {
  readonly spec?: Partial<FeedSpec>;
  readonly generation?: number;
  readonly asked?: string;
  readonly status?: FeedResource['status'];
}

function feed({ spec, generation = 1, asked, status }: Given = {}): FeedResource {
  return {
    apiVersion: 'supercargo.dev/v1beta1',
    kind: 'Feed',
    status,
    metadata: {
      name: 'orders',
      namespace: 'acme',
      generation,
      annotations: asked === undefined ? {} : { [ANNOTATIONS.runRequested]: asked },
    },
    spec: { connectionRef: { name: 'shop' }, type: 'OrderImport', ...spec },
  };
}

const tracker = (given?: Given) => new FeedTracker(feed(given), manifest, NOW);
const outcome = (result: RunOutcome['result'], more: Partial<RunOutcome> = {}): RunOutcome => ({
  result,
  reason: result,
  read: 0,
  changed: 0,
  problems: 0,
  ...more,
});
const summary = (more: Partial<FeedSummary> = {}): FeedSummary => ({
  runs: [],
  problems: { info: 0, retry: 0, error: 0 },
  recentProblems: [],
  ...more,
});

/** Runs once and gives back how long the feed waits then. */
function run(feedTracker: FeedTracker, result: RunOutcome, random = middle): number | undefined {
  feedTracker.began(NOW);
  feedTracker.ended(result, NOW, random);
  return feedTracker.notBefore && feedTracker.notBefore.getTime() - NOW.getTime();
}

describe('the schedule of a feed', () => {
  it.each<[string, Partial<FeedSpec>, string | undefined]>([
    ['is its own', { schedule: '0 1 * * *' }, '0 1 * * *'],
    ["is the driver's for the type", { type: 'ProductImport' }, '0 */6 * * *'],
    ['is the usual one of the type', {}, '* * * * *'],
    ['is none for what runs once', { type: 'StockImport' }, undefined],
  ])('%s', (_what, spec, schedule) => {
    expect(tracker({ spec }).schedule).toBe(schedule);
  });

  it('counts anew from an edit, and only from an edit', () => {
    const it_ = tracker();
    expect(it_.nextAt).toEqual(after(30_000));
    it_.update(feed(), after(3_600_000));
    expect(it_.nextAt).toEqual(after(30_000));
    it_.update(feed({ spec: { schedule: '30 * * * *' }, generation: 2 }), NOW);
    expect(it_.nextAt).toEqual(new Date('2026-05-02T12:30:00Z'));
    it_.update(feed({ spec: { schedule: '30 9 * * *', timeZone: 'Asia/Tokyo' }, generation: 3 }), NOW);
    expect(it_.nextAt).toEqual(new Date('2026-05-03T00:30:00Z'));
  });

  it('moves on when a run begins', () => {
    const it_ = tracker();
    it_.began(after(30_000));
    expect(it_.nextAt).toEqual(after(90_000));
  });
});

describe('a feed that can never run', () => {
  it('names what the driver does support', () => {
    expect(tracker({ spec: { type: 'SupplierImport' } }).fault).toEqual({
      status: 'False',
      reason: 'FeedNotSupported',
      message: expect.stringContaining('OrderImport, ProductImport, StockImport, StockExport'),
    });
  });

  it('names a schedule that cannot be used, and mends with it', () => {
    const it_ = tracker({ spec: { schedule: '99 * * * *' } });
    expect(it_.fault).toMatchObject({ reason: 'InvalidSchedule', message: expect.stringContaining('99 * * * *') });
    expect(it_.state()).toMatchObject({ suspended: true, nextAt: undefined });
    it_.update(feed({ generation: 2 }), NOW);
    expect(it_.fault).toBeUndefined();
    expect(it_.state()).toMatchObject({ suspended: false, nextAt: after(30_000) });
  });

  it('does not run for a request either', () => {
    expect(tracker({ spec: { schedule: '99 * * * *' }, asked: 'now' }).state().requested).toBeUndefined();
  });
});

describe('the age limit of the data', () => {
  it.each<[string, Partial<FeedSpec>, number | undefined]>([
    ['is the one asked for', { freshness: '90m' }, 5_400_000],
    ['is three intervals of the schedule', { schedule: '*/10 * * * *' }, 1_800_000],
    ['is at least five minutes', {}, 300_000],
    [
      'leaves out the nights and weekends of a schedule of working hours',
      { schedule: '0 8-18 * * 1-5' },
      64 * 3_600_000,
    ],
    ['is none without a schedule', { type: 'StockImport' }, undefined],
    ['is none while suspended', { freshness: '1h', suspend: true }, undefined],
    ['is none for what can never run', { freshness: '1h', schedule: '99 * * * *' }, undefined],
  ])('%s', (_what, spec, ms) => {
    expect(tracker({ spec }).freshnessMs).toBe(ms);
  });
});

describe('a status that was shown', () => {
  const shown = () => {
    const one = tracker();
    one.hasShown(one.facts('nothing'), NOW);
    return one;
  };

  it('stands while nothing of the feed changes, for half a minute: then an age may matter', () => {
    const one = shown();
    expect(one.shows(one.facts('nothing'), after(29_000))).toBe(true);
    expect(one.shows(one.facts('nothing'), after(30_000))).toBe(false);
  });

  it.each<[string, (one: FeedTracker) => void]>([
    ['a run begins', (one) => one.began(NOW)],
    ['a run ends', (one) => one.ended(outcome('Failed'), NOW, middle)],
    ['the hub tells', (one) => one.takeSummary(summary())],
    ['the resource is edited', (one) => one.update(feed({ generation: 2 }), NOW)],
    ['a request was carried out', (one) => (one.handledRunRequest = 'x')],
  ])('does not when %s', (_, happens) => {
    const one = shown();
    happens(one);
    expect(one.shows(one.facts('nothing'), after(1000))).toBe(false);
  });

  it('does not when it waits for another feed than before', () => {
    const one = shown();
    expect(one.shows(one.facts('ProductImport'), after(1000))).toBe(false);
  });
});

describe('a request by annotation', () => {
  it('asks for one run', () => {
    expect(tracker({ asked: 'a' }).requested).toBe('Requested');
  });

  it('is not asked again after a restart, once the status says that it was handled', () => {
    expect(tracker({ asked: 'a', status: { lastHandledRunRequest: 'a' } }).requested).toBeUndefined();
  });

  it('is handled once, though the resource is seen again during and after the run', () => {
    const it_ = tracker({ asked: 'a' });
    it_.began(NOW);
    it_.update(feed({ asked: 'a' }), NOW);
    expect(it_.requested).toBeUndefined();
    it_.ended(outcome('Succeeded'), NOW, middle);
    it_.update(feed({ asked: 'a' }), NOW);
    expect(it_.requested).toBeUndefined();
    expect(it_.handledRunRequest).toBe('a');
  });

  it('that is too long for its echo in status asks for one run all the same, also after a restart', () => {
    const asked = 'x'.repeat(320);
    const one = tracker({ asked });
    one.began(NOW);
    one.ended(outcome('Succeeded'), NOW, middle);
    one.update(feed({ asked }), NOW);
    expect(one.requested).toBeUndefined();
    expect(one.handledRunRequest!.length).toBeLessThanOrEqual(253);
    const status = { lastHandledRunRequest: one.handledRunRequest };
    expect(tracker({ asked, status }).requested).toBeUndefined();
    expect(tracker({ asked: `${asked}y`, status }).requested).toBe('Requested');
  });

  it('made during a run asks for another', () => {
    const it_ = tracker({ asked: 'a' });
    it_.began(NOW);
    it_.update(feed({ asked: 'b' }), NOW);
    it_.ended(outcome('Succeeded'), NOW, middle);
    expect(it_.requested).toBe('Requested');
    expect(it_.handledRunRequest).toBe('a');
  });

  it('is not answered by a FeedRun, which is a request of its own', () => {
    const it_ = tracker({ asked: 'a' });
    it_.beganDeliberately(NOW);
    it_.running = false;
    it_.update(feed({ asked: 'a' }), NOW);
    expect(it_.requested).toBe('Requested');
  });

  it('is not lost when its run could not be ended', () => {
    const it_ = tracker({ asked: 'a' });
    it_.began(NOW);
    it_.running = false;
    it_.update(feed({ asked: 'a' }), NOW);
    expect(it_.requested).toBe('Requested');
  });
});

describe('after a failure', () => {
  it('the wait doubles, and is capped', () => {
    const it_ = tracker({ spec: { retry: { initialDelay: '2s', maxDelay: '20s', maxAttempts: 20 } } });
    expect([1, 2, 3, 4, 5, 6].map(() => run(it_, outcome('Failed')))).toEqual([
      2000, 4000, 8000, 16_000, 20_000, 20_000,
    ]);
  });

  it('the first wait is no longer than the longest, where the two were given the wrong way round', () => {
    const it_ = tracker({ spec: { retry: { initialDelay: '1h', maxDelay: '1s', maxAttempts: 20 } } });
    expect([1, 2].map(() => run(it_, outcome('Failed')))).toEqual([1000, 1000]);
  });

  it('the usual wait begins at two seconds and ends at five minutes', () => {
    const it_ = tracker({ spec: { retry: { maxAttempts: 20 } } });
    const waits = Array.from({ length: 12 }, () => run(it_, outcome('Unproven')));
    expect([waits[0], waits.at(-1)]).toEqual([2000, 300_000]);
  });

  it.each([
    [0, 1500],
    [0.5, 2000],
    [1, 2500],
  ])('the wait has jitter: a chance of %d waits %d ms', (chance, ms) => {
    expect(run(tracker(), outcome('Failed'), () => chance)).toBe(ms);
  });

  it("the store's own wish to wait is heard", () => {
    expect(run(tracker(), outcome('Failed', { behaviour: 'waiting', retryAfterMs: 90_000 }))).toBe(90_000);
    expect(run(tracker(), outcome('Failed', { behaviour: 'waiting', retryAfterMs: 1 }))).toBe(2000);
  });

  it('what only a person can mend is looked at every five minutes', () => {
    expect(run(tracker(), outcome('Failed', { behaviour: 'terminal' }))).toBe(300_000);
  });

  it('an edit ends the wait, a mere annotation does not', () => {
    const it_ = tracker();
    run(it_, outcome('Failed', { behaviour: 'terminal' }));
    it_.update(feed({ asked: 'a' }), NOW);
    expect(it_.notBefore).toBeDefined();
    it_.update(feed({ generation: 2 }), NOW);
    expect(it_.notBefore).toBeUndefined();
  });

  it('a success ends the wait, and the next failure waits the shortest again', () => {
    const it_ = tracker();
    run(it_, outcome('Failed'));
    run(it_, outcome('Failed'));
    expect(run(it_, outcome('Succeeded'))).toBeUndefined();
    expect(run(it_, outcome('Failed'))).toBe(2000);
  });

  it("it is tried again as often as the spec says, then at the schedule's next time", () => {
    const it_ = tracker({ spec: { retry: { maxAttempts: 3 } } });
    run(it_, outcome('Succeeded'));
    const asks = [1, 2, 3, 4].map(() => {
      run(it_, outcome('Failed'));
      return it_.requested;
    });
    expect(asks).toEqual(['Schedule', 'Schedule', undefined, 'Schedule']);
  });

  it('five times without a word in the spec', () => {
    const it_ = tracker();
    run(it_, outcome('Succeeded'));
    expect(
      Array.from({ length: 5 }, () => {
        run(it_, outcome('Failed'));
        return it_.requested;
      }),
    ).toEqual(['Schedule', 'Schedule', 'Schedule', 'Schedule', undefined]);
  });

  it('a run that is owed for changed settings stays owed', () => {
    const it_ = tracker();
    it_.owesChangedRun = true;
    run(it_, outcome('Failed'));
    expect([it_.requested, it_.owesChangedRun]).toEqual(['Changed', true]);
    run(it_, outcome('Succeeded'));
    expect(it_.owesChangedRun).toBe(false);
  });
});

describe('the initial run', () => {
  it('is not asked for by a hint; a hint that comes while it is under way asks for another run', () => {
    const feedTracker = tracker({ spec: { type: 'StockExport' } });
    feedTracker.takeHint({});
    expect(feedTracker.state().requested).toBeUndefined();
    feedTracker.began(NOW);
    feedTracker.running = true;
    feedTracker.takeHint({});
    feedTracker.ended(outcome('Empty'), NOW, middle);
    feedTracker.running = false;
    expect(feedTracker.state().requested).toBe('Hint');
  });

  it.each<[RunOutcome['result'], boolean]>([
    ['Succeeded', true],
    ['Empty', true],
    ['Partial', true],
    ['Held', true],
    ['Unproven', false],
    ['Failed', false],
  ])('that ended %s is done: %s', (result, done) => {
    const it_ = tracker();
    run(it_, outcome(result));
    expect(it_.state().initialDone).toBe(done);
  });

  it.each<[string, FeedSummary, boolean]>([
    ['a success that the hub remembers', summary({ lastSuccessAt: '2026-05-01T00:00:00Z' }), true],
    [
      'a partial run that the hub remembers',
      summary({
        runs: [
          {
            id: '1',
            trigger: 'Initial',
            result: 'Partial',
            startedAt: '2026-05-01T00:00:00Z',
            read: 1,
            changed: 1,
            problems: 1,
          },
        ],
      }),
      true,
    ],
    [
      'failures alone',
      summary({
        runs: [
          {
            id: '1',
            trigger: 'Initial',
            result: 'Failed',
            startedAt: '2026-05-01T00:00:00Z',
            read: 1,
            changed: 1,
            problems: 1,
          },
        ],
      }),
      false,
    ],
    ['nothing', summary(), false],
  ])('is known from %s', (_what, remembered, done) => {
    const it_ = tracker();
    it_.takeSummary(remembered);
    expect(it_.state().initialDone).toBe(done);
  });

  it('that only partly succeeded does not make the data younger', () => {
    const it_ = tracker();
    run(it_, outcome('Partial'));
    expect(it_.lastSuccessAt).toBeUndefined();
    run(it_, outcome('Empty'));
    expect(it_.lastSuccessAt).toEqual(NOW);
  });
});

describe('a run that waits for its store', () => {
  const waits = outcome('Waiting', { behaviour: 'waiting', scope: 'shop', retryAfterMs: 178_000 });

  it('is no failure: it uses no attempt, and goes on at its time', () => {
    const it_ = tracker({ spec: { retry: { maxAttempts: 1 } } });
    for (let times = 0; times < 9; times++) expect(run(it_, waits)).toBe(178_000);
    expect(it_.state()).toMatchObject({ requested: 'Schedule', initialDone: false });
    // The next failure is the first.
    expect(run(it_, outcome('Failed', { behaviour: 'retry' }))).toBe(2000);
  });

  it('waits on when the connection was checked and is good', () => {
    const it_ = tracker();
    run(it_, waits);
    it_.connectionMended(after(1000));
    expect(it_.notBefore).toEqual(after(178_000));
  });

  it('goes on after a restart of its pod, and not before its time', () => {
    const it_ = tracker();
    const goesOnAt = after(60_000).toISOString();
    it_.takeSummary(summary({ runs: [{ ...started(-10), result: 'Waiting', goesOnAt }] }));
    expect(it_.state()).toMatchObject({ requested: 'Schedule', notBefore: after(60_000) });
  });

  it('waits too where a hint asked for it, and then reads the whole feed', () => {
    const it_ = tracker();
    run(it_, outcome('Succeeded'));
    it_.takeHint({ ids: ['1'] });
    expect(run(it_, waits)).toBe(178_000);
    expect(it_.state().requested).toBe('Schedule');
  });
});

const started = (seconds: number): FeedSummary['runs'][number] => ({
  id: 'r',
  trigger: 'Schedule',
  result: 'Succeeded',
  startedAt: after(seconds * 1000).toISOString(),
  read: 0,
  changed: 0,
  problems: 0,
});

describe('an export whose store does something later', () => {
  it('runs again when that is due, and whenever there is something else to write', () => {
    const it_ = tracker({ spec: { type: 'StockExport', schedule: '0 0 * * *' } });
    expect(run(it_, outcome('Succeeded', { reason: 'Submitted', againMs: 45_000 }))).toBeUndefined();
    expect(dueRuns([it_.state()], after(44_000))).toEqual([]);
    expect(dueRuns([it_.state()], after(45_000))).toMatchObject([{ trigger: 'Schedule' }]);
    it_.takeHint({});
    expect(dueRuns([it_.state()], after(1000))).toMatchObject([{ trigger: 'Hint' }]);
  });
});

describe('a platform that wants no run sooner', () => {
  const slow: DriverManifest = {
    ...manifest,
    feeds: [{ type: 'OrderImport', maxPageSize: 100, minIntervalSeconds: 180 }],
  };
  const slowly = (given?: Given) => new FeedTracker(feed(given), slow, NOW);

  it('is kept to, whatever asks', () => {
    const it_ = slowly({ asked: 'now' });
    run(it_, outcome('Succeeded'));
    it_.takeHint({});
    it_.requested = 'Requested';
    expect(dueRuns([it_.state()], after(179_000))).toEqual([]);
    expect(wakeAt([it_.state()])).toEqual(after(30_000));
    expect(dueRuns([it_.state()], after(180_000))).toMatchObject([{ trigger: 'Requested' }]);
  });

  it('after a restart too, and not for a run that only goes on', () => {
    const it_ = slowly();
    it_.takeSummary(summary({ runs: [started(-60)] }));
    expect(it_.state().earliest).toEqual(after(120_000));
    it_.began(after(120_000));
    it_.ended(outcome('Waiting', { retryAfterMs: 5000 }), after(121_000), middle);
    expect(dueRuns([it_.state()], after(126_000))).toMatchObject([{ trigger: 'Schedule' }]);
  });
});

describe('a connection that is good again', () => {
  const opened = (spec: Partial<FeedSpec>, lastSuccessMs: number): FeedTracker => {
    const it_ = tracker({ spec: { schedule: '15 3 * * *', freshness: '1h', ...spec } });
    it_.takeSummary(summary({ lastSuccessAt: after(lastSuccessMs).toISOString() }));
    it_.connectionMended(NOW);
    return it_;
  };

  it('has what is too old run at once, and the rest at its time', () => {
    expect(dueRuns([opened({}, -2 * 3_600_000).state()], NOW)).toMatchObject([{ trigger: 'Schedule' }]);
    expect(dueRuns([opened({}, -1000).state()], NOW)).toEqual([]);
    expect(dueRuns([opened({ suspend: true }, -2 * 3_600_000).state()], NOW)).toEqual([]);
  });
});
