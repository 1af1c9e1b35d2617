import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock, settle } from '../test/support/manual-clock.ts';
import { PRIORITY, WorkQueue } from './queue.ts';

const newQueue = (clock = new ManualClock()) => ({ clock, queue: new WorkQueue({ clock, random: () => 0 }) });

const waiting = new WeakMap<WorkQueue, ReturnType<WorkQueue['take']>>();

/** The next key if one is ready now. A taker that got nothing stays in line, as a worker does. */
async function tryTake(queue: WorkQueue): Promise<string | undefined> {
  const taker = waiting.get(queue) ?? queue.take();
  waiting.set(queue, taker);
  const item = await Promise.race([taker, settle().then(() => undefined)]);
  if (item) waiting.delete(queue);
  return item?.key;
}

/** Takes what is ready now, in order; each is done at once. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const taken: string[] = [];
  for (let key = await tryTake(queue); key !== undefined; key = await tryTake(queue)) {
    taken.push(key);
    queue.done(key);
  }
  return taken;
}

describe('the work queue', () => {
  it('holds a key once, however often it is added', async () => {
    const { queue } = newQueue();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect(await drain(queue)).toEqual(['a', 'b']);
  });

  it('gives out higher priorities first, and the order of arrival within one', async () => {
    const { queue } = newQueue();
    queue.add('listed-1', { priority: PRIORITY.listed });
    queue.add('listed-2', { priority: PRIORITY.listed });
    queue.add('changed', { priority: PRIORITY.changed });
    expect(await drain(queue)).toEqual(['changed', 'listed-1', 'listed-2']);
  });

  it('keeps the highest priority and the earliest time of a key that is added twice', async () => {
    const { queue, clock } = newQueue();
    queue.add('a', { priority: PRIORITY.listed });
    queue.add('b', { priority: PRIORITY.normal });
    queue.add('a', { priority: PRIORITY.changed, afterMs: 60_000 });
    expect(await drain(queue)).toEqual(['a', 'b']);
    queue.add('later', { afterMs: 60_000 });
    queue.add('later', { afterMs: 1000 });
    expect(await drain(queue)).toEqual([]);
    await clock.advance(1000);
    expect(await drain(queue)).toEqual(['later']);
  });

  it('never gives out a key that is being worked on; it comes back when the work is done', async () => {
    const { queue } = newQueue();
    queue.add('a');
    expect((await queue.take())?.key).toBe('a');
    queue.add('a');
    const second = queue.take();
    await settle();
    expect(await Promise.race([second, Promise.resolve('nothing')])).toBe('nothing');
    queue.done('a');
    expect((await second)?.key).toBe('a');
  });

  it('waits longer after each failure, and the shortest time again once the key is forgotten', async () => {
    const { queue, clock } = newQueue();
    const waits: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      if (failure === 3) queue.forget('a');
      queue.retry('a');
      const taken = queue.take();
      const before = clock.now().getTime();
      while ((await Promise.race([taken, settle().then(() => undefined)])) === undefined) await clock.advance(50);
      waits.push(clock.now().getTime() - before);
      queue.done('a');
    }
    expect(waits).toEqual([200, 400, 800, 200]);
  });

  it('waits at least as long as the server asked', async () => {
    const { queue, clock } = newQueue();
    queue.retry('a', { minimumMs: 5000 });
    await clock.advance(4900);
    expect(await drain(queue)).toEqual([]);
    await clock.advance(100);
    expect(await drain(queue)).toEqual(['a']);
  });

  it('lets every waiting worker go when it is closed', async () => {
    const { queue } = newQueue();
    const taken = [queue.take(), queue.take()];
    queue.close();
    expect(await Promise.all(taken)).toEqual([undefined, undefined]);
    queue.add('a');
    expect(await queue.take()).toBeUndefined();
  });

  it('loses no key and works on none twice at once, whatever is added in whatever order', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      priority: fc.constantFrom(-100, 0, 100),
      afterMs: fc.constantFrom(0, 0, 10, 1000),
      take: fc.boolean(),
      advance: fc.constantFrom(0, 10, 500),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue, clock } = newQueue();
        const working = new Set<string>();
        const owed = new Set<string>();
        const take = async () => {
          const key = await tryTake(queue);
          if (key === undefined) return;
          if (working.has(key)) throw new Error(`${key} is worked on twice`);
          working.add(key);
          owed.delete(key);
        };
        for (const { key, priority, afterMs, take: takes, advance } of steps) {
          queue.add(key, { priority, afterMs });
          owed.add(key);
          await clock.advance(advance);
          if (takes) {
            for (const done of working) queue.done(done);
            working.clear();
            await take();
          }
        }
        for (const done of working) queue.done(done);
        await clock.advance(10_000);
        for (let turn = 0; turn < 10; turn += 1) {
          working.clear();
          await take();
          for (const done of working) queue.done(done);
        }
        expect([...owed]).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
