import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { ManualClock, settle } from '../test/support/manual-clock.ts';
import { Breather } from './breather.ts';
import { Controller, type Reconcile } from './controller.ts';
import { ApiError } from './kube/errors.ts';
import { createLogger } from './log.ts';
import { MetricsFactory } from './metrics.ts';
import { DONE, ReconcileError, requeueAfter, requeueAtFirst } from './outcome.ts';

function setUp(reconcile: Reconcile, workers = 1) {
  const clock = new ManualClock();
  const registry = new Registry();
  const controller = new Controller({
    name: 'feed',
    reconcile,
    metrics: new MetricsFactory(registry).forController('feed'),
    log: createLogger('test', 'silent'),
    clock,
    random: () => 0,
    workers,
    breather: new Breather(),
  });
  const stop = new AbortController();
  const running = controller.run(stop.signal);
  const value = async (name: string, labels: Record<string, string>) => {
    const metric = (await registry.getMetricsAsJSON()).find((candidate) => candidate.name === name);
    return (metric?.values as { labels: object; value: number }[]).find(
      (entry) => JSON.stringify(entry.labels) === JSON.stringify(labels),
    )?.value;
  };
  return { clock, controller, stop, running, value };
}

describe('a controller', () => {
  it('has all its series at zero before the first reconcile: an alert on them works from the start', async () => {
    const { value } = setUp(async () => DONE);
    for (const result of ['success', 'error', 'requeue', 'requeue_after'])
      expect(await value('controller_runtime_reconcile_total', { controller: 'feed', result })).toBe(0);
    for (const name of ['errors', 'panics'])
      expect(await value(`controller_runtime_reconcile_${name}_total`, { controller: 'feed' })).toBe(0);
    expect(await value('controller_runtime_terminal_reconcile_errors_total', { controller: 'feed' })).toBe(0);
    for (const name of ['depth', 'adds_total', 'retries_total'])
      expect(await value(`workqueue_${name}`, { name: 'feed' })).toBe(0);
  });

  it('says how many keys wait for a worker, and counts none that is only due later', async () => {
    let go = () => {};
    const { clock, controller, value } = setUp(async () => {
      await new Promise<void>((resolve) => (go = resolve));
      return requeueAfter(3_600_000);
    });
    const depth = () => value('workqueue_depth', { name: 'feed' });
    for (const key of ['a', 'b', 'c']) controller.enqueue(key);
    await settle();
    expect(await depth()).toBe(2);
    for (const _ of ['a', 'b', 'c']) {
      go();
      await settle();
    }
    expect(await depth()).toBe(0);
    await clock.advance(3_600_000);
    expect(await depth()).toBe(2);
  });

  it('tries again what failed, later each time, and counts it', async () => {
    const times: number[] = [];
    const { clock, controller, value } = setUp(async () => {
      times.push(clock.now().getTime());
      if (times.length < 4) throw new Error('down');
      return DONE;
    });
    controller.enqueue('a');
    await clock.advance(10_000);
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 200, 600, 1400]);
    expect(await value('controller_runtime_reconcile_errors_total', { controller: 'feed' })).toBe(3);
    expect(await value('controller_runtime_reconcile_total', { controller: 'feed', result: 'success' })).toBe(1);
  });

  const behaviours: [string, unknown, { attempts: number; result: string; errors: number }][] = [
    [
      'a terminal error waits for a change',
      new ReconcileError('terminal', 'wrong'),
      { attempts: 1, result: 'error', errors: 1 },
    ],
    [
      'a conflict is tried again and is no error',
      new ApiError('Conflict', 409, 'changed'),
      { attempts: 5, result: 'requeue', errors: 0 },
    ],
    [
      'a waiting error comes back when it said',
      new ReconcileError('waiting', 'later', { waitMs: 2500 }),
      { attempts: 3, result: 'requeue_after', errors: 0 },
    ],
    [
      'a bug is tried again and counted as a panic',
      new TypeError('undefined is not a function'),
      { attempts: 5, result: 'error', errors: 5 },
    ],
  ];
  it.each(behaviours)('%s', async (_what, error, { attempts, result, errors }) => {
    let count = 0;
    const { clock, controller, value } = setUp(async () => {
      count += 1;
      throw error;
    });
    controller.enqueue('a');
    await clock.advance(5000);
    expect(count).toBe(attempts);
    expect(await value('controller_runtime_reconcile_total', { controller: 'feed', result })).toBe(attempts);
    expect(await value('controller_runtime_reconcile_errors_total', { controller: 'feed' })).toBe(errors);
    expect(await value('controller_runtime_reconcile_panics_total', { controller: 'feed' })).toBe(
      error instanceof TypeError ? errors : 0,
    );
  });

  it('ends only when the work under way has ended, and takes up nothing more', async () => {
    let finish = () => {};
    const seen: string[] = [];
    const { controller, stop, running } = setUp(async (key) => {
      seen.push(key);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return DONE;
    });
    controller.enqueue('a');
    controller.enqueue('b');
    await settle();
    stop.abort();
    expect(await Promise.race([running, settle().then(() => 'still working')])).toBe('still working');
    finish();
    await running;
    expect(seen).toEqual(['a']);
  });

  it('never asks for a wait that overflows a timer, which would fire at once', () => {
    expect(requeueAfter(90 * 86_400_000)).toEqual({ result: 'requeueAfter', ms: 2_000_000_000 });
  });

  it('comes back at the earliest of several times', () => {
    expect(requeueAtFirst(undefined, 5000, 100)).toEqual(requeueAfter(100));
    expect(requeueAtFirst(undefined)).toEqual(DONE);
  });
});
