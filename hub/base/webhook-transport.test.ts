import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { guardedLookup, OWN_MACHINE, PUBLIC_ONLY } from '../../kit/net/addresses.ts';
import { proxyFromEnvironment, type ProxySettings } from '../../kit/net/proxy.ts';
import { ForwardProxy } from '../../test/support/forward-proxy.ts';
import { transportError } from '../webhooks/transport-errors.ts';
import { carryBySocket } from './webhook-transport.ts';

let endpoint: Server;
let proxy: ForwardProxy;
let got: string[] = [];

beforeAll(async () => {
  endpoint = createServer((request, response) => {
    request.on('data', (piece: Buffer) => got.push(piece.toString()));
    request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  proxy = await ForwardProxy.start(portOf(endpoint));
});
afterAll(() => {
  proxy.stop();
  endpoint.closeAllConnections();
  endpoint.close();
});
beforeEach(() => {
  got = [];
  proxy.forget();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const byProxy = (env: NodeJS.ProcessEnv = {}) =>
  proxyFromEnvironment({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ...env });

/** The status of the answer, or what the endpoint's owner is told. */
async function outcome(
  url: string,
  settings: ProxySettings | undefined,
  reach = PUBLIC_ONLY,
): Promise<number | string> {
  try {
    return await carryBySocket(settings)({
      url,
      headers: { 'content-type': 'application/json' },
      body: '{"type":"order.created"}',
      lookup: guardedLookup([reach], 'REMEDY'),
      timeoutMs: 20_000,
      signal: new AbortController().signal,
    });
  } catch (error) {
    return transportError(error);
  }
}

describe('a webhook where the installation has a proxy', () => {
  it('goes by way of it, to names that only the proxy may be able to resolve', async () => {
    expect(await outcome('http://wms.invalid/orders', byProxy())).toBe(204);
    expect(got.join('')).toBe('{"type":"order.created"}');
    // The endpoint speaks no TLS: what counts is which tunnel was asked for.
    await outcome('https://wms.invalid/orders', byProxy());
    expect(proxy.asked).toEqual([expect.stringContaining('wms.invalid'), 'CONNECT wms.invalid:443']);
  });

  it('goes directly to what NO_PROXY names, and there the guard of addresses holds', async () => {
    const url = `http://localhost:${portOf(endpoint)}/orders`;
    expect(await outcome(url, byProxy({ NO_PROXY: 'localhost' }), OWN_MACHINE)).toBe(204);
    expect(await outcome(url, byProxy({ NO_PROXY: 'localhost' }))).toMatch(/REMEDY/);
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [407, /wants another login.*hub\.webhooks\.proxy\.loginSecret/],
    [403, /does not let the hub call the endpoint/],
  ])(
    'tells the owner of the endpoint that it is the proxy that answers %i, and not where it is',
    async (status, said) => {
      proxy.refusesWith = status;
      const told = await outcome('https://wms.invalid/orders', byProxy());
      expect(told).toMatch(said);
      expect(told).not.toContain('127.0.0.1');
    },
  );

  it('tells so where the proxy is not there', async () => {
    const gone = proxyFromEnvironment({ HTTPS_PROXY: 'http://127.0.0.1:9' });
    const told = await outcome('https://wms.invalid/orders', gone);
    expect(told).toMatch(/proxy cannot be reached.*hub\.webhooks\.proxy/);
    expect(told).not.toContain('127.0.0.1');
  });
});

describe('a webhook without a proxy', () => {
  it('goes directly, whatever stands in the environment of the process', async () => {
    process.env['HTTP_PROXY'] = proxy.url;
    try {
      const url = `http://localhost:${portOf(endpoint)}/orders`;
      expect(await outcome(url, proxyFromEnvironment({}), OWN_MACHINE)).toBe(204);
      expect(proxy.asked).toEqual([]);
    } finally {
      delete process.env['HTTP_PROXY'];
    }
  });
});
