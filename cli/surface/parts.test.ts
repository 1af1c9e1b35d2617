import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../kit/clock.ts';
import type { Doors } from './command.ts';
import { PARTS } from './parts.ts';

describe('supercargo serve connections-left', () => {
  let folder: string;
  let server: Server;
  let asked: string[];
  let left: string[];
  const before = process.env['KUBECONFIG'];

  /** An API server that has these Connections in the namespace acme. */
  beforeEach(async () => {
    asked = [];
    server = createServer(({ url = '' }, response) => {
      asked.push(decodeURIComponent(url));
      const names = url.includes('/connections') ? left : [];
      const items = names.map((name) => ({ metadata: { name, namespace: 'acme' }, spec: {} }));
      const list = { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    folder = await mkdtemp(join(tmpdir(), 'supercargo-left-'));
    process.env['KUBECONFIG'] = join(folder, 'config');
    await writeFile(
      process.env['KUBECONFIG'],
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'a' },
        clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
      }),
    );
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  async function run(env: Record<string, string>) {
    const told: string[] = [];
    const doors: Doors = {
      ...{ env, clock: systemClock, say: () => undefined, tell: (line) => void told.push(line), ask: undefined },
      stop: () => new AbortController().signal,
      withTarget: () => Promise.reject(new Error('it asks the API server itself')),
    };
    const row = PARTS.find(({ name }) => name === 'serve connections-left')!;
    const code = await row.run({ ...doors, args: [], options: {}, given: () => false });
    return { code, told: told.join('\n') };
  }

  it('fails with what is left, so that the job before an uninstall does', async () => {
    left = ['shop'];
    const { code, told } = await run({ SUPERCARGO_INSTALLATION: 'one' });
    expect([code, told.split('\n')[0]]).toEqual([1, '1 connection is left: acme/shop.']);
  });

  it('ends well and without a word where none is', async () => {
    left = [];
    expect(await run({ SUPERCARGO_INSTALLATION: 'one' })).toEqual({ code: 0, told: '' });
    expect(asked.map((url) => url.split('?')[0]!.split('/').slice(4).join('/')).sort()).toEqual([
      'clusterconnections',
      'connections',
    ]);
  });

  it('asks for the namespaces and the shard of its installation alone', async () => {
    left = ['shop'];
    const env = { SUPERCARGO_INSTALLATION: 'one', SUPERCARGO_WATCH_NAMESPACES: 'acme,other' };
    const { told } = await run({ ...env, SUPERCARGO_WATCH_SELECTOR: 'shard=a' });
    expect(asked.map((url) => url.split('?')[0]!.split('/').slice(4).join('/')).sort()).toEqual([
      'namespaces/acme/connections',
      'namespaces/other/connections',
    ]);
    for (const url of asked) expect(url).toContain('labelSelector=shard=a');
    expect(told).toContain('--field-selector status.installation=one');
  });
});
