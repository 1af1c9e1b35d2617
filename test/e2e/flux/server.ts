import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Component } from '../../cluster/component.ts';
import { ensureBinaries, filesOf, stderrLog, type Cluster } from '../../cluster/index.ts';
import { freePorts } from '../../cluster/ports.ts';
import { waitFor } from '../../cluster/wait.ts';
import { Kubectl } from '../../cluster-demo/kubectl.ts';

export const FLUX_NAMESPACE = 'flux-system';
const CONTROLLERS = ['source-controller', 'kustomize-controller', 'helm-controller'] as const;
const CRDS = CONTROLLERS.map((name) => join(filesOf(name), 'config', 'crd', 'bases'));

/** Controllers of Flux, which bring Git and charts to a cluster; they run beside it, against its API. */
export interface Flux {
  /** Where their logs are, for whoever looks for the reason. */
  readonly logs: string;
  /** Ends them and takes their namespace and kinds from the cluster. */
  stop(): Promise<void>;
}

export async function startFlux(cluster: Cluster): Promise<Flux> {
  const binaries = await ensureBinaries(CONTROLLERS, stderrLog);
  const kubectl = new Kubectl(cluster);
  for (const folder of CRDS) await kubectl.run('apply', '--server-side', '--filename', folder);
  await kubectl.run('wait', '--for=condition=Established', '--timeout=60s', ...CRDS.flatMap((f) => ['--filename', f]));
  await kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: FLUX_NAMESPACE } }]);
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-flux-'));
  const [artifacts, ...ports] = (await freePorts(1 + 2 * CONTROLLERS.length)) as [number, ...number[]];
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, RUNTIME_NAMESPACE: FLUX_NAMESPACE, TMPDIR: folder };
  const storage = ['--storage-path', folder, '--storage-addr', `127.0.0.1:${artifacts}`];
  const own = {
    'source-controller': [...storage, '--storage-adv-addr', `127.0.0.1:${artifacts}`],
    // What a Kustomization waits for is looked at again soon.
    'kustomize-controller': ['--requeue-dependency', '2s'],
    'helm-controller': ['--requeue-dependency', '2s'],
  };
  const [healthPorts, metricsPorts] = [ports.slice(0, CONTROLLERS.length), ports.slice(CONTROLLERS.length)];
  const parts = CONTROLLERS.map((name, at) => {
    const health = ['--health-addr', `127.0.0.1:${healthPorts[at]}`, '--metrics-addr', `127.0.0.1:${metricsPorts[at]}`];
    const args = ['--watch-all-namespaces', '--enable-leader-election=false', ...health, ...own[name]];
    return new Component({ name, command: binaries[name], args, env, logFile: join(folder, `${name}.log`) });
  });
  for (const [at, one] of parts.entries()) {
    one.start();
    const isReady = async () => (await fetch(`http://127.0.0.1:${healthPorts[at]}/readyz`)).ok || undefined;
    await waitFor(one.spec.name, isReady, { timeout: 60_000, logFile: one.spec.logFile, alive: () => one.running });
  }
  return {
    logs: folder,
    async stop() {
      for (const one of parts.toReversed()) await one.stop();
      await rm(folder, { recursive: true, force: true });
      await kubectl.run('delete', 'namespace', FLUX_NAMESPACE, '--ignore-not-found', '--timeout', '60s');
      for (const crds of CRDS)
        await kubectl.run('delete', '--ignore-not-found', '--filename', crds, '--timeout', '60s');
    },
  };
}
