import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { storeKind, type StoreSpec } from '../../../crds/index.ts';
import type { CarryWebhook } from '../../../hub/base/webhook-transport.ts';
import { acceptedSpecs } from '../../support/accepted-specs.ts';
import { HubRig, until } from '../../support/hub-rig.ts';
import { line, order, product } from '../../support/memory-store.ts';
import { ownDatabase } from '../../support/postgres.ts';

jest.setTimeout(120_000);

let rig: HubRig;
let looked = 0;

/** As a socket would: the host is resolved and judged, then the call is made. Only this machine's name is resolved. */
const carryWebhook: CarryWebhook = ({ url, lookup }) => {
  const { hostname } = new URL(url);
  if (hostname !== 'localhost') return Promise.resolve(200);
  looked++;
  return new Promise((resolve, reject) => lookup(hostname, {}, (error) => (error ? reject(error) : resolve(200))));
};

/** What once ended the hub, and a network that it never calls. */
const EXAMPLES = [
  ['999.1.1.1/8', 'http://localhost:3999/hook'],
  ['10.0.0.0/8', 'http://localhost:3999/hook'],
  ['::ffff:10.0.0.0/104', 'http://[bad/'],
].map(([network = '', url = '']): [StoreSpec] => [
  { orderWebhooks: [{ name: 'wms', url }], allowedPrivateNetworks: [network] },
]);

beforeAll(async () => {
  rig = await HubRig.start(await ownDatabase(), { carryWebhook });
});
afterAll(async () => rig.stop());

it('whatever the API server accepts as a Store is kept, judges orders, and each of its webhooks has an outcome', async () => {
  const waiting = async (store: string) =>
    rig.db.query(
      `SELECT id FROM deliveries WHERE attempts = 0 AND state = 'Pending' AND store_id = (SELECT id FROM stores WHERE name = $1)`,
      [store],
    );
  await fc.assert(
    fc.asyncProperty(acceptedSpecs<StoreSpec>(storeKind), async (spec) => {
      const store = await rig.store(spec);
      const pod = await store.connect('shop');
      await pod.send('ProductImport', [product('p', ['A'])]);
      await pod.send('OrderImport', [order('1'), order('2', { lines: [line('1', 'shop', 1)] })]);
      await until(async () => (await waiting(store.name)).length === 0, 'an outcome of each webhook');
      // Again, and changed: what it was is compared with what it is.
      await store.put(spec);
      await store.put({ ...spec, skuAliases: { ...spec.skuAliases, shop: 'A' } });
      if (!spec.developerApi?.keyOf) expect((await store.api('GET', '/orders?intake=All')).body.items).toHaveLength(2);
      expect((await fetch(`${rig.hub.url}/healthz`)).status).toBe(200);
    }),
    { numRuns: 40, endOnFailure: true, examples: EXAMPLES },
  );
  expect(looked).toBeGreaterThan(0);
});
