import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { storeUrl } from '../../cluster-demo/quickstart.ts';
import { call, orderStory, waitFor, type Hub } from '../../demo/steps.ts';
import type { VendureStore } from '../../stores/vendure/index.ts';
import { connectE2e, Shop, startReceiver, startShop, type E2e } from '../context.ts';
import { supercargo } from '../supercargo.ts';

jest.setTimeout(300_000);

/** Hourly: what runs in these tests runs because it was asked for. */
const RARELY = { schedule: '0 0 1 1 *' };
const FEEDS = {
  DataModelSync: RARELY,
  ProductImport: RARELY,
  StockImport: {},
  OrderImport: RARELY,
  OrderUpdate: RARELY,
  ShipmentExport: RARELY,
  StockExport: RARELY,
};

describe('the main job on a real cluster', () => {
  let e2e: E2e;
  let store: VendureStore;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let shop: Shop;
  let hub: Hub;
  let number: string;

  beforeAll(async () => {
    e2e = await connectE2e();
    store = await startShop();
    receiver = await startReceiver(e2e.cluster);
    shop = new Shop(e2e, {
      namespace: 'e2e-story',
      url: storeUrl(e2e.cluster, store),
      apiKey: store.apiKey,
      feeds: FEEDS,
      store: {
        client: 'acme',
        orderWebhooks: [{ name: 'wms', url: receiver.url }],
        allowedPrivateNetworks: [receiver.network],
      },
    });
    await shop.apply();
    await shop.ready();
    hub = await shop.hub();
  });

  afterAll(async () => {
    await shop?.remove();
    await receiver?.close();
    await store?.stop();
  });

  /** A run that was asked for may fail, and is repeated by itself. */
  const imported = (code: string): Promise<{ readonly id: string }> =>
    waitFor(
      `order ${code}`,
      60_000,
      async () => (await call<{ items: { id: string }[] }>(hub, 'GET', `/orders?number=${code}`)).items[0],
    );

  it('moves an order in and its tracking number back, and tells the WMS with a signature it can verify', async () => {
    const { code } = await orderStory(
      store,
      hub,
      () => {},
      () => shop.run('orderimport'),
    );
    const event = await waitFor('the webhook', 60_000, async () =>
      receiver.received.find(({ body }) => body.includes('"order.created"') && body.includes(code)),
    );
    const { items } = await call<{ items: { secret: string }[] }>(hub, 'GET', '/webhooks');
    expect(new Webhook(items[0]!.secret).verify(event.body, event.headers)).toMatchObject({
      type: 'order.created',
      data: { cust_po_no: code },
    });
    number = code;
  });

  it('tells the life line of an order to "supercargo order" on the cluster, with no address and no key given', async () => {
    const told = await supercargo(e2e.cluster, 'order', number, '--namespace', shop.namespace);
    expect(told).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`order ${number} (reference `) });
    expect(told.stdout).toMatch(/acknowledged by the back office/);
    expect(await supercargo(e2e.cluster, 'order', number, '--namespace', 'default')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'supercargo: there is no Store in namespace default: name its namespace with -n\n',
    });
  });

  it('labels every child by client, store and driver', async () => {
    const [deployment] = await e2e.kubectl.list<{ metadata: { labels: Record<string, string> } }>(
      'deployments',
      shop.namespace,
    );
    expect(deployment!.metadata.labels).toMatchObject({
      'supercargo.dev/client': 'acme',
      'supercargo.dev/store': 'main',
      'supercargo.dev/driver': 'vendure',
    });
  });

  it('sends a stock level to the store', async () => {
    const [level] = (
      await call<{ items: { sku: string; location: string; onHand: number }[] }>(hub, 'GET', '/stock?sku=TEE-BLUE-S')
    ).items;
    await call(hub, 'POST', '/stock', { levels: [{ sku: 'TEE-BLUE-S', warehouse: level!.location, quantity: 77 }] });
    await waitFor('the level in Vendure', 60_000, async () =>
      JSON.stringify(await store.admin.stockOf('TEE-BLUE-S')).includes('77') ? true : undefined,
    );
  });

  it('writes nothing to the store in Test mode, and says what it would have sent', async () => {
    await shop.patch('connection', 'shop', { mode: 'Test' });
    await waitFor('Test mode', 60_000, async () =>
      ((await shop.get('connections', 'shop'))?.status?.['effective'] as { mode?: string } | undefined)?.mode === 'Test'
        ? true
        : undefined,
    );
    const placed = await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    await shop.ready();
    await shop.run('orderimport');
    const { id } = await imported(placed.code);
    await call(hub, 'POST', `/orders/${id}/shipments`, { trackingCode: 'NEVER' });
    await shop.until('feeds', 'shipmentexport', 'Held', 'True (TestMode)', 60_000);
    expect((await store.admin.getOrder(placed.code)).fulfillments ?? []).toEqual([]);
    await shop.patch('connection', 'shop', { mode: 'Production' });
    await waitFor('the shipment after going live', 90_000, async () => {
      await shop.run('shipmentexport');
      return (await store.admin.getOrder(placed.code)).fulfillments?.some(
        ({ trackingCode }) => trackingCode === 'NEVER',
      )
        ? true
        : undefined;
    });
  });

  it('drains when disabled, keeps everything, and resumes when enabled', async () => {
    await shop.patch('connection', 'shop', { enabled: false });
    await waitFor('no pod', 90_000, async () =>
      (await e2e.kubectl.list('pods', shop.namespace)).length === 0 ? true : undefined,
    );
    await waitFor('Inactive', 30_000, async () =>
      (await shop.get('connections', 'shop'))?.status?.['state'] === 'Inactive' ? true : undefined,
    );
    const placed = await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    await shop.patch('connection', 'shop', { enabled: true });
    await shop.ready();
    await shop.run('orderimport');
    await imported(placed.code);
    expect((await call<{ items: unknown[] }>(hub, 'GET', `/orders?number=${placed.code}`)).items.length).toBe(1);
  });

  it('syncs all feeds at once when asked, and says that it has', async () => {
    await shop.annotate('connection', 'shop', 'supercargo.dev/sync-requested-at', 'now-1');
    await waitFor('the echo', 120_000, async () =>
      (await shop.get('connections', 'shop'))?.status?.['lastHandledSyncRequest'] === 'now-1' ? true : undefined,
    );
  });

  it('finds out by itself when the content of the Secret stops to be valid, names it, and recovers', async () => {
    const put = (apiKey: string) =>
      e2e.kubectl.apply(
        [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop-key' }, stringData: { apiKey } }],
        shop.namespace,
      );
    await put('wrong');
    await shop.until('connections', 'shop', 'CredentialValid', 'False', 180_000);
    await shop.until('connections', 'shop', 'Ready', 'False');
    await shop.until('credentials', 'shop', 'Ready', 'False');
    await put(store.apiKey);
    await shop.ready();
  });

  it('refuses another driver on an existing connection, and says what to do instead', async () => {
    await expect(shop.patch('connection', 'shop', { driver: 'shopify' })).rejects.toThrow(
      /driver cannot be changed: create another Connection/,
    );
  });

  it('protects a connection that asks for it from deletion while it is active', async () => {
    await shop.patch('connection', 'shop', { deletionProtection: true });
    await expect(e2e.kubectl.run('delete', 'connection', 'shop', '--namespace', shop.namespace)).rejects.toThrow(
      /is protected: set spec.enabled to false/,
    );
    await shop.patch('connection', 'shop', { deletionProtection: false });
  });
});
