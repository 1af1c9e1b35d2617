import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defineDriver, type DriverDefinition, type DriverFeeds } from '../../drivers/contract/index.ts';
import { generic } from '../../drivers/generic/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import type { FeedType } from '../../model/feeds.ts';
import { serveStore, type StoreServer } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { LocalRig } from '../support/local-rig.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(60_000);

const FEEDS: readonly FeedType[] = [
  'DataModelSync',
  'ProductImport',
  'ProductUpdate',
  'ProductImageImport',
  'StockImport',
  'OrderImport',
  'OrderUpdate',
];

let postgres: TestPostgres;
let databases = 0;
let rig: LocalRig | undefined;
let server: StoreServer | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(async () => {
  await postgres?.stop();
});
afterEach(async () => {
  await rig?.stop();
  await server?.close();
  rig = undefined;
}, 30_000);

/** A shop behind HTTP that counts what it is asked, and the engine beside it. */
async function start(definition: DriverDefinition, feeds = FEEDS) {
  const store = new SimulatedShop({ clock: systemClock, products: 60, orders: 40, apiKey: 'k' });
  const asked: string[] = [];
  const handle = store.handle.bind(store);
  store.handle = (request) => {
    asked.push(`${request.method} ${request.path.split('?')[0]}`);
    return handle(request);
  };
  server = await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock });
  rig = await LocalRig.start({
    db: openPostgres({ url: await postgres.createDatabase(`riding_${++databases}`) }),
    definition,
    feeds,
    connection: { settings: { url: server.url }, earliestOrderDate: '2000-01-01T00:00:00Z' },
    secret: { apiKey: 'k' },
  });
  rig.startEngine();
  await rig.until(() => rig!.condition('Synced')?.status === 'True', 'the initial sync');
  const count = (path: string) => asked.filter((one) => one === `GET ${path}`).length;
  return { store, rig, asked, count };
}

const ready = (of: LocalRig, type: FeedType) => ({
  synced: (of.feed(type)['conditions'] as { type: string; status: string }[]).find((one) => one.type === 'Synced')
    ?.status,
  succeeded: of.feed(type)['lastSuccessAt'] !== undefined,
});

describe('feeds whose records come with the runs of another', () => {
  it('are served by one reading: their status and their freshness, and what was asked of them', async () => {
    const { rig, count, store } = await start(generic);
    for (const type of FEEDS) expect([type, ready(rig, type)]).toEqual([type, { synced: 'True', succeeded: true }]);
    const [products, orders] = [count('/products'), count('/orders')];
    const runs = await rig.db.query<{ feed_type: string }>('SELECT DISTINCT feed_type FROM runs ORDER BY 1');
    expect(runs.map(({ feed_type }) => feed_type)).toEqual([
      'DataModelSync',
      'OrderImport',
      'ProductImport',
      'StockImport',
    ]);
    const [product] = store.truth.products();
    store.shop.saveProduct({ ...product!, title: 'A new name', updatedAt: store.shop.stamp() });
    await rig.run('ProductUpdate');
    const { body } = await rig.api('GET', `/products?limit=200`);
    expect(body.items.some(({ title }: { title: string }) => title === 'A new name')).toBe(true);
    expect(count('/products')).toBe(products + 1);
    expect(count('/orders')).toBe(orders);
    await rig.run('OrderUpdate');
    expect(count('/orders')).toBeGreaterThan(orders);
  });

  it('read by themselves where the connection lacks the other, or has it suspended', async () => {
    const { rig, count } = await start(generic, ['ProductUpdate', 'OrderUpdate']);
    expect(ready(rig, 'ProductUpdate')).toEqual({ synced: 'True', succeeded: true });
    expect(count('/products')).toBeGreaterThan(0);
    const runs = await rig.db.query<{ feed_type: string }>('SELECT DISTINCT feed_type FROM runs ORDER BY 1');
    expect(runs.map(({ feed_type }) => feed_type)).toEqual(['OrderUpdate', 'ProductUpdate']);
  });
});

describe('a driver whose feed comes with another', () => {
  const feeds = (changed: DriverFeeds<object>): DriverFeeds<object> => ({
    ProductImport: { maxPageSize: 10, read: async function* () {} },
    ...changed,
  });
  const define = (changed: DriverFeeds<object>) =>
    defineDriver({ ...generic, check: async () => ({}) as never, connect: () => ({}), feeds: feeds(changed) });

  it('is refused where that one does not read by itself, or is not there', () => {
    expect(() => define({ OrderUpdate: { via: 'OrderImport' } })).toThrow(
      'OrderImport, which this driver does not have',
    );
    expect(() =>
      define({ ProductUpdate: { via: 'ProductImport' }, ProductImageImport: { via: 'ProductUpdate' } }),
    ).toThrow('does not read by itself');
  });
});
