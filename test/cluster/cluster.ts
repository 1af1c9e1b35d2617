import { binariesFolder } from './cache.ts';
import type { DaemonName } from './daemon.ts';
import { dockerIsRunning } from './docker.ts';
import { kindDown, kindHostAddress, kindLoad, KIND_PODS, kindProblems, KIND_SERVICES, kindUp } from './kind.ts';
import { layoutOf, requireValidName } from './layout.ts';
import { localDown, localLoad, localProblems, localUp, signalPart } from './local-cluster.ts';
import { noLog, type Log } from './log.ts';
import { readState, type ClusterState } from './state.ts';

export const DEFAULT_CLUSTER = 'supercargo';

export interface ClusterOptions {
  /** Clusters of different names stand side by side. */
  name?: string;
  /** Progress; silent unless told otherwise. */
  log?: Log;
}

/** A cluster with a real node, on which pods run. It outlives the process that started it. */
export interface Cluster {
  name: string;
  provider: 'local' | 'kind';
  /** Path of a kubeconfig whose user may do everything. */
  kubeconfig: string;
  /** Environment for commands as that user: KUBECONFIG, and PATH with kubectl and helm. */
  adminEnv: NodeJS.ProcessEnv;
  /** Address under which pods reach a server on this machine that listens on all addresses. */
  hostAddress: string;
  /** Ranges that this machine reaches directly. */
  podRange: string;
  serviceRange: string;
  /** Folder of the servers' logs; empty with kind, where `kind export logs` fetches them. */
  logs: string;
  /** Signals one part of the control plane or node, to see what breaks. Only the local provider can. */
  signal(part: DaemonName, signal: NodeJS.Signals): Promise<void>;
  /** Starts what has ended and waits until all is healthy. */
  repair(): Promise<void>;
  /** Ends it and removes everything it left on the machine. */
  stop(): Promise<void>;
}

/**
 * Brings up the named cluster, with kind where a Docker engine runs and else
 * from our own build, and returns when pods can be created. One that is up is
 * checked and left as it is; one that is half up is repaired or made anew.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const name = options.name ?? DEFAULT_CLUSTER;
  const log = options.log ?? noLog;
  requireValidName(name);
  const provider = (await readState(name))?.provider ?? ((await dockerIsRunning()) ? 'kind' : 'local');
  await (provider === 'kind' ? kindUp(name, log) : localUp(name, log));
  const cluster = await findCluster(options);
  if (!cluster) throw new Error(`cluster ${name} has been taken down meanwhile`);
  return cluster;
}

/** The named cluster if it has been brought up, without a look at its health. */
export async function findCluster(options: ClusterOptions = {}): Promise<Cluster | undefined> {
  const name = options.name ?? DEFAULT_CLUSTER;
  const log = options.log ?? noLog;
  const state = await readState(name);
  if (!state) return undefined;
  const layout = layoutOf(name, state.slot);
  const isLocal = state.provider === 'local';
  return {
    name,
    provider: state.provider,
    kubeconfig: layout.kubeconfig,
    adminEnv: {
      ...process.env,
      KUBECONFIG: layout.kubeconfig,
      PATH: `${binariesFolder()}:${process.env['PATH'] ?? ''}`,
    },
    hostAddress: isLocal ? layout.hostAddress : await kindHostAddress(),
    podRange: isLocal ? layout.podRange : KIND_PODS,
    serviceRange: isLocal ? layout.serviceRange : KIND_SERVICES,
    logs: isLocal ? layout.logs : '',
    signal: (part, signal) => {
      if (!isLocal) throw new Error('With kind, the parts run inside its container: use docker exec');
      return signalPart(name, part, signal);
    },
    repair: async () => {
      await startCluster({ name, log });
    },
    stop: () => stopCluster({ name, log }),
  };
}

/** Ends the named cluster; no such cluster is fine too. */
export async function stopCluster(options: ClusterOptions = {}): Promise<void> {
  const name = options.name ?? DEFAULT_CLUSTER;
  const log = options.log ?? noLog;
  requireValidName(name);
  const state = await readState(name);
  if (state) await (state.provider === 'kind' ? kindDown(name, log) : localDown(name, log));
}

/** Puts an image archive onto the cluster's node. A pod finds it if its pull policy is not Always. */
export async function loadImage(
  cluster: Pick<Cluster, 'name' | 'provider'>,
  archive: string,
  log: Log = noLog,
): Promise<void> {
  await (cluster.provider === 'kind' ? kindLoad(cluster.name, archive, log) : localLoad(cluster.name, archive, log));
}

/** What is wrong with a cluster; an empty text means it is well. */
export async function clusterProblems(state: ClusterState): Promise<string> {
  return state.provider === 'kind' ? kindProblems(state.name) : localProblems(state);
}
