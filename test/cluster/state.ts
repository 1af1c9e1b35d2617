import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder, clusterFolder } from './cache.ts';
import type { DaemonName } from './daemon.ts';
import type { ProcessIdentity } from './pid.ts';

/** What `up` leaves for the commands after it. */
export interface ClusterState {
  name: string;
  provider: 'local' | 'kind';
  slot: number;
  kubernetesVersion: string;
  /** Holder of the node's namespaces; absent with kind. */
  init?: ProcessIdentity;
  daemons: Partial<Record<DaemonName, ProcessIdentity>>;
  /** Set once everything has been ready: what comes before is half a cluster. */
  complete: boolean;
}

function stateFile(name: string): string {
  return join(clusterFolder(name), 'cluster.json');
}

export async function readState(name: string): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(name), 'utf8')) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function writeState(state: ClusterState): Promise<void> {
  const file = stateFile(state.name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

export async function listStates(): Promise<ClusterState[]> {
  const entries = await readdir(join(cacheFolder(), 'clusters'), { withFileTypes: true }).catch(() => []);
  const states = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => readState(entry.name)),
  );
  return states.filter((state) => state !== undefined);
}
