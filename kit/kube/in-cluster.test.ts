import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCa } from '../../test/support/certificates.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { KubeClient } from './client.ts';
import { inClusterAccess } from './in-cluster.ts';
import { Transport } from './transport.ts';

const PODS = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What the kubelet puts into a pod. */
async function account(token: string, ca: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'account-'));
  closing.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'token'), `${token}\n`);
  await writeFile(join(folder, 'ca.crt'), ca);
  return folder;
}

async function apiServer() {
  const ca = createCa();
  const tokens: (string | undefined)[] = [];
  const server = createServer(ca.issue(['IP:127.0.0.1']), (request, response) => {
    tokens.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = String((server.address() as AddressInfo).port);
  return { ca, tokens, env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port } };
}

function clientOf(access: ReturnType<typeof inClusterAccess>) {
  const clock = new ManualClock();
  const transport = new Transport(access!, { clock });
  closing.push(() => transport.close());
  return { clock, client: new KubeClient(transport) };
}

describe('a pod at its API server', () => {
  it('speaks with the token of its ServiceAccount, and with the new one once the kubelet has renewed it', async () => {
    const { ca, tokens, env } = await apiServer();
    const folder = await account('first', ca.cert);
    const { clock, client } = clientOf(inClusterAccess(env, folder));
    await client.get(PODS, 'a', 'n');
    await writeFile(join(folder, 'token'), 'second');
    await client.get(PODS, 'a', 'n');
    await clock.advance(31_000);
    await client.get(PODS, 'a', 'n');
    expect(tokens).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
  });

  it('gives its token to no server that another CA vouches for', async () => {
    const { tokens, env } = await apiServer();
    const { client } = clientOf(inClusterAccess(env, await account('first', createCa('another').cert)));
    await expect(client.get(PODS, 'a', 'n')).rejects.toMatchObject({ reason: 'Unavailable' });
    expect(tokens).toEqual([]);
  });

  it.each([
    ['10.0.0.1', '443', 'https://10.0.0.1/'],
    ['10.0.0.1', '6443', 'https://10.0.0.1:6443/'],
    ['fd00::1', '443', 'https://[fd00::1]/'],
  ])('finds it at %s, port %s', async (host, port, url) => {
    const env = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT_HTTPS: port };
    expect(inClusterAccess(env, await account('t', ''))?.server.href).toBe(url);
  });

  it('is no pod without a token or without an address', async () => {
    expect(inClusterAccess({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, '/nowhere')).toBeUndefined();
    expect(inClusterAccess({}, await account('t', ''))).toBeUndefined();
  });
});
