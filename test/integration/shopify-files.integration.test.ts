import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { shopifyWith } from '../../drivers/shopify/index.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { serveStore, type StoreServer } from '../../simulator/server.ts';
import { SimulatedShop } from '../../simulator/simulated-shop.ts';
import { shopifyWire } from '../../simulator/wires/shopify.ts';
import { LocalRig } from '../support/local-rig.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

jest.setTimeout(120_000);

let postgres: TestPostgres;
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
}, 30_000);

it('a large catalogue of Shopify comes into the hub as a file over sockets, which no token is sent for', async () => {
  const store = new SimulatedShop({ clock: systemClock, wire: shopifyWire, products: 120, orders: 1, apiKey: 'k' });
  const files: Readonly<Record<string, string>>[] = [];
  const handle = store.handle.bind(store);
  store.handle = (request) => {
    if (request.path.includes('/bulk-operation-outputs/')) files.push(request.headers);
    return handle(request);
  };
  server = await serveStore(store, { host: '127.0.0.1', port: 0, clock: systemClock });
  rig = await LocalRig.start({
    db: openPostgres({ url: await postgres.createDatabase('shopify_files') }),
    definition: shopifyWith(100),
    feeds: ['DataModelSync', 'ProductImport', 'StockImport'],
    connection: { settings: shopifyWire.subject.settings(server.url) },
    secret: { ...shopifyWire.subject.credential('k') },
  });
  rig.startEngine();
  await rig.until(() => rig!.condition('Synced')?.status === 'True', 'the initial sync', 60_000);
  const rows = async (table: string): Promise<number> =>
    (await rig!.db.query<{ count: string | number }>(`SELECT count(*) AS count FROM ${table}`)).map(({ count }) =>
      Number(count),
    )[0]!;
  expect(await rows('products')).toBe(120);
  expect(await rows('stock_levels')).toBe(store.truth.levels().length);
  expect(files.length).toBe(2);
  for (const headers of files) expect(Object.keys(headers)).not.toContain('x-shopify-access-token');
});
