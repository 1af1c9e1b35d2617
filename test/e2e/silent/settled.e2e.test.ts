import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { storeUrl } from '../../cluster-demo/quickstart.ts';
import type { VendureStore } from '../../stores/vendure/index.ts';
import { connectE2e, Shop, startShop, type E2e } from '../context.ts';

jest.setTimeout(300_000);

const QUIET_MS = 120_000;
/** The schedules of the quick start: orders every minute, stock every two. */
const FEEDS = {
  DataModelSync: {},
  ProductImport: {},
  ProductUpdate: {},
  StockImport: {},
  OrderImport: {},
  OrderUpdate: {},
  ShipmentExport: {},
  StockExport: {},
};

describe('a settled cluster', () => {
  let e2e: E2e;
  let store: VendureStore;
  let shop: Shop;

  beforeAll(async () => {
    e2e = await connectE2e();
    store = await startShop();
    await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    shop = new Shop(e2e, {
      namespace: 'e2e-settled',
      url: storeUrl(e2e.cluster, store),
      apiKey: store.apiKey,
      feeds: FEEDS,
    });
    await shop.apply();
    await shop.ready();
    // Until every feed has run by its schedule once.
    await new Promise((resolve) => setTimeout(resolve, 75_000));
  });

  afterAll(async () => {
    await shop?.remove();
    await store?.stop();
  });

  /** Writes that the API server took for our API group and for what the operator makes, by verb and resource. */
  async function writes(): Promise<Record<string, number>> {
    const text = await e2e.kubectl.run('get', '--raw', '/metrics');
    const counts: Record<string, number> = {};
    for (const line of text.split('\n')) {
      const [, labels, value] = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line) ?? [];
      const label = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(labels ?? '')?.[1] ?? '';
      const ours =
        label('group') === 'supercargo.dev' ||
        ['deployments', 'serviceaccounts', 'roles', 'rolebindings', 'networkpolicies', 'events', 'secrets'].includes(
          label('resource'),
        );
      if (
        !labels ||
        !ours ||
        !/^(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)$/.test(label('verb')) ||
        label('subresource') === 'token'
      )
        continue;
      const key = `${label('verb')} ${label('resource')}/${label('subresource')}`;
      counts[key] = (counts[key] ?? 0) + Number(value);
    }
    return counts;
  }

  it('costs the API server no write in two minutes, though feeds run every minute', async () => {
    const before = await writes();
    const runs = (await shop.get('feeds', 'orderimport'))?.status;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const after = await writes();
    const grown = Object.fromEntries(
      Object.entries(after)
        .filter(([key, value]) => value > (before[key] ?? 0))
        .map(([key, value]) => [key, value - (before[key] ?? 0)]),
    );
    expect(grown).toEqual({});
    expect((await shop.get('feeds', 'orderimport'))?.status).toEqual(runs);
  });
});
