import { accessOf } from './certificates.ts';
import { DAEMON_NAMES, daemonLog, type DaemonName } from './daemon.ts';
import { get, requireReady } from './https.ts';
import type { Layout } from './layout.ts';
import { lastLines } from './log.ts';
import { isAlive } from './pid.ts';
import { POLICY_HEALTH_PORT } from './node-daemons.ts';
import type { ClusterState } from './state.ts';

/** One thing that is not as it should be, and whose log says more. */
export interface Problem {
  part: DaemonName;
  text: string;
}

/** Everything a pod needs, looked at from outside; an empty list means healthy. */
export async function findProblems(layout: Layout, state: ClusterState): Promise<Problem[]> {
  const dead = deadDaemons(state).map((part) => ({ part, text: 'is not running' }));
  if (dead.length > 0) return dead;
  const looks: [DaemonName, () => Promise<unknown>][] = [
    ['kube-apiserver', async () => requireReady(await accessOf(layout.kubeconfig))],
    ['kubelet', () => requireNodeReady(layout)],
    ['coredns', () => requireOk(`http://${layout.nodeAddress}:8181/ready`)],
    ['kube-proxy', () => requireOk(`http://${layout.nodeAddress}:10256/healthz`)],
    ['kube-router', () => requireOk(`http://${layout.nodeAddress}:${POLICY_HEALTH_PORT}/healthz`)],
    ['kube-controller-manager', () => requireDefaultServiceAccount(layout)],
  ];
  const results = await Promise.allSettled(looks.map(([, look]) => look()));
  return results.flatMap((result, index) => {
    const part = looks[index]?.[0];
    return result.status === 'rejected' && part ? [{ part, text: messageOf(result.reason) }] : [];
  });
}

export function deadDaemons(state: ClusterState): DaemonName[] {
  return DAEMON_NAMES.filter((name) => {
    const identity = state.daemons[name];
    return !identity || !isAlive(identity);
  });
}

/** For people: each problem with the end of the log that explains it. */
export function describeProblems(layout: Layout, problems: readonly Problem[]): string {
  return problems.map(({ part, text }) => `${part}: ${text}\n${lastLines(daemonLog(layout, part), 15)}`).join('\n');
}

async function requireNodeReady(layout: Layout): Promise<void> {
  const { status, body } = await get(await accessOf(layout.kubeconfig), `/api/v1/nodes/${layout.nodeName}`);
  if (status !== 200) throw new Error(`the node is not registered (${status})`);
  const node = JSON.parse(body) as { status?: { conditions?: { type: string; status: string; message: string }[] } };
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') throw new Error(`the node is not Ready: ${ready?.message ?? 'no condition yet'}`);
}

/** No pod can be created before this one exists. */
async function requireDefaultServiceAccount(layout: Layout): Promise<void> {
  const { status } = await get(await accessOf(layout.kubeconfig), '/api/v1/namespaces/default/serviceaccounts/default');
  if (status !== 200) throw new Error(`ServiceAccount default is not there (${status})`);
}

async function requireOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
