import { join } from 'node:path';
import { tryRun, type RunResult } from '../cluster/exec.ts';
import type { Cluster } from '../cluster/index.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

/** The compiled program on the cluster, as a person with its kubeconfig types it: no variable says where the hub is. */
export function supercargo(cluster: Cluster, ...args: string[]): Promise<RunResult> {
  return tryRun(process.execPath, [MAIN, ...args], {
    env: { ...cluster.adminEnv, SUPERCARGO_HUB_URL: '', SUPERCARGO_API_KEY: '', SUPERCARGO_STATE: '/nonexistent' },
    timeout: 280_000,
  });
}
