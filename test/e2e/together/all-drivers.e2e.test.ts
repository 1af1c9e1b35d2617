import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Random } from '../../../simulator/random.ts';
import { addOrder } from '../../../simulator/shop/generate.ts';
import { wires } from '../../../simulator/wires/index.ts';
import { call, waitFor, type Hub } from '../../demo/steps.ts';
import { connectE2e, Shop, type E2e } from '../context.ts';
import { startPlatform, type Platform } from '../platform.ts';

jest.setTimeout(600_000);

/** Once a year: what runs in these tests runs because it was asked for. */
const RARELY = { schedule: '0 0 1 1 *' };
const FEEDS = {
  DataModelSync: RARELY,
  ProductImport: RARELY,
  StockImport: RARELY,
  OrderImport: RARELY,
  ShipmentExport: RARELY,
  StockExport: RARELY,
};
const LEVEL = 77;
const NAMES = [...wires().keys()];

interface Running extends Platform {
  readonly shop: Shop;
}

describe('a connection of each built-in driver, all on one cluster at once', () => {
  let e2e: E2e;
  const all = new Map<string, Running>();
  const of = (name: string): Running => all.get(name)!;
  const listed = async <T>(hub: Hub, path: string): Promise<T[]> =>
    (await call<{ items: T[] }>(hub, 'GET', `${path}?limit=100`)).items;

  async function start(name: string): Promise<void> {
    const platform = await startPlatform(e2e, { driver: name, name: `e2e-all-${name}` });
    const { url, secret, settings } = platform;
    const shop = new Shop(e2e, {
      namespace: `e2e-all-${name}`,
      driver: name,
      url,
      secret,
      settings,
      feeds: FEEDS,
      connection: { deletionPolicy: 'Delete' },
    });
    all.set(name, { ...platform, shop });
    await shop.apply();
  }

  beforeAll(async () => {
    e2e = await connectE2e();
    for (const name of NAMES) await start(name);
  });

  afterAll(async () => {
    for (const running of all.values()) {
      await running.shop.remove();
      await running.close();
    }
  });

  it('is Ready, every one, at the same time', async () => {
    const shops = [...all.values()].map(({ shop }) => shop);
    await Promise.all(shops.map((shop) => shop.ready(400_000)));
    // On a busy machine a probe of one may come late while another is looked at: what counts is that all can be.
    let seen: string[] = [];
    await waitFor('all of them at once', 120_000, async () => {
      seen = await Promise.all(shops.map((shop) => shop.condition('connections', 'shop', 'Ready')));
      return seen.every((ready) => ready.startsWith('True (Running)')) ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${seen.join('\n')}`);
    });
  });

  it.each(NAMES)('%s: what the shop has is in the hub, and an order placed now comes in', async (name) => {
    const { store, shop } = of(name);
    const hub = await shop.hub();
    expect(await listed(hub, '/products')).toHaveLength(store.truth.products().length);
    const before = (await listed(hub, '/orders')).length;
    expect(before).toBe(store.truth.orders().length);
    expect(addOrder(store.shop, new Random(7))).toBeDefined();
    await shop.run('orderimport');
    // A run that fails is repeated by itself.
    await waitFor('the order', 60_000, async () => ((await listed(hub, '/orders')).length > before ? true : undefined));
    expect(await listed(hub, '/orders')).toHaveLength(before + 1);
  });

  it.each(NAMES)('%s: a shipment reaches the shop, once', async (name) => {
    const { store, shop } = of(name);
    const hub = await shop.hub();
    const open = (await listed<{ id: string; shipments: unknown[] }>(hub, '/orders')).at(-1)!;
    const trackingCode = `ALL-${name.toUpperCase()}`;
    await call(hub, 'POST', `/orders/${open.id}/acknowledge`, { reference: 'WMS-1' });
    await call(hub, 'POST', `/orders/${open.id}/shipments`, { carrier: 'DHL', trackingCode });
    const parcels = () =>
      store.truth
        .orders()
        .flatMap((order) => order.parcels)
        .filter((parcel) => JSON.stringify(parcel).includes(trackingCode));
    await waitFor(`the parcel in ${name}`, 120_000, async () => (parcels().length > 0 ? true : undefined));
    await shop.run('shipmentexport');
    expect(parcels()).toHaveLength(1);
  });

  it.each(NAMES)('%s: a stock level reaches the shop', async (name) => {
    const { store, shop } = of(name);
    const hub = await shop.hub();
    const level = (await listed<{ sku: string; location: string }>(hub, '/stock'))[0]!;
    const sent = { sku: level.sku, warehouse: level.location, quantity: LEVEL };
    expect(await call(hub, 'POST', '/stock', { levels: [sent] })).toMatchObject({ queued: 1, unknown: [] });
    await waitFor(`the level in ${name}`, 120_000, async () =>
      store.truth.levels().some(({ sku, onHand, allocated }) => {
        // A shop that counts what can be sold is told that.
        return sku === level.sku && (onHand === LEVEL || onHand - allocated === LEVEL);
      })
        ? true
        : undefined,
    );
  });

  it.each(NAMES)("%s: deletion takes the pod and the hub's data, and leaves the shop alone", async (name) => {
    const { store, shop } = of(name);
    const hub = await shop.hub();
    const kept = store.truth.orders().length;
    await e2e.kubectl.run('delete', 'connection', 'shop', '--namespace', shop.namespace, '--timeout', '90s');
    await waitFor('no deployment', 60_000, async () =>
      (await e2e.kubectl.list('deployments', shop.namespace)).length === 0 ? true : undefined,
    );
    expect(await listed(hub, '/orders')).toEqual([]);
    expect(store.truth.orders()).toHaveLength(kept);
  });
});
