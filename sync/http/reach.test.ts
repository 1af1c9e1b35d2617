import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DriverError } from '../../drivers/contract/index.ts';
import { OWN_MACHINE, PUBLIC_ONLY, reachOf, type Reach } from '../../kit/net/addresses.ts';
import { Budget } from '../budget/budget.ts';
import { createShopHttp } from './shop-http.ts';

let server: Server;
let port: number;
let calls = 0;

beforeAll(async () => {
  server = createServer((_, response) => {
    calls++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  calls = 0;
});

/** What a call ends with: the reason, or "reached". */
async function outcome(
  host: string,
  reach: Reach,
  intent: 'read' | 'write' = 'read',
  plainHttp = false,
): Promise<string> {
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const http = createShopHttp({
    clock,
    reach,
    plainHttp,
    budget: new Budget({ clock }),
    scope: () => ({ feedClass: 'orders', assertMayWrite: () => undefined }),
    testMode: () => false,
    random: () => 0,
    onResponse: () => undefined,
    onThrottle: () => undefined,
  });
  const request = {
    url: `http://${host}:${port}/`,
    method: intent === 'read' ? 'GET' : 'POST',
    timeoutMs: 20_000,
  } as const;
  const send = request.method === 'GET' ? http.read(request) : http.write(request);
  const ended = await send.then(
    () => 'reached',
    (error: unknown) => (error instanceof DriverError ? error.details.reason : String(error)),
  );
  await http.close();
  return ended;
}

describe('where calls to the store may go', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '0.0.0.0',
  ])('not to %s, read or write, and nothing is sent', async (host) => {
    expect(await outcome(host, PUBLIC_ONLY, 'read', true)).toBe('AddressForbidden');
    expect(await outcome(host, PUBLIC_ONLY, 'write', true)).toBe('AddressForbidden');
    expect(calls).toBe(0);
  });

  it('not to loopback or metadata even where the installation allows every network', async () => {
    const reach = { ...reachOf(['0.0.0.0/0', '::/0']).reach, loopback: false };
    for (const host of ['localhost', '127.0.0.1', '168.63.129.16', '100.100.100.200', '[fe80::1]'])
      expect([host, await outcome(host, reach, 'read', true)]).toEqual([host, 'AddressForbidden']);
    expect(calls).toBe(0);
  });

  it('to loopback on its user’s own machine', async () => {
    expect(await outcome('localhost', OWN_MACHINE)).toBe('reached');
    expect(await outcome('127.0.0.1', OWN_MACHINE, 'write')).toBe('reached');
    expect(calls).toBe(2);
  });
});

describe('a credential in clear', () => {
  // The name resolves nowhere: what matters is that nothing is tried.
  it.each(['shop.invalid', '10.0.0.1'])('does not go to http://%s, read or write', async (host) => {
    const reach = { ...reachOf(['10.0.0.0/8']).reach, loopback: false };
    expect(await outcome(host, reach)).toBe('PlainHttp');
    expect(await outcome(host, reach, 'write')).toBe('PlainHttp');
  });

  it('goes where the installation allows it', async () => {
    expect(await outcome('shop.invalid', PUBLIC_ONLY, 'read', true)).toBe('DnsFailure');
  });
});
