import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { storeUrl } from '../../cluster-demo/quickstart.ts';
import type { VendureStore } from '../../stores/vendure/index.ts';
import { connectE2e, Shop, startShop, type E2e } from '../context.ts';

jest.setTimeout(240_000);

describe('bad input is met where the user looks first', () => {
  let e2e: E2e;
  let store: VendureStore;
  let shop: Shop;
  let website: Server;
  let websiteUrl: string;

  beforeAll(async () => {
    e2e = await connectE2e();
    store = await startShop();
    website = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>'),
    );
    await new Promise<void>((resolve) => website.listen(0, '0.0.0.0', resolve));
    websiteUrl = `http://${e2e.cluster.hostAddress}:${(website.address() as AddressInfo).port}/admin-api`;
    shop = new Shop(e2e, {
      namespace: 'e2e-bad',
      url: storeUrl(e2e.cluster, store),
      apiKey: store.apiKey,
      feeds: { ProductImport: { schedule: '0 0 1 1 *' } },
    });
    await shop.apply();
    await shop.ready();
  });

  afterAll(async () => {
    await shop?.remove();
    website?.close();
    await store?.stop();
  });

  const of = (kind: string, name: string, spec: object) => ({
    apiVersion: 'supercargo.dev/v1beta1',
    kind,
    metadata: { name },
    spec,
  });
  const connection = (spec: object) => ({
    storeRef: { name: 'main' },
    driver: 'vendure',
    credentialRef: { name: 'shop' },
    settings: { url: shop.options.url },
    ...spec,
  });

  it.each([
    [
      'an unknown field',
      of('Feed', 'x', { connectionRef: { name: 'shop' }, type: 'OrderImport', shedule: '* * * * *' }),
      /unknown field "(spec\.)?shedule"/,
    ],
    [
      'a wrong cron',
      of('Feed', 'x', { connectionRef: { name: 'shop' }, type: 'OrderImport', schedule: 'daily' }),
      /"daily" is not a cron schedule: use five fields/,
    ],
  ])('%s is refused by apply', async (_what, manifest, message) => {
    await expect(e2e.kubectl.apply([manifest], shop.namespace)).rejects.toThrow(message);
  });

  it.each([
    [
      'a settings key the driver does not know',
      { settings: { url: 'http://x/admin-api', chanel: 'de' } },
      'Accepted',
      /^False .*chanel/,
    ],
    ['a driver that does not exist', { driver: 'shopifi' }, 'Accepted', /^False .*shopifi/],
    ['a Store that does not exist', { storeRef: { name: 'mian' } }, 'Accepted', /^False .*mian/],
    ['a Credential that does not exist', { credentialRef: { name: 'nope' } }, 'Accepted', /^False .*nope/],
  ])('%s is named in the condition', async (_what, spec, type, expected) => {
    await e2e.kubectl.apply([of('Connection', 'bad', connection(spec))], shop.namespace);
    await until('connections', 'bad', type, expected);
    await until('connections', 'bad', 'Ready', /^False/);
    await e2e.kubectl.run('delete', 'connection', 'bad', '--namespace', shop.namespace);
  });

  it('a feed type the driver lacks is refused with the list of those it has', async () => {
    await e2e.kubectl.apply(
      [of('Feed', 'suppliers', { connectionRef: { name: 'shop' }, type: 'SupplierImport' })],
      shop.namespace,
    );
    await until('feeds', 'suppliers', 'Accepted', /^False .*ProductImport/);
    await e2e.kubectl.run('delete', 'feed', 'suppliers', '--namespace', shop.namespace);
  });

  it.each([
    [
      'a Secret that is missing',
      { secretName: 'gone', data: undefined, url: undefined },
      'CredentialValid',
      /^False \(SecretMissing\): Secret "gone"/,
    ],
    [
      'a Secret that lacks a key',
      { secretName: 'empty', data: { token: 'x' }, url: undefined },
      'CredentialValid',
      /^False \(SecretKeyMissing\): Secret "empty" lacks the key "apiKey"/,
    ],
    [
      'a key that is not accepted',
      { secretName: 'wrong', data: { apiKey: 'wrong' }, url: undefined },
      'CredentialValid',
      /^False/,
    ],
    [
      'a store URL that answers HTML',
      { secretName: 'shop-key', data: undefined, url: 'website' },
      'Reachable',
      /^False .*(HTML|web page|JSON)/i,
    ],
  ])('%s is said by the pod, with the remedy', async (_what, { secretName, data, url }, type, expected) => {
    if (data)
      await e2e.kubectl.apply(
        [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: secretName }, stringData: data }],
        shop.namespace,
      );
    await e2e.kubectl.apply(
      [of('Store', 'other', {}), of('Credential', 'bad', { driver: 'vendure', secretRef: { name: secretName } })],
      shop.namespace,
    );
    await e2e.kubectl.apply(
      [
        of(
          'Connection',
          'bad',
          connection({
            storeRef: { name: 'other' },
            credentialRef: { name: 'bad' },
            settings: { url: url ? websiteUrl : shop.options.url },
          }),
        ),
      ],
      shop.namespace,
    );
    await until('connections', 'bad', type, expected);
    await until('connections', 'bad', 'Ready', /^False/);
    await e2e.kubectl.run('delete', 'connection,credential', 'bad', '--namespace', shop.namespace, '--timeout', '90s');
  });

  it('a second connection on the same shop is stopped, and names the first', async () => {
    await e2e.kubectl.apply([of('Connection', 'again', connection({}))], shop.namespace);
    await until('connections', 'again', 'Ready', /^False \(ShopAlreadyConnected\).*shop/);
    await e2e.kubectl.run('delete', 'connection', 'again', '--namespace', shop.namespace, '--timeout', '90s');
  });

  it('all the while the good connection stays Ready', async () => {
    // A look at its pod may come late on a busy machine; what the others did to it would last.
    await shop.ready(60_000);
  });

  async function until(kind: string, name: string, type: string, expected: RegExp): Promise<void> {
    const deadline = Date.now() + 90_000;
    for (let seen = ''; ; seen = await shop.condition(kind, name, type)) {
      if (expected.test(seen)) return;
      if (Date.now() > deadline)
        throw new Error(`${kind}/${name} ${type} should match ${String(expected)}; it is "${seen}"`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
});
