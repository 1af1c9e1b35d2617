import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NODE_BINARIES, type NodeBinaryPaths } from './binaries.ts';
import { bootstrapObjects } from './bootstrap.ts';
import { ensureBinaries } from './build.ts';
import { cacheFolder } from './cache.ts';
import { accessOf, writeCertificates } from './certificates.ts';
import { createCgroup, removeCgroup } from './cgroups.ts';
import { daemonLog, signalDaemon, startDaemon, type DaemonName } from './daemon.ts';
import { run } from './exec.ts';
import { deadDaemons, describeProblems, findProblems } from './health.ts';
import { requireReady } from './https.ts';
import { importImage } from './images.ts';
import { layoutOf, SLOTS, type Layout } from './layout.ts';
import { withLock } from './lock.ts';
import { secondsSince, type Log } from './log.ts';
import { connectNetwork, disconnectNetwork, slotIsTaken } from './network.ts';
import { PAUSE_IMAGE, writeNodeConfig } from './node-config.ts';
import { daemonSpec } from './node-daemons.ts';
import { writeStaticImage } from './oci.ts';
import { ensurePackages, NODE_PACKAGES } from './packages.ts';
import { isAlive } from './pid.ts';
import { createSandbox, destroySandbox } from './sandbox.ts';
import { listStates, readState, writeState, type ClusterState } from './state.ts';
import { KUBERNETES_VERSION } from './versions.ts';
import { waitFor } from './wait.ts';

/** A state that has its namespaces, so that processes can be started in it. */
type LiveState = ClusterState & Required<Pick<ClusterState, 'init'>>;

/** Brings the named cluster to health by the shortest way: look, repair, or make it anew. */
export async function localUp(name: string, log: Log): Promise<Layout> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error(
      'The local cluster makes namespaces, mounts and cgroups: it needs Linux and root. With a Docker engine, kind is used instead and needs neither.',
    );
  await ensurePackages(NODE_PACKAGES, log);
  const binaries = await ensureBinaries(NODE_BINARIES, log);
  return withLock(lockFile(name), log, async () => {
    const state = await readState(name);
    if (state && (await isHealthyOrRepaired(state, binaries, log))) return layoutOf(name, state.slot);
    if (state) await remove(state);
    const start = Date.now();
    const layout = await create(name, binaries, log);
    log(`cluster ${name} is ready after ${secondsSince(start)}`);
    return layout;
  });
}

export async function localDown(name: string, log: Log): Promise<void> {
  await withLock(lockFile(name), log, async () => {
    const state = await readState(name);
    if (state) await remove(state);
  });
}

/** Starts parts that have ended, with what they had on disk. */
async function startMissingDaemons(state: ClusterState, binaries: NodeBinaryPaths): Promise<DaemonName[]> {
  if (!isLive(state)) return [];
  const layout = layoutOf(state.name, state.slot);
  const dead = deadDaemons(state);
  for (const part of dead) await start(layout, state, binaries, part);
  return dead;
}

async function isHealthyOrRepaired(state: ClusterState, binaries: NodeBinaryPaths, log: Log): Promise<boolean> {
  if (!isLive(state) || !state.complete || state.kubernetesVersion !== KUBERNETES_VERSION) return false;
  const layout = layoutOf(state.name, state.slot);
  if ((await findProblems(layout, state)).length === 0) return true;
  const restarted = await startMissingDaemons(state, binaries);
  if (restarted.length > 0) log(`started again: ${restarted.join(', ')}`);
  try {
    await waitUntilHealthy(layout, state, 45_000);
    return true;
  } catch (error) {
    log(
      `cluster ${state.name} cannot be repaired and is made anew; it was:\n${error instanceof Error ? error.message : String(error)}`,
    );
    return false;
  }
}

async function create(name: string, binaries: NodeBinaryPaths, log: Log): Promise<Layout> {
  const draft = await reserveSlot(name, log);
  const layout = layoutOf(name, draft.slot);
  try {
    const step = async <T>(what: string, work: Promise<T>): Promise<T> => {
      const begin = Date.now();
      const result = await work;
      log(`  ${what}: ${secondsSince(begin)}`);
      return result;
    };
    await step('certificates, configuration', writeFiles(layout, binaries));
    const state: LiveState = { ...draft, init: await createSandbox(layout, binaries.pause) };
    await writeState(state);
    await step('network, cgroups', prepareNode(layout, state));
    await step('etcd, kube-apiserver', startApi(layout, state, binaries));
    await step('node, controllers, cluster DNS', startRest(layout, state, binaries));
    await writeState({ ...state, complete: true });
    return layout;
  } catch (error) {
    // The logs are worth more than a clean machine: what is left is removed by the next `up` or `down`.
    const state = await readState(name);
    if (state?.init) await destroySandbox(state.init);
    throw error;
  }
}

/** Two clusters that start at once must not choose the same addresses. */
async function reserveSlot(name: string, log: Log): Promise<ClusterState> {
  return withLock(join(cacheFolder(), 'clusters', 'slots.lock'), log, async () => {
    const taken = new Set(
      (await listStates()).filter((state) => state.provider === 'local').map((state) => state.slot),
    );
    for (let slot = 0; slot < SLOTS; slot++) {
      if (taken.has(slot) || (await slotIsTaken(layoutOf(name, slot)))) continue;
      const state: ClusterState = {
        name,
        provider: 'local',
        slot,
        kubernetesVersion: KUBERNETES_VERSION,
        daemons: {},
        complete: false,
      };
      await writeState(state);
      return state;
    }
    throw new Error('No free address range for a cluster: all of 10.88.0.0/16 is in use on this machine');
  });
}

async function writeFiles(layout: Layout, binaries: NodeBinaryPaths): Promise<void> {
  await mkdir(layout.logs, { recursive: true });
  await Promise.all([
    writeCertificates(layout, binaries.kubeadm),
    writeNodeConfig(layout),
    writeStaticImage(binaries.pause, PAUSE_IMAGE, join(layout.folder, 'pause.tar')),
  ]);
}

async function prepareNode(layout: Layout, state: LiveState): Promise<void> {
  await connectNetwork(layout, state.init);
  await createCgroup(layout.cgroup);
}

async function startApi(layout: Layout, state: LiveState, binaries: NodeBinaryPaths): Promise<void> {
  await start(layout, state, binaries, 'etcd');
  await start(layout, state, binaries, 'containerd'); // needs nobody, and is ready by the time it is needed
  const server = await start(layout, state, binaries, 'kube-apiserver');
  const access = await accessOf(layout.kubeconfig);
  await waitFor('kube-apiserver', () => requireReady(access), {
    timeout: 90_000,
    alive: () => isAlive(server),
    logFile: daemonLog(layout, 'kube-apiserver'),
  });
}

/**
 * Only now: a controller-manager that finds no roles yet gives up, and so does a first list without the right to it.
 */
async function startRest(layout: Layout, state: LiveState, binaries: NodeBinaryPaths): Promise<void> {
  for (const name of ['kube-controller-manager', 'kube-scheduler', 'kubelet'] as const)
    await start(layout, state, binaries, name);
  const imported = importImage(layout, state.init, binaries.ctr, join(layout.folder, 'pause.tar'));
  imported.catch(() => undefined); // reported below; until then not a lost rejection
  await run(binaries.kubectl, ['--kubeconfig', layout.kubeconfig, 'apply', '--server-side', '-f', '-'], {
    input: JSON.stringify(bootstrapObjects(layout)),
  });
  for (const name of ['kube-proxy', 'kube-router', 'coredns', 'volumes'] as const)
    await start(layout, state, binaries, name);
  await imported;
  await waitUntilHealthy(layout, state, 90_000);
}

async function start(
  layout: Layout,
  state: LiveState,
  binaries: NodeBinaryPaths,
  name: DaemonName,
): Promise<NonNullable<ClusterState['init']>> {
  const identity = await startDaemon(layout, state.init, daemonSpec(layout, binaries, name));
  state.daemons[name] = identity;
  await writeState(state);
  return identity;
}

async function waitUntilHealthy(layout: Layout, state: ClusterState, timeout: number): Promise<void> {
  const look = async (): Promise<true> => {
    const problems = await findProblems(layout, state);
    if (problems.length === 0) return true;
    throw new Error(describeProblems(layout, problems));
  };
  await waitFor(`cluster ${layout.name}`, look, {
    timeout,
    interval: 200,
    alive: () => deadDaemons(state).length === 0,
  });
}

/** What is wrong with it; an empty text means nothing. */
export async function localProblems(state: ClusterState): Promise<string> {
  if (!isLive(state)) return 'it has ended, or the machine has been restarted since';
  const layout = layoutOf(state.name, state.slot);
  return describeProblems(layout, await findProblems(layout, state));
}

/** Ends, freezes or wakes one part, for tests of what then happens; the next `localUp` starts it again. */
export async function signalPart(name: string, part: DaemonName, signal: NodeJS.Signals): Promise<void> {
  const daemon = (await readState(name))?.daemons[part];
  if (!daemon) throw new Error(`cluster ${name} has no ${part}`);
  signalDaemon(daemon, signal);
}

export async function localLoad(name: string, archive: string, log: Log): Promise<string[]> {
  const { ctr } = await ensureBinaries(['ctr'], log);
  const state = await readState(name);
  if (!state || !isLive(state)) throw new Error(`cluster ${name} is not up`);
  return importImage(layoutOf(name, state.slot), state.init, ctr, archive);
}

async function remove(state: ClusterState): Promise<void> {
  const layout = layoutOf(state.name, state.slot);
  if (state.init) await destroySandbox(state.init);
  await disconnectNetwork(layout);
  await removeCgroup(layout.cgroup);
  await rm(layout.folder, { recursive: true, force: true });
}

function isLive(state: ClusterState): state is LiveState {
  return state.init !== undefined && isAlive(state.init);
}

function lockFile(name: string): string {
  return join(cacheFolder(), 'clusters', `${name}.lock`);
}
