import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { anyAddress } from './listen-address.ts';

it('who listens there is reached by IPv4 and by IPv6, or by IPv4 alone where there is no other', async () => {
  const server = createServer((_, response) => response.end('here'));
  const host = await anyAddress();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const said = async (name: string) => (await fetch(`http://${name}:${port}`)).text();
  expect(await said('127.0.0.1')).toBe('here');
  if (host === '::') expect(await said('[::1]')).toBe('here');
  server.close();
  expect(await anyAddress(async () => true)).toBe('::');
  expect(await anyAddress(async () => false)).toBe('0.0.0.0');
});

it.each(['hub/main.ts', 'drill/main.ts'])('%s listens there, and on no address of one family', async (main) => {
  const text = await readFile(join(import.meta.dirname, '..', '..', main), 'utf8');
  expect(text).toMatch(/await anyAddress\(\)/);
  expect(text).not.toMatch(/'(0\.0\.0\.0|127\.0\.0\.1|::1?|localhost)'/);
});
