import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../drivers/contract/index.ts';
import { OWN_MACHINE, PUBLIC_ONLY, type Reach } from '../../kit/net/addresses.ts';
import { proxyFromEnvironment, type ProxySettings } from '../../kit/net/proxy.ts';
import { ForwardProxy } from '../../test/support/forward-proxy.ts';
import { socketTransport } from './transport.ts';

let shop: Server;
let proxy: ForwardProxy;

beforeAll(async () => {
  shop = createServer((_, response) => response.end('from the shop'));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  proxy = await ForwardProxy.start(portOf(shop));
});
afterAll(() => {
  proxy.stop();
  shop.closeAllConnections();
  shop.close();
});
beforeEach(() => proxy.forget());

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const throughProxy = (noProxy = '') =>
  proxyFromEnvironment({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: noProxy });

/** The shop's answer, or why there is none. */
async function outcome(url: string, proxyOf: ProxySettings | undefined, reach: Reach = PUBLIC_ONLY): Promise<string> {
  const transport = socketTransport(reach, { plainHttp: true, proxy: proxyOf });
  try {
    const { body } = await transport.send({ url, method: 'GET', headers: {}, timeoutMs: 20_000 });
    return Buffer.from(body as Uint8Array).toString();
  } catch (error) {
    return error instanceof DriverError ? `${error.details.reason}: ${error.message}` : String(error);
  } finally {
    await transport.close();
  }
}

describe('a proxy of the installation', () => {
  it('is asked for shops, whose names only it may be able to resolve', async () => {
    expect(await outcome('http://shop.invalid/', throughProxy())).toBe('from the shop');
    // The shop speaks no TLS: what counts is which tunnel was asked for.
    await outcome('https://shop.invalid/', throughProxy());
    expect(proxy.asked).toEqual([expect.stringContaining('shop.invalid'), 'CONNECT shop.invalid:443']);
  });

  it('is not asked for what NO_PROXY names; there the guard of addresses holds', async () => {
    const url = `http://localhost:${portOf(shop)}/`;
    expect(await outcome(url, throughProxy('localhost'), OWN_MACHINE)).toBe('from the shop');
    expect(await outcome(url, throughProxy('localhost'))).toMatch(/address/);
    expect(proxy.asked).toEqual([]);
  });

  it('is never asked for an address that may not be called', async () => {
    for (const host of ['169.254.169.254', '10.0.0.1', '[fd00:ec2::254]'])
      expect(await outcome(`http://${host}/`, throughProxy())).not.toBe('from the shop');
    expect(proxy.asked).toEqual([]);
  });

  it('is named where it is the proxy that says no, or is not there: the shop is not to blame', async () => {
    proxy.refusesWith = 407;
    expect(await outcome('https://shop.invalid/', throughProxy())).toMatch(/^ProxyFailed: the proxy .*407/);
    const gone = proxyFromEnvironment({ HTTPS_PROXY: 'http://127.0.0.1:9' });
    expect(await outcome('https://shop.invalid/', gone)).toMatch(/^ProxyFailed: .*127\.0\.0\.1:9/);
  });

  it('is not taken from the process by itself: without settings calls go directly', async () => {
    process.env['HTTP_PROXY'] = proxy.url;
    try {
      expect(await outcome(`http://localhost:${portOf(shop)}/`, proxyFromEnvironment({}), OWN_MACHINE)).toBe(
        'from the shop',
      );
      expect(proxy.asked).toEqual([]);
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });
});

describe('a proxy that wants a login', () => {
  const urls = { HTTPS_PROXY: 'http://127.0.0.1:1' };
  const login = (files: Record<string, string>) => ({ files, value: 'sync.proxy.loginSecret' });
  const at = (files: Record<string, string>) => proxyFromEnvironment({ HTTPS_PROXY: proxy.url }, login(files));

  it('is shown the one of the Secret, whatever characters it has', async () => {
    await outcome('https://shop.invalid/', at({ username: 'acme@corp', password: 'p:ä/ %' }));
    expect(Buffer.from(proxy.login!.replace('Basic ', ''), 'base64').toString()).toBe('acme@corp:p:ä/ %');
  });

  it('and refuses it: the reason says where to put another, and nothing of the login', async () => {
    proxy.refusesWith = 407;
    const said = await outcome('https://shop.invalid/', at({ username: 'u', password: 'hunter2' }));
    expect(said).toMatch(/^ProxyFailed: .*sync\.proxy\.loginSecret/);
    expect(said).not.toContain('hunter2');
  });

  it('is told by key when the Secret lacks one', () => {
    expect(() => proxyFromEnvironment(urls, login({ username: 'u' }))).toThrow(/no key "password"/);
    expect(() => proxyFromEnvironment(urls, login({}))).toThrow(/no key "username"/);
  });
});
