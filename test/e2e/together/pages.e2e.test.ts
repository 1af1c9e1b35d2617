import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addOrder } from '../../../simulator/shop/generate.ts';
import { Random } from '../../../simulator/random.ts';
import { call, waitFor, type Hub } from '../../demo/steps.ts';
import type { Run } from '../../pages/plan.ts';
import { runsOf } from '../../pages/plan/index.ts';
import { Shell } from '../../pages/shell.ts';
import { itRuns } from '../../pages/world.ts';
import { freePort } from '../../support/free-port.ts';
import { connectE2e, Shop, startReceiver, type E2e } from '../context.ts';
import { startPlatform, type Platform } from '../platform.ts';

jest.setTimeout(300_000);

/** Of the order that the rules of the Store refuse. */
const REASON = 'UnknownShippingMethod';
const FEEDS = {
  DataModelSync: {},
  ProductImport: {},
  StockImport: {},
  OrderImport: {},
  OrderUpdate: {},
  ShipmentExport: {},
};

describe('what the pages say to type, where a connection runs', () => {
  let e2e: E2e;
  let platform: Platform;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let shop: Shop;
  let hub: Hub;
  let shell: Shell;
  let folder: string;

  beforeAll(async () => {
    e2e = await connectE2e();
    platform = await startPlatform(e2e, { driver: 'generic', name: 'e2e-pages' });
    receiver = await startReceiver(e2e.cluster);
    shop = new Shop(e2e, {
      ...{ namespace: 'e2e-pages', driver: 'generic', feeds: FEEDS },
      ...{ url: platform.url, secret: platform.secret, settings: platform.settings },
      store: { orderWebhooks: [{ name: 'wms', url: receiver.url }], allowedPrivateNetworks: [receiver.network] },
      connection: { mode: 'Test', deletionPolicy: 'Delete' },
    });
    await shop.apply();
    hub = await shop.hub();
    await shop.ready();
    // A reader works in the namespace of the shop: the context says so, in a kubeconfig of this test's own.
    folder = await mkdtemp(join(tmpdir(), 'supercargo-kubeconfig-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await copyFile(e2e.cluster.kubeconfig, kubeconfig);
    const port = await freePort();
    const { namespace } = shop;
    shell = await Shell.open({
      env: { KUBECONFIG: kubeconfig, SUPERCARGO_STATE: '/nonexistent' },
      fill: {
        ...{ acme: namespace, NAMESPACE: namespace, NAME: 'shop', CONNECTION: 'shop', STORE: 'main' },
        ...{ RELEASE: 'supercargo', 'RELEASE-NAMESPACE': 'supercargo-system', ENDPOINT: 'wms' },
        ...{ '8080:8080': `${port}:8080`, '127.0.0.1:8080': `127.0.0.1:${port}` },
        ...{ REASON, NOTE: '"dealt with by hand"', NUMBER: platform.store.truth.orders()[0]!.number },
        EMAIL: platform.store.truth.orders()[1]!.customer.email,
      },
    });
    await shell.run({ text: `kubectl config set-context --current --namespace=${namespace}`, world: 'cluster' });
  });
  afterAll(async () => {
    await shell?.close();
    await shop?.remove();
    await receiver?.close();
    await platform?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** An order that comes with a shipping method which the Store does not know. */
  async function refusedOrder(): Promise<void> {
    await shop.patch('store', 'main', { shippingMethods: { nobodys: 'X' } });
    const { number } = addOrder(platform.store.shop, new Random(7))!;
    await shop.run('orderimport');
    await waitFor('the problem', 60_000, async () =>
      (await call<{ items: object[] }>(hub, 'GET', `/problems?reason=${REASON}`)).items.length > 0 ? true : undefined,
    );
    Object.assign(shell.fill, { RECORD: number });
  }

  /** Whom the hub may forget: the person of an order that is closed. */
  async function cancelledOrder(): Promise<void> {
    const [first] = platform.store.truth.orders();
    const { shop: shopItself } = platform.store;
    shopItself.saveOrder({ ...first!, progress: 'Cancelled', updatedAt: shopItself.stamp() });
    await shop.run('orderupdate');
    await waitFor('the cancellation', 60_000, async () => {
      const { items } = await call<{ items: { state: string }[] }>(hub, 'GET', `/orders?number=${first!.number}`);
      return items[0]?.state === 'Open' ? undefined : true;
    });
  }

  async function before({ text }: Run): Promise<void> {
    if (text === 'kubectl supercargo errors -n NAMESPACE') await refusedOrder();
    if (text === 'supercargo forget --order NUMBER') await cancelledOrder();
    // Where the hub's data goes too, it is not asked but told: --yes.
    if (text.startsWith('supercargo delete')) await shop.patch('connection', 'shop', { deletionPolicy: 'Retain' });
  }

  async function after({ text }: Run): Promise<void> {
    if (/supercargo (?:enable|go-live)/.test(text)) await shop.ready();
  }

  itRuns(runsOf('cluster'), () => shell, { before, after });
});
