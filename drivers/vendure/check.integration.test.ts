import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { engineHttp } from '../../test/stores/vendure/engine-http.ts';
import { startVendure, type VendureStore } from '../../test/stores/vendure/index.ts';
import { selfSigned } from '../../test/stores/vendure/self-signed.ts';
import { memoryVault, type CheckReport } from '../contract/index.ts';
import type { VendureSettings } from './config.ts';
import { vendure } from './index.ts';

const never = new AbortController().signal;
const supported = vendure.manifest.feeds.map(({ type }) => type);

// A real store on a machine that may be busy with other tests.
jest.setTimeout(120_000);

describe('the connection check on a real store', () => {
  let store: VendureStore;
  const http = engineHttp();

  beforeAll(async () => {
    store = await startVendure();
  }, 300_000);

  afterAll(async () => {
    await http.close();
    await store.stop();
  });

  const check = (
    settings: Partial<VendureSettings> = {},
    apiKey = store.apiKey,
    feeds = supported,
  ): Promise<CheckReport> =>
    vendure
      .connect({
        credential: { apiKey },
        settings: { url: store.url, ...settings },
        http,
        now: () => new Date(),
        tokens: memoryVault(),
      })
      .check(feeds, never);

  it('is content with the store, the key and its permissions, and leaves no trace', async () => {
    const before = [await store.admin.countOrders(), await store.admin.countVariants()];
    expect(await check()).toEqual({
      reachable: { status: 'True', reason: 'Reachable', message: expect.any(String) },
      credential: { status: 'True', reason: 'Accepted', message: expect.any(String) },
      shop: { id: expect.stringMatching(/^\w{8,}$/), name: 'Default channel', currency: 'EUR' },
    });
    expect([await store.admin.countOrders(), await store.admin.countVariants()]).toEqual(before);
  });

  it('tells a wrong key from a missing permission, and names the permission and the feeds', async () => {
    expect(await check({}, 'nonsense')).toMatchObject({
      reachable: { status: 'True' },
      credential: { status: 'False', reason: 'KeyRefused' },
    });
    const lacking = await store.admin.createApiKey(['ReadCatalog', 'ReadOrder', 'ReadShippingMethod', 'UpdateCatalog']);
    const { credential } = await check({}, lacking);
    expect(credential).toMatchObject({ status: 'False', reason: 'PermissionMissing' });
    expect(credential.message).toContain('UpdateOrder (for ShipmentExport)');
    expect(credential.message).not.toContain('ReadOrder');
    // Only what the feeds need.
    expect((await check({}, lacking, ['OrderImport', 'StockExport'])).credential.status).toBe('True');
  });

  it('tells a wrong channel from one that the key may not enter', async () => {
    // With a single channel Vendure takes any token for it.
    expect((await check({ channel: 'nope' })).credential).toMatchObject({ status: 'False', reason: 'WrongChannel' });
    await store.admin.client.ask(
      `mutation { createChannel(input: { code: "outlet", token: "outlet-token", defaultLanguageCode: en, pricesIncludeTax: true, defaultCurrencyCode: EUR, defaultTaxZoneId: 1, defaultShippingZoneId: 1 }) { ... on Channel { id } } }`,
      {},
      z.unknown(),
    );
    expect((await check({ channel: 'nope' })).credential).toMatchObject({ status: 'False', reason: 'WrongChannel' });
    expect((await check({ channel: 'outlet-token' })).credential).toMatchObject({
      status: 'False',
      reason: 'ChannelRefused',
    });
    expect((await check({ channel: 'outlet-token' }, 'nonsense')).credential).toMatchObject({
      status: 'False',
      reason: 'KeyRefused',
    });
    const { shop } = await check();
    expect((await check({ channel: shop!.id })).credential).toMatchObject({ status: 'True' });
  });

  it('tells a wrong address from a wrong path, the Shop API, a web page and a redirect', async () => {
    expect((await check({ url: store.url.replace('admin-api', 'nothing') })).reachable).toMatchObject({
      status: 'False',
      reason: 'WrongUrl',
      message: expect.stringContaining('404'),
    });
    expect((await check({ url: store.shopUrl })).reachable).toMatchObject({
      status: 'False',
      reason: 'WrongUrl',
      message: expect.stringContaining('Shop API'),
    });
    const page = await serve((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<html></html>'),
    );
    expect((await check({ url: page.url })).reachable).toMatchObject({
      status: 'False',
      reason: 'NotAnApi',
      message: expect.stringContaining('web page'),
    });
    const redirect = await serve((_request, response) =>
      response.writeHead(301, { location: 'https://elsewhere.example/admin-api?secret=1' }).end(),
    );
    const { reachable } = await check({ url: redirect.url });
    expect(reachable).toMatchObject({
      status: 'False',
      reason: 'WrongUrl',
      message: expect.stringContaining('https://elsewhere.example'),
    });
    expect(reachable.message).not.toContain('secret');
    await Promise.all([page.close(), redirect.close()]);
  });

  it('tells a name that does not resolve, a closed port and a certificate from one another', async () => {
    expect(await check({ url: 'https://no-such-shop.invalid/admin-api' })).toMatchObject({
      reachable: { status: 'False', reason: 'DnsFailure' },
      credential: { status: 'Unknown' },
    });
    expect((await check({ url: 'http://127.0.0.1:1/admin-api' })).reachable).toMatchObject({
      status: 'False',
      reason: 'ConnectionRefused',
    });
    const secure = await serve((_request, response) => response.end(), selfSigned('shop.example'));
    expect((await check({ url: secure.url })).reachable).toMatchObject({
      status: 'False',
      reason: 'CertificateInvalid',
    });
    await secure.close();
    // HTTPS spoken to a port that speaks HTTP is none of these.
    expect((await check({ url: store.url.replace('http:', 'https:') })).reachable).toMatchObject({
      status: 'False',
      reason: 'ConnectionFailed',
    });
  });

  it('tells each in words that hold no key', async () => {
    const apiKey = 'a-key-that-must-not-be-shown';
    const reports = [
      await check({}, apiKey),
      await check({ url: store.url.replace('admin-api', 'x') }, apiKey),
      await check({ url: 'http://127.0.0.1:1/' }, apiKey),
    ];
    expect(JSON.stringify(reports)).not.toContain(apiKey);
  });
});

async function serve(
  handler: RequestListener,
  tls?: { readonly key: string; readonly cert: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = tls === undefined ? createHttpServer(handler) : createHttpsServer(tls, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/admin-api`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
