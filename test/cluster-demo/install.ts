import { join } from 'node:path';
import { run } from '../cluster/exec.ts';
import { EXAMPLE_DRIVER_IMAGE } from '../cluster/driver-image.ts';
import { buildImage, loadImage, startCluster, type Cluster, type Log } from '../cluster/index.ts';

export const RELEASE_NAMESPACE = 'supercargo-system';
const CHART = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');

export interface InstallOptions {
  readonly clusterName?: string;
  /** `--set` values. */
  readonly values?: Readonly<Record<string, string>>;
  readonly log: Log;
}

/**
 * A cluster with the image loaded and the chart installed, as a user would install it. What is there already is brought
 * up to date.
 */
export async function installSupercargo(options: InstallOptions): Promise<Cluster> {
  const { log } = options;
  const cluster = await startCluster({ name: options.clusterName, log });
  const image = await buildImage({ log });
  await loadImage(cluster, image.archive);
  const [repository, tag] = image.reference.split(/:(?=[^/:]+$)/) as [string, string];
  const values = {
    'image.repository': repository,
    'image.tag': tag,
    'image.pullPolicy': 'Never',
    // The namespace lets nothing in or out by default: see below.
    'networkPolicy.enabled': 'true',
    // The cluster, its shops and whoever takes its webhooks are on one machine.
    'hub.webhooks.privateNetworks': '{10.0.0.0/8,172.16.0.0/12,192.168.0.0/16}',
    // Test shops and warehouses on the machine have no certificate.
    'hub.webhooks.allowPlainHttp': 'true',
    'sync.allowPlainHttp': 'true',
    'sync.privateNetworks': '{10.0.0.0/8,172.16.0.0/12,192.168.0.0/16}',
    // The example of a driver outside this repository, for those who build and load it.
    'drivers.images': `{${EXAMPLE_DRIVER_IMAGE}}`,
    ...options.values,
  };
  const set = Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  await restrictNamespace(cluster);
  log('helm upgrade --install supercargo charts/supercargo');
  await run(
    'helm',
    [
      'upgrade',
      '--install',
      'supercargo',
      CHART,
      '--namespace',
      RELEASE_NAMESPACE,
      '--create-namespace',
      '--wait',
      '--timeout',
      '4m',
      ...set,
    ],
    { env: cluster.adminEnv, timeout: 300_000 },
  );
  return cluster;
}

/**
 * Hub and operator run under the strictest Pod Security Standard, in a namespace that denies all traffic which no
 * policy allows, as tenants' namespaces do in the tests.
 */
async function restrictNamespace(cluster: Cluster): Promise<void> {
  await run('kubectl', ['apply', '--filename', '-'], {
    env: cluster.adminEnv,
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: strictNamespace(RELEASE_NAMESPACE) }),
    timeout: 60_000,
  });
}

/** A namespace under Pod Security `restricted`, and with a policy that denies all traffic by default. */
export function strictNamespace(name: string): object[] {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      metadata: { name: 'default-deny', namespace: name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
  ];
}
