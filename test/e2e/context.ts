import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findCluster, type Cluster } from '../cluster/index.ts';
import { Kubectl } from '../cluster-demo/kubectl.ts';
import { RELEASE_NAMESPACE, strictNamespace } from '../cluster-demo/install.ts';
import { hubOf } from '../cluster-demo/quickstart.ts';
import { waitFor, type Hub } from '../demo/steps.ts';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { startVendure, type VendureStore } from '../stores/vendure/index.ts';
import { kstatusProblems } from '../../kit/kstatus-check.ts';
import type { Viewed } from '../../cli/status-view.ts';

export interface E2e {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
}

export async function connectE2e(): Promise<E2e> {
  const cluster = await findCluster({ name: process.env['CLUSTER'] });
  if (!cluster) throw new Error('there is no cluster: run "make test-e2e", which brings it up');
  return { cluster, kubectl: new Kubectl(cluster) };
}

/** A client's namespace with a Store, a Secret, a Credential, a Connection and the feeds that are named. */
export interface ShopOptions {
  readonly namespace: string;
  readonly url: string;
  /** Key of a Vendure shop; another driver has `secret`. */
  readonly apiKey?: string;
  /** `vendure` if absent. */
  readonly driver?: string;
  readonly secret?: Readonly<Record<string, string>>;
  /** The address alone if absent. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly feeds: Readonly<Record<string, object>>;
  readonly store?: object;
  readonly connection?: object;
}

export function shopObjects(options: ShopOptions): object[] {
  const { driver = 'vendure', secret = { apiKey: options.apiKey } } = options;
  const of = (kind: string, resource: string, spec: object) => ({
    apiVersion: 'supercargo.dev/v1beta1',
    kind,
    metadata: { name: resource },
    spec,
  });
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'shop-key' }, stringData: secret },
    of('Store', 'main', { ...options.store }),
    of('Credential', 'shop', { driver, secretRef: { name: 'shop-key' } }),
    of('Connection', 'shop', {
      storeRef: { name: 'main' },
      driver,
      credentialRef: { name: 'shop' },
      settings: options.settings ?? { url: options.url },
      mode: 'Production',
      earliestOrderDate: '2026-01-01T00:00:00Z',
      ...options.connection,
    }),
    ...Object.entries(options.feeds).map(([type, spec]) =>
      of('Feed', type.toLowerCase(), { connectionRef: { name: 'shop' }, type, ...spec }),
    ),
  ];
}

export class Shop {
  readonly namespace: string;
  readonly e2e: E2e;
  readonly options: ShopOptions;

  constructor(e2e: E2e, options: ShopOptions) {
    this.e2e = e2e;
    this.options = options;
    // The hub keeps the data of a connection that was deleted: a name used before would take it up again.
    this.namespace = `${options.namespace}-${randomUUID().slice(0, 5)}`;
  }

  async apply(): Promise<void> {
    const { kubectl } = this.e2e;
    await kubectl.apply(strictNamespace(this.namespace));
    await kubectl.apply(shopObjects(this.options), this.namespace);
  }

  async patch(kind: string, resource: string, spec: object): Promise<void> {
    await this.e2e.kubectl.run(
      'patch',
      kind,
      resource,
      '--namespace',
      this.namespace,
      '--type',
      'merge',
      '--patch',
      JSON.stringify({ spec }),
    );
  }

  async annotate(kind: string, resource: string, annotation: string, value: string): Promise<void> {
    await this.e2e.kubectl.run(
      'annotate',
      kind,
      resource,
      '--namespace',
      this.namespace,
      '--overwrite',
      `${annotation}=${value}`,
    );
  }

  get(kind: string, resource: string): Promise<Viewed | undefined> {
    return this.e2e.kubectl.get(kind, resource, this.namespace);
  }

  condition(kind: string, resource: string, type: string): Promise<string> {
    return this.e2e.kubectl.condition(kind, resource, this.namespace, type);
  }

  /** Waits for a condition to begin with this text, and checks on the way that status keeps kstatus' rules. */
  async until(kind: string, resource: string, type: string, expected: string, timeoutMs = 120_000): Promise<void> {
    let seen = '';
    await waitFor(`${kind}/${resource} ${type} to be "${expected}"`, timeoutMs, async () => {
      seen = await this.condition(kind, resource, type);
      return seen.startsWith(expected) ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it is "${seen}"`);
    });
    await this.checkStatus(kind, resource);
  }

  async checkStatus(kind: string, resource: string): Promise<void> {
    const found = await this.get(kind, resource);
    // Between an edit and the operator's look at it, the old status stands: kstatus reads that as in progress.
    if (!found || found.status?.['observedGeneration'] !== found.metadata.generation) return;
    const faults = kstatusProblems(found);
    if (faults.length > 0) throw new Error(`${kind}/${resource} breaks kstatus: ${faults.join('; ')}`);
  }

  ready(timeoutMs = 180_000): Promise<void> {
    // A connection that was switched off is Ready, too, until the operator has looked at it again.
    return this.until('connections', 'shop', 'Ready', 'True (Running)', timeoutMs);
  }

  /** What a person would look at when something did not come: the resources, the pods, the last lines of their logs. */
  async account(): Promise<string> {
    const ask = (...command: string[]) => this.e2e.kubectl.run(...command).catch((error: unknown) => String(error));
    const pod = ['--namespace', this.namespace, '--selector', 'supercargo.dev/connection=shop', '--tail', '40'];
    const hub = ['--namespace', RELEASE_NAMESPACE, '--selector', 'app.kubernetes.io/component=hub', '--tail', '40'];
    return [
      await ask('get', 'connections,feeds', '--namespace', this.namespace, '--output', 'wide'),
      await ask('get', 'pods', '--all-namespaces'),
      await ask('logs', ...pod),
      await ask('logs', '--previous', ...pod),
      await ask('logs', ...hub),
      await ask('logs', '--previous', ...hub),
      await ask('describe', 'pods', ...hub.slice(0, 4)),
    ].join('\n');
  }

  hub(): Promise<Hub> {
    return waitFor('the developer API key', 60_000, () => hubOf(this.e2e.kubectl, 'main', this.namespace));
  }

  /** Runs a feed now, and waits until it has. */
  async run(feed: string): Promise<void> {
    const value = new Date().toISOString();
    await this.annotate('feed', feed, 'supercargo.dev/run-requested-at', value);
    await waitFor(`run of ${feed}`, 120_000, async () =>
      (await this.get('feeds', feed))?.status?.['lastHandledRunRequest'] === value ? true : undefined,
    );
  }

  async remove(): Promise<void> {
    await this.e2e.kubectl.run('delete', 'namespace', this.namespace, '--ignore-not-found', '--timeout', '100s');
  }
}

/** A store of its own: copies of the seeded one all have one identity, and two connections of one shop are refused. */
export async function startShop(): Promise<VendureStore> {
  const store = await startVendure({ host: '0.0.0.0' });
  await store.admin.client.ask(
    'mutation ($token: String!) { made: updateChannel(input: { id: "1", token: $token }) { ... on Channel { id } ... on ErrorResult { errorCode message } } }',
    { token: randomUUID() },
    z.object({ made: z.object({ id: z.string() }) }),
  );
  return store;
}

/**
 * New pods of the hub and the operator. A kubelet waits longer with each restart of a container, up to five minutes: a
 * test that kills must not wait for what others did before it.
 */
export async function freshParts({ kubectl }: E2e): Promise<void> {
  const ours = ['--namespace', RELEASE_NAMESPACE];
  await kubectl.run('delete', 'pods', ...ours, '--selector', 'app.kubernetes.io/name=supercargo', '--timeout', '100s');
  for (const part of ['hub', 'operator'])
    await kubectl.run('rollout', 'status', `deployment/supercargo-${part}`, ...ours, '--timeout', '150s');
}

/** A pod's process, as this machine sees it; kill -9 goes there. */
export async function killPod(e2e: E2e, namespace: string, selector: string): Promise<void> {
  const pods = JSON.parse(
    await e2e.kubectl.run('get', 'pods', '--namespace', namespace, '--selector', selector, '--output', 'json'),
  ) as { items: { metadata: { uid: string; name: string } }[] };
  for (const { metadata } of pods.items) {
    const pids = await processesOf(metadata.uid);
    if (pids.length > 0) pids.forEach(killNow);
    else await deleteAtOnce(e2e, namespace, metadata.name);
  }
}

/** Between two starts of its container a pod has no process. It may be gone by now, too. */
async function deleteAtOnce({ kubectl }: E2e, namespace: string, pod: string): Promise<void> {
  const now = ['--grace-period=0', '--force', '--ignore-not-found'];
  await kubectl.run('delete', 'pod', pod, '--namespace', namespace, ...now);
}

/** The first of a container takes the others with it; and what ends by itself meanwhile has ended. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function processesOf(podUid: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of (await readdir('/proc')).filter((candidate) => /^\d+$/.test(candidate))) {
    const cgroup = await readFile(`/proc/${entry}/cgroup`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '');
    if (cgroup.includes(podUid) && /node|MainThread/.test(command)) found.push(Number(entry));
  }
  return found;
}

export interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A WMS on this machine that pods can reach. */
export async function startReceiver(
  cluster: Cluster,
): Promise<{ readonly url: string; readonly network: string; readonly received: Received[]; close(): Promise<void> }> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    url: `http://${cluster.hostAddress}:${(server.address() as AddressInfo).port}/orders`,
    network: `${cluster.hostAddress}/32`,
    received,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
