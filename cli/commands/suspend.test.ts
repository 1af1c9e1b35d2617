import { describe, expect, it } from '@jest/globals';
import { fakeTarget, quickDoors } from '../../test/support/fake-target.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Viewed } from '../status-view.ts';
import { askReconcile } from './reconcile.ts';
import { suspendFeeds, type SuspendOptions } from './suspend.ts';

const feed = (name: string, connection = 'shop', rest: object = {}, namespace = 'acme'): Viewed => ({
  kind: 'Feed',
  metadata: { namespace, name },
  spec: { connectionRef: { name: connection }, ...rest },
});

async function suspend(feeds: Viewed[], options: Partial<SuspendOptions>, on = true) {
  const { target, written } = fakeTarget({ resources: feeds });
  const doors = quickDoors();
  const error: unknown = await suspendFeeds(target, { names: [], ...options }, on, { timeoutMs: 5000 }, doors).catch(
    (thrown: unknown) => thrown,
  );
  return { written, said: doors.said, error };
}

describe('supercargo suspend and resume', () => {
  it('set spec.suspend of the feeds that are named, and leave those that are so already', async () => {
    const feeds = [feed('orders'), feed('stock', 'shop', { suspend: true }), feed('other')];
    const names = ['orders', 'stock'];
    expect(await suspend(feeds, { names })).toMatchObject({
      written: ['suspend=true acme/orders'],
      said: ['Feed acme/orders suspended', 'Feed acme/stock was suspended already', '2 suspended'],
    });
    expect((await suspend(feeds, { names }, false)).written).toEqual(['suspend=false acme/stock']);
  });

  it('take all feeds of one connection, and of no other', async () => {
    const feeds = [feed('orders'), feed('stock'), feed('prices', 'second'), feed('far', 'shop', {}, 'other')];
    expect((await suspend(feeds, { connection: 'shop' })).written).toEqual([
      'suspend=true acme/orders',
      'suspend=true acme/stock',
    ]);
  });

  it('write nothing where several connections have the name, none has, or names are given too', async () => {
    const feeds = [feed('orders'), feed('far', 'shop', {}, 'other')];
    const several = await suspend(feeds, { connection: 'shop', allNamespaces: true });
    expect(String(several.error)).toContain('Connection acme/shop, Connection other/shop; name one with -n');
    const cluster = feed('stock', 'shop', { connectionRef: { kind: 'ClusterConnection', name: 'shop' } });
    expect(exitCodeOf((await suspend([feeds[0]!, cluster], { connection: 'shop' })).error)).toBe(2);
    const none = await suspend(feeds, { connection: 'none' });
    expect([String(none.error), exitCodeOf(none.error)]).toEqual([
      'Error: no Feed names the connection none in namespace acme: name its namespace with -n',
      3,
    ]);
    const both = await suspend(feeds, { connection: 'shop', names: ['orders'] });
    for (const { written } of [several, none, both]) expect(written).toEqual([]);
    expect(exitCodeOf(both.error)).toBe(2);
  });
});

describe('supercargo reconcile', () => {
  it('asks the operator by an annotation, for any kind, and exactly what was named', async () => {
    const store: Viewed = { kind: 'Store', metadata: { namespace: 'acme', name: 'main' }, spec: {} };
    const { target, written } = fakeTarget({ resources: [store, feed('main')] });
    const ask = (names: string[]) => askReconcile(target, { kind: 'stores', names }, {}, quickDoors());
    await ask(['main']);
    expect(written).toEqual(['supercargo.dev/reconcile-requested-at acme/main']);
    await expect(ask(['main', 'none'])).rejects.toThrow('Store none was not found');
    expect(written).toHaveLength(1);
  });
});
