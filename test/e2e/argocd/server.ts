import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Component } from '../../cluster/component.ts';
import { ensureBinaries, filesOf, stderrLog, type Cluster } from '../../cluster/index.ts';
import { freePorts } from '../../cluster/ports.ts';
import { waitFor } from '../../cluster/wait.ts';
import { Kubectl } from '../../cluster-demo/kubectl.ts';

export const ARGO_NAMESPACE = 'argocd';
/** What docs/gitops.md tells to merge into Argo CD's own settings. */
const OUR_SETTINGS = join(import.meta.dirname, '..', '..', '..', 'charts', 'argocd', 'argocd-cm.yaml');

/** Argo CD on a cluster: its controller and its repository server run beside the cluster, against its API. */
export interface ArgoCd {
  /** A counter of the controller, summed over all that have these labels. */
  counted(name: string, labels: Readonly<Record<string, string>>): Promise<number>;
  /** The end of its logs, for whoever looks for the reason. */
  readonly logs: string;
  /** Ends it and takes its namespace and kinds from the cluster. */
  stop(): Promise<void>;
}

/**
 * As its own development setup has it: no pods, and `kubernetes.default.svc` is the cluster of the kubeconfig. The
 * health of each resource is written into the Application, where a test reads it without Argo CD's user interface.
 */
export async function startArgoCd(cluster: Cluster): Promise<ArgoCd> {
  const { argocd } = await ensureBinaries(['argocd'], stderrLog);
  const kubectl = new Kubectl(cluster);
  await install(kubectl);
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-argocd-'));
  const [redisPort, repoPort, repoMetrics, metrics] = (await freePorts(4)) as [number, number, number, number];
  const env = await environmentIn(folder, cluster.kubeconfig);
  const part = (name: string, ...args: string[]): Component =>
    new Component({
      ...{ name, command: argocd, args, logFile: join(folder, `${name}.log`) },
      env: { ...env, ARGOCD_BINARY_NAME: name },
    });
  const redis = ['--redis', `127.0.0.1:${redisPort}`];
  const parts = [
    part('redis', `127.0.0.1:${redisPort}`),
    part('argocd-repo-server', ...redis, ...listening(repoPort, repoMetrics)),
    part(
      'argocd-application-controller',
      ...[...redis, '--repo-server', `127.0.0.1:${repoPort}`, '--metrics-port', String(metrics)],
      ...['--namespace', ARGO_NAMESPACE, '--persist-resource-health'],
    ),
  ];
  for (const one of parts) one.start();
  const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  await waitFor('the controller of Argo CD', scrape, {
    ...{ timeout: 60_000, logFile: join(folder, 'argocd-application-controller.log') },
    alive: () => parts.every((one) => one.running),
  });
  return {
    logs: folder,
    counted: async (name, labels) => sumOf(await scrape(), name, labels),
    stop: async () => {
      for (const one of parts.toReversed()) await one.stop();
      await rm(folder, { recursive: true, force: true });
      await kubectl.run('delete', 'namespace', ARGO_NAMESPACE, '--ignore-not-found', '--timeout', '60s');
      const crds = join(filesOf('argocd'), 'manifests', 'crds');
      await kubectl.run('delete', '--ignore-not-found', '--kustomize', crds, '--timeout', '60s');
    },
  };
}

const listening = (port: number, metricsPort: number): string[] => [
  ...['--address', '127.0.0.1', '--port', String(port)],
  ...['--metrics-address', '127.0.0.1', '--metrics-port', String(metricsPort)],
];

/** Everything it would look for in its container is in the folder. */
async function environmentIn(folder: string, kubeconfig: string): Promise<NodeJS.ProcessEnv> {
  const inside = async (name: string): Promise<string> => {
    await mkdir(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  // The image has it in its PATH: it is asked about each commit, signed or not.
  const wrapper = join(await inside('bin'), 'git-verify-wrapper.sh');
  await copyFile(join(filesOf('argocd'), 'hack', 'git-verify-wrapper.sh'), wrapper);
  await chmod(wrapper, 0o755);
  return {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    ...{ HOME: await inside('home'), TMPDIR: await inside('tmp'), KUBECONFIG: kubeconfig },
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: await inside('tls'),
    ARGOCD_SSH_DATA_PATH: await inside('ssh'),
    ARGOCD_PLUGINSOCKFILEPATH: await inside('plugins'),
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
  };
}

/** Its kinds and settings as its release has them, then ours by the command of docs/gitops.md. */
async function install(kubectl: Kubectl): Promise<void> {
  const files = (name: string): string => join(filesOf('argocd'), 'manifests', name);
  const own = ['--namespace', ARGO_NAMESPACE];
  const applications = [join(files('crds'), 'application-crd.yaml'), join(files('crds'), 'appproject-crd.yaml')];
  await kubectl.run('apply', '--server-side', ...applications.flatMap((file) => ['--filename', file]));
  const kinds = 'applications.argoproj.io,appprojects.argoproj.io';
  const served = async (): Promise<true> => kubectl.run('get', kinds, '--all-namespaces').then(() => true);
  await waitFor('the kinds of Argo CD', served, { timeout: 30_000 });
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGO_NAMESPACE } }]);
  await kubectl.run('apply', ...own, '--kustomize', files(join('base', 'config')));
  await kubectl.run('patch', 'configmap', 'argocd-cm', ...own, '--type', 'merge', '--patch-file', OUR_SETTINGS);
  // What its API server, which is not run here, makes at its first start.
  const anything = { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }] };
  const project = { ...anything, clusterResourceWhitelist: [{ group: '*', kind: '*' }] };
  await kubectl.apply(
    [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default' }, spec: project }],
    ARGO_NAMESPACE,
  );
}

function sumOf(scraped: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return scraped
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
