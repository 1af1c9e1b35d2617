import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { storeUrl } from '../cluster-demo/quickstart.ts';
import { RELEASE_NAMESPACE } from '../cluster-demo/install.ts';
import { call, waitFor, type Hub } from '../demo/steps.ts';
import type { VendureStore } from '../stores/vendure/index.ts';
import { connectE2e, freshParts, killPod, Shop, startReceiver, startShop, type E2e } from './context.ts';

// Four waits follow one another in the longest test.
jest.setTimeout(600_000);

const ORDERS = 60;
const EVERY_MINUTE = {
  schedule: '* * * * *',
  batchSize: 3,
  retry: { initialDelay: '1s', maxDelay: '3s', maxAttempts: 20 },
};

describe('kill -9 in the middle of a sync', () => {
  let e2e: E2e;
  let store: VendureStore;
  let shop: Shop;
  let hub: Hub;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let codes: string[];

  beforeAll(async () => {
    e2e = await connectE2e();
    await freshParts(e2e);
    store = await startShop();
    receiver = await startReceiver(e2e.cluster);
    codes = await store.admin.bulkOrders(ORDERS);
    shop = new Shop(e2e, {
      namespace: 'e2e-faults',
      url: storeUrl(e2e.cluster, store),
      apiKey: store.apiKey,
      feeds: {
        ProductImport: { ...EVERY_MINUTE, batchSize: 1 },
        OrderImport: EVERY_MINUTE,
        ShipmentExport: EVERY_MINUTE,
      },
      store: { orderWebhooks: [{ name: 'wms', url: receiver.url }], allowedPrivateNetworks: [receiver.network] },
    });
    await shop.apply();
    hub = await shop.hub();
  });

  afterAll(async () => {
    await shop?.remove();
    await receiver?.close();
    await store?.stop();
  });

  async function allOrders(): Promise<{ id: string; cust_po_no: string }[]> {
    const found: { id: string; cust_po_no: string }[] = [];
    for (let after = '0'; ;) {
      const page = await call<{ items: { id: string; cust_po_no: string; cursor: string }[] }>(
        hub,
        'GET',
        `/orders?limit=100&after=${after}`,
      );
      found.push(...page.items);
      if (page.items.length === 0) return found;
      after = page.items.at(-1)!.cursor;
    }
  }

  it('of the sync pod, the hub and the operator loses no order and doubles none', async () => {
    await waitFor('the first products', 120_000, async () =>
      (await call<{ items: unknown[] }>(hub, 'GET', '/products')).items.length > 0 ? true : undefined,
    );
    const sync = () => killPod(e2e, shop.namespace, 'supercargo.dev/connection=shop');
    const hubPod = () => killPod(e2e, RELEASE_NAMESPACE, 'app.kubernetes.io/component=hub');
    const operator = () => killPod(e2e, RELEASE_NAMESPACE, 'app.kubernetes.io/component=operator');
    await sync();
    await waitFor('the first orders', 120_000, async () => ((await allOrders()).length > 0 ? true : undefined));
    await hubPod();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await sync();
    await operator();
    let seen = 0;
    await waitFor('all orders', 200_000, async () =>
      (seen = (await allOrders()).length) >= ORDERS ? true : undefined,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; ${seen} of ${ORDERS} came\n${await shop.account()}`);
    });
    const numbers = (await allOrders()).map((order) => order.cust_po_no);
    expect(numbers.length).toBe(new Set(numbers).size);
    expect([...numbers].sort()).toEqual([...codes].sort());
    // An order waits for the products that it names, not for the whole catalogue, which comes page by page.
    const inStore = await store.admin.countVariants();
    const inHub = await waitFor('all variants', 120_000, async () => {
      const { items } = await call<{ items: { variants: unknown[] }[] }>(hub, 'GET', '/products?limit=500');
      const found = items.reduce((sum, { variants }) => sum + variants.length, 0);
      return found >= inStore ? found : undefined;
    });
    expect(inHub).toBe(inStore);
  });

  it('told the WMS of every order, and by one id each', async () => {
    const ids = () => {
      const byOrder = new Map<string, Set<string>>();
      for (const { headers, body } of receiver.received) {
        const { type, data } = JSON.parse(body) as { type: string; data: { cust_po_no: string } };
        if (type === 'order.created')
          byOrder.set(data.cust_po_no, (byOrder.get(data.cust_po_no) ?? new Set()).add(headers['webhook-id']!));
      }
      return byOrder;
    };
    await waitFor('every webhook', 120_000, async () => (ids().size === ORDERS ? true : undefined));
    expect([...ids().values()].filter((set) => set.size !== 1)).toEqual([]);
  });

  it('ships every order exactly once although the pod is killed while it ships', async () => {
    const orders = (await allOrders()).slice(0, 12);
    for (const order of orders)
      await call(hub, 'POST', `/orders/${order.id}/shipments`, { trackingCode: `T-${order.cust_po_no}` });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await killPod(e2e, shop.namespace, 'supercargo.dev/connection=shop');
    await waitFor('all confirmations', 200_000, async () => {
      const views = await Promise.all(
        orders.map(({ id }) => call<{ shipments: { confirmedAt: string | null }[] }>(hub, 'GET', `/orders/${id}`)),
      );
      return views.every(({ shipments }) => shipments[0]?.confirmedAt) ? true : undefined;
    });
    for (const order of orders) {
      const { fulfillments } = await store.admin.getOrder(order.cust_po_no);
      expect((fulfillments ?? []).map(({ trackingCode }) => trackingCode)).toEqual([`T-${order.cust_po_no}`]);
    }
  });
});
