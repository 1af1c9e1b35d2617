import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeedClass } from '../../model/feeds.ts';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import { Budget } from './budget.ts';

const at = '2026-01-01T00:00:00.000Z';

describe('the budget of a store', () => {
  it('lets everything pass while no limit is known', async () => {
    const budget = new Budget({ clock: new ManualClock(at) });
    for (let call = 0; call < 1000; call++) expect(await budget.acquire('catalogue')).toBe(0);
    expect(budget.state()).toBeUndefined();
  });

  it('spends what is saved up, then goes at the rate at which it comes back', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 4, perSecond: 2 } });
    let sent = 0;
    for (let call = 0; call < 10; call++) void budget.acquire('orders').then(() => sent++);
    await settle();
    expect(sent).toBe(4);
    await clock.advance(1000);
    expect(sent).toBe(6);
    await clock.advance(2000);
    expect(sent).toBe(10);
  });

  it('sends orders before shipments before stock before catalogue, whoever came first', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 10, perSecond: 1 } });
    budget.observe({ remaining: 0 });
    const sent: FeedClass[] = [];
    for (const feedClass of ['catalogue', 'stock', 'shipments', 'orders'] as const)
      void budget.acquire(feedClass).then(() => sent.push(feedClass));
    await clock.advance(60_000);
    expect(sent).toEqual(['orders', 'shipments', 'stock', 'catalogue']);
  });

  it('keeps a reserve that the catalogue cannot spend, so that an order need not wait', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 40, perSecond: 2 } });
    for (let call = 0; call < 200; call++) void budget.acquire('catalogue');
    await settle();
    expect(budget.view().remaining).toBe(8);
    expect(await budget.acquire('orders')).toBe(0);
  });

  it('stops for everyone when the store asks for a pause', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock });
    budget.observe({ pauseMs: 5000 });
    let waited: number | undefined;
    void budget.acquire('orders').then((ms) => (waited = ms));
    await clock.advance(4999);
    expect(waited).toBeUndefined();
    expect(budget.view().pausedUntil?.toISOString()).toBe('2026-01-01T00:00:05.000Z');
    await clock.advance(1);
    expect(waited).toBe(5000);
  });

  it("believes the platform's own number", async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 40, perSecond: 2 } });
    budget.observe({ remaining: 1 });
    expect(await budget.acquire('orders')).toBe(0);
    let second = false;
    void budget.acquire('orders').then(() => (second = true));
    await settle();
    expect(second).toBe(false);
  });

  it('goes on after a restart with what the last pod left and what has come back since', () => {
    const clock = new ManualClock(at);
    const budget = new Budget({
      clock,
      rule: { burst: 40, perSecond: 2 },
      saved: { remaining: 3, burst: 40, perSecond: 2, at: '2025-12-31T23:59:55.000Z' },
    });
    expect(budget.view().remaining).toBe(13);
  });

  it('lets an aborted caller go at once, and takes nothing for it', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 10, perSecond: 1 } });
    budget.observe({ remaining: 0 });
    const stop = new AbortController();
    let gone = false;
    void budget.acquire('stock', 1, stop.signal).then(() => (gone = true));
    await settle();
    stop.abort();
    await settle();
    expect(gone).toBe(true);
    expect(budget.view().waiting.stock).toBe(0);
  });

  it('never sends more than burst and refill allow, and forgets nobody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ burst: fc.integer({ min: 1, max: 50 }), perSecond: fc.integer({ min: 1, max: 20 }) }),
        fc.array(
          fc.tuple(
            fc.constantFrom<FeedClass>('orders', 'shipments', 'stock', 'catalogue'),
            fc.integer({ min: 1, max: 10 }),
          ),
          { minLength: 1, maxLength: 40 },
        ),
        async (rule, calls) => {
          const clock = new ManualClock(at);
          const budget = new Budget({ clock, rule });
          let spent = 0;
          let done = 0;
          for (const [feedClass, cost] of calls)
            void budget.acquire(feedClass, cost).then(() => {
              spent += cost;
              done++;
            });
          for (let second = 0; done < calls.length; second++) {
            await settle();
            // One call dearer than the bucket may overdraw it once.
            expect(spent).toBeLessThanOrEqual(rule.burst + second * rule.perSecond + 10);
            expect(second).toBeLessThan(2000);
            await clock.advance(1000);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
