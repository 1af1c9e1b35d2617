import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FeedClass } from '../../model/feeds.ts';
import { PodQueue } from './pod-queue.ts';

const forever = new AbortController().signal;
const settled = async () => {
  for (let index = 0; index < 20; index++) await Promise.resolve();
};

/** Seven requests fill the queue's places; what comes then waits. */
class Rig {
  readonly began: string[] = [];
  readonly sentAway: string[] = [];
  readonly ends = new Map<string, () => void>();
  now = 0;
  readonly queue = new PodQueue(() => this.now++);

  async full(): Promise<this> {
    for (let index = 0; index < 7; index++) this.ask(`first-${index}`, 'catalogue');
    await settled();
    this.began.length = 0;
    return this;
  }

  ask(owner: string, of: FeedClass, signal = forever): void {
    void this.queue.take(owner, of, signal).then((end) => {
      if (!end) return this.sentAway.push(`${owner} ${of}`);
      this.began.push(`${owner} ${of}`);
      this.ends.set(owner, end);
      return undefined;
    });
  }

  async end(owner: string): Promise<void> {
    this.ends.get(owner)!();
    await settled();
  }
}

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

describe('requests of pods at a hub that is busy', () => {
  it('are served at once while there is room', async () => {
    const rig = new Rig();
    for (let index = 0; index < 8; index++) rig.ask(`pod-${index}`, 'orders');
    await settled();
    expect([rig.began.length, rig.queue.view]).toEqual([
      7,
      { underWay: 7, waiting: { orders: 1, shipments: 0, stock: 0, catalogue: 0 } },
    ]);
  });

  it('come by class, whoever came first; one turn in four goes to the others, so that none stops', async () => {
    const rig = await new Rig().full();
    for (const one of ['catalogue', 'stock', 'orders'] as const)
      for (let index = 0; index < 4; index++) rig.ask(`${one[0]}${index}`, one);
    for (let index = 0; index < 7; index++) await rig.end(`first-${index}`);
    for (const owner of [...rig.began.map((one) => one.split(' ')[0]!)]) await rig.end(owner);
    const classes = rig.began.map((one) => one.split(' ')[1]);
    expect(classes.slice(0, 5)).toEqual(['orders', 'orders', 'orders', 'catalogue', 'orders']);
    expect(classes).toHaveLength(12);
  });

  it('of a connection that has one under way come after those of one that has none', async () => {
    const rig = await new Rig().full();
    rig.ask('first-6', 'catalogue');
    rig.ask('other', 'catalogue');
    await rig.end('first-0');
    await rig.end('first-1');
    expect(rig.began).toEqual(['other catalogue', 'first-6 catalogue']);
  });

  it('are sent away after 40 seconds, and leave no place behind', async () => {
    const rig = await new Rig().full();
    rig.ask('late', 'orders');
    await jest.advanceTimersByTimeAsync(39_999);
    expect(rig.sentAway).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect([rig.sentAway, rig.queue.view.waiting.orders]).toEqual([['late orders'], 0]);
    rig.ask('next', 'orders');
    await rig.end('first-0');
    expect(rig.began).toEqual(['next orders']);
  });

  it('of one pod that asks without end take no place from the others', async () => {
    const rig = await new Rig().full();
    for (let index = 0; index < 6000; index++) rig.ask('hostile', 'orders');
    rig.ask('shop', 'orders');
    await settled();
    expect(rig.sentAway).toHaveLength(5950);
    expect(new Set(rig.sentAway)).toEqual(new Set(['hostile orders']));
    await rig.end('first-0');
    await rig.end('first-1');
    expect(rig.began).toContain('shop orders');
  });

  it('leave the queue when their pod is gone', async () => {
    const rig = await new Rig().full();
    const gone = new AbortController();
    rig.ask('gone', 'orders', gone.signal);
    gone.abort();
    await settled();
    expect([rig.sentAway, rig.queue.view.waiting.orders]).toEqual([['gone orders'], 0]);
  });

  it('that end twice give their place back once', async () => {
    const rig = await new Rig().full();
    rig.ask('a', 'orders');
    rig.ask('b', 'orders');
    rig.ends.get('first-0')!();
    await rig.end('first-0');
    expect(rig.began).toEqual(['a orders']);
  });
});
