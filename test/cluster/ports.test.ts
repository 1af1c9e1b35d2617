import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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

describe('with a note of who was given which', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ports-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('no two calls are given one port, though nothing listens on it yet', async () => {
    const calls = await Promise.all(Array.from({ length: 40 }, () => freePorts(25, undefined, folder)));
    expect(new Set(calls.flat()).size).toBe(1000);
  });
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
