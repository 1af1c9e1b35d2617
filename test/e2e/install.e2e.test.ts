import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  allowPlainRegistry,
  BUILD_PATIENCE_MS,
  buildImage,
  ensureBinaries,
  startCluster,
  stderrLog,
  stopCluster,
  type Cluster,
} from '../cluster/index.ts';
import { run } from '../cluster/exec.ts';
import { startRegistry, type Registry } from '../cluster/registry.ts';
import { RELEASE_NAMESPACE, strictNamespace } from '../cluster-demo/install.ts';
import { Kubectl } from '../cluster-demo/kubectl.ts';
import { hubOf, quickstartManifests, secret } from '../cluster-demo/quickstart.ts';
import { call, waitFor } from '../demo/steps.ts';
import { startVendure, type VendureStore } from '../stores/vendure/index.ts';
import { ForwardProxy } from '../support/forward-proxy.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');
const NAME = 'sc-install';
const SHOPS = 'acme';
const LOGIN = { username: 'puller', password: 'only-for-the-node' };
const BASIC = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
/** A name that nobody resolves but the proxy. */
const SHOP_URL = 'http://shop.acme.example:3000/admin-api';

/** A registry that gives nothing to who has no login, as a company's does. */
class PrivateRegistry {
  pulled = 0;
  turnedAway = 0;
  readonly #server: Server;

  constructor(behind: string) {
    this.#server = createServer((request, response) => {
      if (request.headers.authorization !== BASIC) {
        this.turnedAway += 1;
        return void response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      }
      this.pulled += 1;
      const { method, headers, url: path } = request;
      const [host, port] = behind.split(':');
      const onward = httpRequest({ host, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '0.0.0.0', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('an install by the lines of the README on a cluster that forbids what it can', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;
  let registry: Registry;
  let door: PrivateRegistry;
  let proxy: ForwardProxy;
  let shop: VendureStore;
  let host: string;

  beforeAll(async () => {
    const { crane } = await ensureBinaries(['crane'], stderrLog);
    // Tests that were killed leave theirs, with all that they had installed.
    await stopCluster({ name: NAME, log: stderrLog });
    cluster = await startCluster({ name: NAME, log: stderrLog });
    kubectl = new Kubectl(cluster);
    registry = await startRegistry(stderrLog);
    const image = await buildImage({ log: stderrLog });
    await run(crane, ['push', '--insecure', image.archive, `${registry.host}/supercargo:0.1.0`], { timeout: 120_000 });
    door = new PrivateRegistry(registry.host);
    host = `${cluster.hostAddress}:${await door.start()}`;
    await allowPlainRegistry(cluster, host);
    shop = await startVendure({});
    proxy = await ForwardProxy.start(Number(new URL(shop.url).port), '0.0.0.0');
  });
  afterAll(async () => {
    proxy?.stop();
    await shop?.stop();
    door?.stop();
    await registry?.stop();
    await cluster?.stop();
  });

  const pullSecret = (namespace: string) =>
    kubectl.run(
      ...['create', 'secret', 'docker-registry', 'pull', '--namespace', namespace, '--docker-server', host],
      ...['--docker-username', LOGIN.username, '--docker-password', LOGIN.password],
    );
  const helm = (verb: string, ...args: string[]) =>
    run(
      'helm',
      [
        ...[verb, 'supercargo', CHART, '--namespace', RELEASE_NAMESPACE, '--wait', '--timeout', '3m'],
        ...['--set', `image.repository=${host}/supercargo`, '--set', 'image.tag=0.1.0'],
        ...['--set', 'imagePullSecrets[0].name=pull', '--set', 'networkPolicy.enabled=true'],
        ...['--set', `sync.proxy.httpProxy=http://${cluster.hostAddress}:${proxy.port}`],
        // The shop of the test has no certificate.
        ...['--set', 'sync.allowPlainHttp=true', ...args],
      ],
      { env: cluster.adminEnv, timeout: 240_000 },
    );
  const uninstall = () =>
    run('helm', ['uninstall', 'supercargo', '--namespace', RELEASE_NAMESPACE, '--wait'], {
      ...{ env: cluster.adminEnv, timeout: 280_000 },
    });
  const ready = () =>
    waitFor('the connection to be Ready', 120_000, async () => {
      const said = await kubectl.condition('connections', 'vendure', SHOPS, 'Ready');
      return said.startsWith('True (Running)') ? true : undefined;
    }).catch(async (error: unknown) => {
      const account = await kubectl.run('describe', 'connections,feeds,pods', '--namespace', SHOPS);
      throw new Error(`${String(error)}\n${account}`);
    });

  it('is Ready under Pod Security "restricted" and policies that deny by default, with an image that wants a login and a shop that only a proxy reaches', async () => {
    const begun = performance.now();
    for (const namespace of [RELEASE_NAMESPACE, SHOPS]) {
      await kubectl.apply(strictNamespace(namespace));
      await pullSecret(namespace);
    }
    await helm('install');
    const installed = performance.now();
    const { store, connection, feeds } = await quickstartManifests(SHOP_URL);
    await kubectl.apply([secret(shop.apiKey)], SHOPS);
    for (const manifests of [store, connection, feeds]) await kubectl.apply(manifests, SHOPS);
    await ready();
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
    const now = performance.now();
    stderrLog(`installed in ${seconds(begun, installed)} s, Ready after ${seconds(begun, now)} s`);
    expect(door.pulled).toBeGreaterThan(0);
    expect(door.turnedAway).toBeGreaterThan(0);
    expect(new Set(proxy.asked.map((line) => line.replace(/^POST http:\/\//, 'CONNECT ').replace(/\/.*/, '')))).toEqual(
      new Set(['CONNECT shop.acme.example:3000']),
    );
  });

  it('has the orders of the shop in the hub, for a warehouse that may call it', async () => {
    const { code } = await shop.admin.placeOrder({ lines: [{ sku: 'TAPE', quantity: 1 }] });
    await kubectl.run(
      ...['annotate', 'feeds', '--all', '--namespace', SHOPS, '--overwrite'],
      `supercargo.dev/run-requested-at=${new Date().toISOString()}`,
    );
    const hub = await waitFor('the developer API key', 60_000, () => hubOf(kubectl, 'main', SHOPS));
    await waitFor(`order ${code}`, 90_000, async () => {
      const { items } = await call<{ items: unknown[] }>(hub, 'GET', `/orders?number=${code}`);
      return items.length === 1 ? true : undefined;
    });
  });

  it('passes `helm test`, takes an upgrade with its job, and refuses to go while a connection is left', async () => {
    await run('helm', ['test', 'supercargo', '--namespace', RELEASE_NAMESPACE, '--timeout', '2m'], {
      env: cluster.adminEnv,
      timeout: 150_000,
    });
    await helm('upgrade', '--set', 'logLevel=debug');
    await ready();
    await expect(uninstall()).rejects.toThrow('supercargo-connections-must-be-deleted-first failed');
    await kubectl.run('delete', 'namespace', SHOPS, '--timeout', '100s');
    await uninstall();
    expect(await kubectl.list('deployments', RELEASE_NAMESPACE)).toEqual([]);
  });
});
