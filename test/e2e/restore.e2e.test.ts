import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeUrl } from '../cluster-demo/quickstart.ts';
import { call, waitFor, type Hub } from '../demo/steps.ts';
import type { VendureStore } from '../stores/vendure/index.ts';
import { connectE2e, Shop, startShop, type E2e } from './context.ts';
import { supercargo } from './supercargo.ts';

jest.setTimeout(400_000);

const EVERY_MINUTE = { schedule: '* * * * *', retry: { initialDelay: '1s', maxDelay: '3s', maxAttempts: 20 } };

interface OrderView {
  readonly id: string;
  readonly cust_po_no: string;
  readonly shipments: readonly { readonly confirmedAt: string | null }[];
}

/** As docs/operating.md tells it; it takes the orders of everybody on the cluster back, so it stands alone. */
describe('a hub on a cluster that is restored from a backup', () => {
  let e2e: E2e;
  let store: VendureStore;
  let shop: Shop;
  let hub: Hub;
  let folder: string;

  beforeAll(async () => {
    e2e = await connectE2e();
    folder = await mkdtemp(join(tmpdir(), 'supercargo-restore-'));
    store = await startShop();
    shop = new Shop(e2e, {
      namespace: 'e2e-restore',
      url: storeUrl(e2e.cluster, store),
      apiKey: store.apiKey,
      feeds: { ProductImport: EVERY_MINUTE, OrderImport: EVERY_MINUTE, ShipmentExport: EVERY_MINUTE },
    });
    await shop.apply();
    hub = await shop.hub();
    await shop.ready();
  });
  afterAll(async () => {
    await shop?.remove();
    await store?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const succeeds = async (...args: string[]) => {
    const { code, stderr } = await supercargo(e2e.cluster, ...args);
    if (code !== 0) throw new Error(`supercargo ${args[0]} ended with ${code}: ${stderr}`);
  };
  const orders = async () => (await call<{ items: OrderView[] }>(hub, 'GET', '/orders?limit=100')).items;
  const has = (codes: readonly string[]) =>
    waitFor(`orders ${codes.join(', ')}`, 180_000, async () => {
      // While the hub starts anew nobody answers.
      const numbers = await orders().then(
        (found) => found.map(({ cust_po_no }) => cust_po_no),
        (): string[] => [],
      );
      return codes.every((code) => numbers.includes(code)) ? numbers : undefined;
    });
  const ship = async (code: string) => {
    const order = (await orders()).find(({ cust_po_no }) => cust_po_no === code)!;
    await call(hub, 'POST', `/orders/${order.id}/shipments`, { trackingCode: `T-${code}` });
    return order.id;
  };
  const confirmed = (id: string) =>
    waitFor(`confirmation of ${id}`, 180_000, async () =>
      (await call<OrderView>(hub, 'GET', `/orders/${id}`)).shipments[0]?.confirmedAt ? true : undefined,
    );
  const parcelsOf = async (code: string) =>
    ((await store.admin.getOrder(code)).fulfillments ?? []).map(({ trackingCode }) => trackingCode);

  it('catches up with the shop: nothing is lost, and nothing is shipped twice', async () => {
    const before = await store.admin.bulkOrders(2);
    await has(before);
    const file = join(folder, 'hub.backup');
    await succeeds('backup', '-o', file);
    // What the backup does not know: a parcel that the shop has, and orders.
    await confirmed(await ship(before[0]!));
    const after = await store.admin.bulkOrders(2);
    await has([...before, ...after]);

    const refused = await supercargo(e2e.cluster, 'restore', file, '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('--replace');
    await succeeds('restore', file, '--yes', '--replace');

    const numbers = await has([...before, ...after]);
    expect([...numbers].sort()).toEqual([...before, ...after].sort());
    await shop.ready();
    // The warehouse repeats what it has told since: the parcel is found at the shop, and not made again.
    await call(
      hub,
      'POST',
      `/orders/${(await orders()).find(({ cust_po_no }) => cust_po_no === before[0])!.id}/shipments`,
      { trackingCode: `T-${before[0]}` },
    ).catch((error: unknown) => {
      expect(String(error)).toContain('NothingToShip');
    });
    for (const code of [before[1]!, ...after]) await confirmed(await ship(code));
    for (const code of [...before, ...after]) expect(await parcelsOf(code)).toEqual([`T-${code}`]);
  });
});
