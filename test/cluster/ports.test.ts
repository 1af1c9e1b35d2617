import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePorts } from './ports.ts';

it('free ports differ, and are none that whatever runs beside is given by chance', async () => {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768');
  const ports = await freePorts(30);
  expect(new Set(ports).size).toBe(30);
  expect(Math.min(...ports)).toBeGreaterThan(1024);
  // Some machines leave no room below.
  const first = Number.parseInt(range, 10);
  if (first > 16_384) expect(Math.max(...ports)).toBeLessThan(first);
});

it('a free port is one that can be listened on', async () => {
  const [port] = await freePorts(1, '0.0.0.0');
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '0.0.0.0', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});
