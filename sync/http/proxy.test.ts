import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../drivers/contract/index.ts';
import { OWN_MACHINE, PUBLIC_ONLY, type Reach } from '../../kit/net/addresses.ts';
import { proxyFromEnvironment, type ProxySettings } from './proxy.ts';
import { socketTransport } from './transport.ts';

let shop: Server;
let proxy: Server;
/** What the proxy was asked for. */
let asked: string[] = [];
let refuses = false;
/** What the proxy was shown of who asks. */
let login: string | undefined;

beforeAll(async () => {
  shop = createServer((_, response) => response.end('from the shop'));
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (refuses) return void response.writeHead(407).end();
    httpRequest({ port: portOf(shop), path: '/' }, (answer) => answer.pipe(response)).end();
  });
  proxy.on('connect', (request, socket, head) => {
    asked.push(`CONNECT ${request.url}`);
    login = request.headers['proxy-authorization'];
    if (refuses) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(portOf(shop), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  for (const server of [shop, proxy]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  for (const server of [shop, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  asked = [];
  refuses = false;
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const throughProxy = (noProxy = '') =>
  proxyFromEnvironment({
    HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
    HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
    NO_PROXY: noProxy,
  });

/** The shop's answer, or why there is none. */
async function outcome(url: string, proxyOf: ProxySettings | undefined, reach: Reach = PUBLIC_ONLY): Promise<string> {
  const transport = socketTransport(reach, { plainHttp: true, proxy: proxyOf });
  try {
    const { body } = await transport.send({ url, method: 'GET', headers: {}, timeoutMs: 2_000 });
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
    expect(asked).toEqual([expect.stringContaining('shop.invalid'), 'CONNECT shop.invalid:443']);
  });

  it('is not asked for what NO_PROXY names; there the guard of addresses holds', async () => {
    const url = `http://localhost:${portOf(shop)}/`;
    expect(await outcome(url, throughProxy('localhost'), OWN_MACHINE)).toBe('from the shop');
    expect(await outcome(url, throughProxy('localhost'))).toMatch(/address/);
    expect(asked).toEqual([]);
  });

  it('is never asked for an address that may not be called', async () => {
    for (const host of ['169.254.169.254', '10.0.0.1', '[fd00:ec2::254]'])
      expect(await outcome(`http://${host}/`, throughProxy())).not.toBe('from the shop');
    expect(asked).toEqual([]);
  });

  it('is named where it is the proxy that says no, or is not there: the shop is not to blame', async () => {
    refuses = true;
    expect(await outcome('https://shop.invalid/', throughProxy())).toMatch(/^ProxyFailed: the proxy .*407/);
    const gone = proxyFromEnvironment({ HTTPS_PROXY: 'http://127.0.0.1:9' });
    expect(await outcome('https://shop.invalid/', gone)).toMatch(/^ProxyFailed: .*127\.0\.0\.1:9/);
  });

  it('is not taken from the process by itself: without settings calls go directly', async () => {
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${portOf(proxy)}`;
    try {
      expect(await outcome(`http://localhost:${portOf(shop)}/`, proxyFromEnvironment({}), OWN_MACHINE)).toBe(
        'from the shop',
      );
      expect(asked).toEqual([]);
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });
});

describe('a proxy that wants a login', () => {
  const urls = { HTTPS_PROXY: 'http://127.0.0.1:1' };
  const at = (files: Record<string, string>) =>
    proxyFromEnvironment({ HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` }, files);

  it('is shown the one of the Secret, whatever characters it has', async () => {
    await outcome('https://shop.invalid/', at({ username: 'acme@corp', password: 'p:ä/ %' }));
    expect(Buffer.from(login!.replace('Basic ', ''), 'base64').toString()).toBe('acme@corp:p:ä/ %');
  });

  it('and refuses it: the reason says where to put another, and nothing of the login', async () => {
    refuses = true;
    const said = await outcome('https://shop.invalid/', at({ username: 'u', password: 'hunter2' }));
    expect(said).toMatch(/^ProxyFailed: .*sync\.proxy\.loginSecret/);
    expect(said).not.toContain('hunter2');
  });

  it('is told by key when the Secret lacks one', () => {
    expect(() => proxyFromEnvironment(urls, { username: 'u' })).toThrow(/no key "password"/);
    expect(() => proxyFromEnvironment(urls, {})).toThrow(/no key "username"/);
  });
});
