import { mkdir, rm } from 'node:fs/promises';
import { ensureBinaries } from './build.ts';
import { clusterFolder } from './cache.ts';
import { run, tryRun } from './exec.ts';
import { layoutOf } from './layout.ts';
import { secondsSince, type Log } from './log.ts';
import { readState, writeState } from './state.ts';
import { KUBERNETES_VERSION } from './versions.ts';

/** Ranges that kind gives a cluster unless told otherwise. */
export const KIND_PODS = '10.244.0.0/16';
export const KIND_SERVICES = '10.96.0.0/16';

/** The same cluster where a Docker engine runs: kind's node image instead of our build. */
export async function kindUp(name: string, log: Log): Promise<void> {
  const { kind, kubectl } = await ensureBinaries(['kind', 'kubectl'], log);
  const { kubeconfig } = layoutOf(name, 0);
  const isThere = (await run(kind, ['get', 'clusters', '--quiet'])).split('\n').includes(name);
  if (isThere) {
    await run(kind, ['export', 'kubeconfig', '--name', name, '--kubeconfig', kubeconfig]);
    if (await kindIsReady(kubectl, kubeconfig)) return addRoutes(name, log);
    log(`cluster ${name} does not answer and is made anew`);
    await run(kind, ['delete', 'cluster', '--name', name], { timeout: 120_000 });
  }
  const start = Date.now();
  await mkdir(clusterFolder(name), { recursive: true });
  await writeState({
    name,
    provider: 'kind',
    slot: 0,
    kubernetesVersion: KUBERNETES_VERSION,
    daemons: {},
    complete: false,
  });
  await run(kind, ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '180s'], {
    timeout: 900_000,
    onOutput: (text) => log(`  ${text.trim()}`),
  });
  await addRoutes(name, log);
  const state = await readState(name);
  if (state) await writeState({ ...state, complete: true });
  log(`cluster ${name} is ready after ${secondsSince(start)}`);
}

export async function kindDown(name: string, log: Log): Promise<void> {
  const { kind } = await ensureBinaries(['kind'], log);
  await run(kind, ['delete', 'cluster', '--name', name], { timeout: 120_000 });
  await rm(clusterFolder(name), { recursive: true, force: true });
}

export async function kindLoad(name: string, archive: string, log: Log): Promise<void> {
  const { kind } = await ensureBinaries(['kind'], log);
  await run(kind, ['load', 'image-archive', archive, '--name', name], { timeout: 300_000 });
}

export async function kindProblems(name: string): Promise<string> {
  const { kubectl } = await ensureBinaries(['kubectl'], () => undefined);
  return (await kindIsReady(kubectl, layoutOf(name, 0).kubeconfig)) ? '' : 'its API server does not answer';
}

async function kindIsReady(kubectl: string, kubeconfig: string): Promise<boolean> {
  const result = await tryRun(kubectl, [
    '--kubeconfig',
    kubeconfig,
    'wait',
    '--for=condition=Ready',
    'nodes',
    '--all',
    '--timeout=30s',
  ]);
  return result.code === 0;
}

/** The machine as pods see it: the gateway of kind's network. */
export async function kindHostAddress(): Promise<string> {
  const gateways = await run('docker', [
    'network',
    'inspect',
    'kind',
    '--format',
    '{{range .IPAM.Config}}{{.Gateway}} {{end}}',
  ]);
  const address = gateways.split(' ').find((gateway) => gateway.includes('.'));
  if (address === undefined) throw new Error("kind's network has no IPv4 gateway");
  return address.trim();
}

/**
 * Where the engine is this machine's own and we are root, pods and Services can be called by address, as in the local
 * cluster.
 */
async function addRoutes(name: string, log: Log): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    log('  pods and Services are not routed from this machine: use kubectl port-forward');
    return;
  }
  const node = (
    await run('docker', [
      'inspect',
      `${name}-control-plane`,
      '--format',
      '{{.NetworkSettings.Networks.kind.IPAddress}}',
    ])
  ).trim();
  for (const range of [KIND_PODS, KIND_SERVICES]) await tryRun('ip', ['route', 'replace', range, 'via', node]);
}
