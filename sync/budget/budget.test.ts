import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeedClass } from '../../model/feeds.ts';
import { ManualClock, settle } from '../../test/support/manual-clock.ts';
import { budgetState } from '../../model/sync-api.ts';
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

  it.each([1e300, Number.POSITIVE_INFINITY, Number.NaN])(
    'pauses for a day at most, asked for %d ms',
    async (pauseMs) => {
      const clock = new ManualClock(at);
      const budget = new Budget({ clock, rule: { burst: 4, perSecond: 2 } });
      budget.observe({ pauseMs });
      expect(budget.view().pausedUntil?.getTime() ?? 0).toBeLessThanOrEqual(Date.parse(at) + 86_400_000);
      let sent = false;
      void budget.acquire('orders').then(() => (sent = true));
      await clock.advance(86_400_001);
      expect(sent).toBe(true);
    },
  );

  it.each([
    { burst: 0, perSecond: 0 },
    { perSecond: -1 },
    { burst: Number.NaN, perSecond: Number.NaN },
    { burst: 1e308, perSecond: Number.POSITIVE_INFINITY },
    { remaining: Number.NaN },
    { remaining: -1e300 },
  ])('takes no rule that nothing could ever pass, or that is none: %j', async (reading) => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 4, perSecond: 2 } });
    budget.observe(reading);
    let sent = false;
    void budget.acquire('orders').then(() => (sent = true));
    await clock.advance(10_000);
    expect(sent).toBe(true);
    const kept = budget.state();
    if (kept) expect(budgetState.safeParse(JSON.parse(JSON.stringify(kept))).success).toBe(true);
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
    void budget.acquire('stock', { signal: stop.signal }).then(() => (gone = true));
    await settle();
    stop.abort();
    await settle();
    expect(gone).toBe(true);
    expect(budget.view().waiting.stock).toBe(0);
  });

  it('refuses at once what would wait too long, and takes nothing for it', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 2, perSecond: 0.1 } });
    expect(await budget.acquire('orders', { longestMs: 20_000 })).toBe(0);
    expect(await budget.acquire('orders', { longestMs: 20_000 })).toBe(0);
    const waits = budget.acquire('orders', { longestMs: 20_000 });
    const second = budget.acquire('orders', { longestMs: 20_000 });
    // The third in the line: two go before it.
    await expect(budget.acquire('orders', { longestMs: 20_000 })).rejects.toMatchObject({ waitMs: 30_000 });
    await clock.advance(20_000);
    expect(await Promise.all([waits, second])).toEqual([10_000, 20_000]);
  });

  it('refuses one that waits already when the store asks for a long pause', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 1, perSecond: 1 } });
    await budget.acquire('orders');
    const refused = expect(budget.acquire('orders', { longestMs: 20_000 })).rejects.toMatchObject({ waitMs: 60_000 });
    await settle();
    budget.observe({ pauseMs: 60_000 });
    await settle();
    await refused;
    expect(budget.view().waiting.orders).toBe(0);
  });

  it('lets no more calls be under way at once than allowed', async () => {
    const clock = new ManualClock(at);
    const budget = new Budget({ clock, rule: { burst: 100, perSecond: 100, concurrent: 2 } });
    let sent = 0;
    for (let call = 0; call < 5; call++) void budget.acquire('catalogue').then(() => sent++);
    await settle();
    expect(sent).toBe(2);
    await clock.advance(3_600_000);
    expect(sent).toBe(2);
    // What is urgent goes before what has waited.
    void budget.acquire('orders').then(() => (sent += 10));
    await settle();
    budget.release();
    await settle();
    expect(sent).toBe(12);
  });

  it('lets a call go at once that another one in its place waits for', async () => {
    const budget = new Budget({ clock: new ManualClock(at), rule: { burst: 9, perSecond: 9, concurrent: 1 } });
    await budget.acquire('orders');
    void budget.acquire('orders');
    expect(await budget.acquire('catalogue', { nested: true })).toBe(0);
  });

  describe('with buckets of its own for some operations', () => {
    const rules = { orders: { burst: 1, perSecond: 0.01 }, labels: { burst: 5, perSecond: 1 } };

    it('counts each by itself', async () => {
      const budget = new Budget({ clock: new ManualClock(at), rule: { burst: 1, perSecond: 1 }, buckets: rules });
      for (const bucket of ['orders', 'labels', undefined]) expect(await budget.acquire('orders', { bucket })).toBe(0);
      await expect(budget.acquire('orders', { bucket: 'orders', longestMs: 20_000 })).rejects.toMatchObject({
        waitMs: 100_000,
      });
      expect(await budget.acquire('orders', { bucket: 'labels' })).toBe(0);
    });

    it('pauses the one that the store asked to wait', async () => {
      const budget = new Budget({ clock: new ManualClock(at), buckets: rules });
      budget.observe({ bucket: 'orders', pauseMs: 60_000 });
      expect(await budget.acquire('orders')).toBe(0);
      expect(await budget.acquire('orders', { bucket: 'labels' })).toBe(0);
      await expect(budget.acquire('orders', { bucket: 'orders', longestMs: 20_000 })).rejects.toMatchObject({
        waitMs: 60_000,
      });
    });

    it('goes on after a restart with what is left in each', async () => {
      const clock = new ManualClock(at);
      const budget = new Budget({ clock, buckets: rules });
      expect(budget.state()).toBeUndefined();
      await budget.acquire('orders', { bucket: 'orders' });
      const saved = budget.state()!;
      expect(budgetState.parse(saved)).toEqual(saved);
      await clock.advance(50_000);
      const next = new Budget({ clock, buckets: rules, saved });
      await expect(next.acquire('orders', { bucket: 'orders', longestMs: 20_000 })).rejects.toMatchObject({
        waitMs: 50_000,
      });
    });

    it('names one that there is not', async () => {
      const budget = new Budget({ clock: new ManualClock(at), buckets: rules });
      await expect(budget.acquire('orders', { bucket: 'order' })).rejects.toThrow('bucket order');
    });
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
            void budget.acquire(feedClass, { cost }).then(() => {
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
