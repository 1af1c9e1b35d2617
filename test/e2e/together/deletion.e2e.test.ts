import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run, tryRun } from '../../cluster/exec.ts';
import { RELEASE_NAMESPACE } from '../../cluster-demo/install.ts';
import { storeUrl } from '../../cluster-demo/quickstart.ts';
import { call, waitFor } from '../../demo/steps.ts';
import type { VendureStore } from '../../stores/vendure/index.ts';
import { connectE2e, Shop, startShop, type E2e } from '../context.ts';

jest.setTimeout(300_000);

const RARELY = { schedule: '0 0 1 1 *' };
const FEEDS = { ProductImport: RARELY, OrderImport: RARELY };

describe('deletion of a connection', () => {
  let e2e: E2e;
  let store: VendureStore;
  const shops: Shop[] = [];

  beforeAll(async () => {
    e2e = await connectE2e();
    store = await startShop();
    await store.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
  });

  afterAll(async () => {
    for (const shop of shops) await shop.remove();
    await store?.stop();
  });

  async function shopWith(namespace: string, connection: object, url = storeUrl(e2e.cluster, store)): Promise<Shop> {
    const shop = new Shop(e2e, { namespace, url, apiKey: store.apiKey, feeds: FEEDS, connection });
    shops.push(shop);
    await shop.apply();
    return shop;
  }

  const orders = async (shop: Shop) =>
    (await call<{ items: unknown[] }>(await shop.hub(), 'GET', '/orders')).items.length;

  it("keeps the hub's data with Retain, and a connection of that name takes it up again; while there is one, neither its Store nor the release goes", async () => {
    const shop = await shopWith('e2e-retain', { deletionPolicy: 'Retain' });
    await shop.ready();
    expect(await orders(shop)).toBe(1);
    await e2e.kubectl.run('delete', 'connection', 'shop', '--namespace', shop.namespace, '--timeout', '90s');
    await waitFor('no deployment', 60_000, async () =>
      (await e2e.kubectl.list('deployments', shop.namespace)).length === 0 ? true : undefined,
    );
    expect(await orders(shop)).toBe(1);
    await shop.apply();
    await shop.ready();
    expect(await orders(shop)).toBe(1);

    // While it is there, what it uses stays, and so does the release.
    const refused = await e2e.kubectl.try('delete', 'store', 'main', '--namespace', shop.namespace);
    expect(`${refused.stdout}${refused.stderr}`).toMatch(/Store main is in use by 1 connection .*delete those first/);
    const where = ['--namespace', RELEASE_NAMESPACE];
    const uninstall = await tryRun('helm', ['uninstall', 'supercargo', ...where], {
      ...{ env: e2e.cluster.adminEnv, timeout: 280_000 },
    });
    expect(uninstall.stderr).toMatch(/supercargo-connections-must-be-deleted-first failed/);
    const why = await e2e.kubectl.run('logs', 'job/supercargo-connections-must-be-deleted-first', ...where);
    expect(why).toMatch(/connections? (is|are) left: [^]*Nothing was uninstalled/);
    expect(await e2e.kubectl.list('deployments', RELEASE_NAMESPACE)).toHaveLength(2);
    expect(await orders(shop)).toBe(1);

    // Helm calls it "uninstalling" now: whoever keeps it rolls it back to itself, and can upgrade it again.
    const helm = (...args: string[]) =>
      run('helm', [...args, ...where], { env: e2e.cluster.adminEnv, timeout: 280_000 });
    const history = JSON.parse(await helm('history', 'supercargo', '--output', 'json')) as { revision: number }[];
    await helm('rollback', 'supercargo', String(history.at(-1)!.revision), '--wait');
    expect(await helm('status', 'supercargo')).toContain('STATUS: deployed');
    await shop.remove();
  });

  it("removes the hub's data with Delete", async () => {
    const shop = await shopWith('e2e-delete', { deletionPolicy: 'Delete' });
    await shop.ready();
    expect(await orders(shop)).toBe(1);
    await e2e.kubectl.run('delete', 'connection', 'shop', '--namespace', shop.namespace, '--timeout', '90s');
    expect(await orders(shop)).toBe(0);
    await shop.remove();
  });

  it('does not hang when the store cannot be reached', async () => {
    const shop = await shopWith(
      'e2e-unreachable',
      { deletionPolicy: 'Delete' },
      `http://${e2e.cluster.hostAddress}:9/admin-api`,
    );
    await shop.until('connections', 'shop', 'Reachable', 'False (ConnectionRefused)');
    await shop.until('connections', 'shop', 'Ready', 'False');
    await e2e.kubectl.run('delete', 'connection', 'shop', '--namespace', shop.namespace, '--timeout', '90s');
    await shop.remove();
  });

  it('lets go at once when the namespace goes', async () => {
    const shop = await shopWith('e2e-namespace', { deletionProtection: true });
    await shop.ready();
    await e2e.kubectl.run('delete', 'namespace', shop.namespace, '--timeout', '60s');
  });
});
