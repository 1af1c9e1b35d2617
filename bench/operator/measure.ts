import { setTimeout as sleep } from 'node:timers/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resourceType, type Condition } from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject, ResourceType } from '../../kit/kube/objects.ts';
import { CHILD_TYPES, type DeploymentView } from '../../operator/resources.ts';
import { OperatorRig } from '../../test/support/operator-rig.ts';
import { cpuSeconds, peakRss, resetPeak, residentMiB } from '../sync/processes.ts';
import { changes, setMemory, type Latencies } from './changes.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { copyNamespace } from './copies.ts';
import { createFleet, FEEDS_EACH, PER_NAMESPACE } from './fleet.ts';
import { Pods } from './pods.ts';
import { playRuns } from './runs.ts';
import { callsBetween, probe, settled, type Probe } from './probe.ts';
import type { Cost, Sample, Start } from './sample.ts';
import type { Running, System } from './system.ts';

/** How long each part takes, and how often connections are changed in it. */
export interface Pace {
  readonly quietSeconds: number;
  readonly changeSeconds: number;
  readonly perSecond: number;
  readonly cutSeconds: number;
  /** More connections than this are copies of a hundred that the system has settled. */
  readonly copiedAbove: number;
}

const CUT_EVERY_MS = 30_000;
const SCRAPES = 3;
const PAGE = 500;

/** One system on an API server of its own, from an empty one to all of `connections`, then all that is asked of it. */
export async function measure(
  system: System,
  connections: number,
  pace: Pace,
  folder: string,
  tell: (text: string) => void,
): Promise<Sample> {
  const policy = join(folder, 'no-audit.yaml');
  await writeFile(policy, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: None }]\n');
  const rig = await OperatorRig.start({
    apiServerArgs: [`--audit-policy-file=${policy}`, '--storage-media-type=application/json'],
  });
  const ended = new AbortController();
  try {
    const { client, controlPlane } = rig;
    const { kubeconfig } = controlPlane;
    const pods = new Pods(client);
    const playing = pods.run(ended.signal);
    const copied = connections > pace.copiedAbove;
    const keys = connections * (1 + FEEDS_EACH);
    const begun = performance.now();
    await createFleet(client, copied ? PER_NAMESPACE : connections);
    if (copied) await copyFleet(system, rig, connections);
    const createdIn = (performance.now() - begun) / 1000;
    tell(`${copied ? 'copied' : 'created'} in ${createdIn.toFixed(0)} s`);
    const changed = (memory: number, seconds = pace.changeSeconds) =>
      changes(client, { connections, perSecond: pace.perSecond, seconds, memory });

    const all = async () => (await count(client, CHILD_TYPES.Deployment, hasPods)) >= connections;
    let running = await system.start(kubeconfig);
    const firstStart = await started(running, keys, all);
    tell(`first: ${JSON.stringify(firstStart)}`);
    const first = copied ? undefined : firstStart;
    const found = await foundIn(client);
    tell(`found: ${JSON.stringify(found)}`);
    const quiet = await quietly(running, pace.quietSeconds);
    const scrape = await scraped(running);
    const changedQuietly = await changed(300);
    tell(`quiet: ${JSON.stringify({ quiet, scrape, p50: changedQuietly.p50, p99: changedQuietly.p99 })}`);
    await settled(running, keys);
    await running.stop();

    running = await system.start(kubeconfig);
    const restart = await started(running, keys);
    tell(`restart: ${JSON.stringify(restart)}`);
    await running.stop();

    running = await system.start(kubeconfig);
    const changedInRestart = await changed(2000);
    await settled(running, keys);
    await controlPlane.kubeApiserver.kill();
    await controlPlane.kubeApiserver.start();
    const changedInRelist = { ...(await changed(4000)), restarts: running.restarts };
    tell(
      `restart ${said(changedInRestart)}; API server killed ${said(changedInRelist)}, restarts ${changedInRelist.restarts}`,
    );
    await running.stop();

    const changedInCuts = await withCuts(
      system,
      rig,
      connections,
      (seconds) => changed(6000, seconds),
      pace.cutSeconds,
      folder,
    );
    tell(`cuts ${said(changedInCuts)}`);
    ended.abort();
    await playing;
    return {
      ...{ system: system.name, connections, createdIn, first, found, quiet, scrape, changed: changedQuietly },
      ...{ restart, changedInRestart, changedInRelist, changedInCuts },
    };
  } finally {
    ended.abort();
    await rig.stop();
  }
}

const said = ({ p50, p99, max }: Latencies) => `p50 ${p50}, p99 ${p99}, max ${max} ms`;

/** A small fleet becomes all that it becomes, and is then copied until there are as many. */
async function copyFleet(system: System, { client, controlPlane }: OperatorRig, connections: number): Promise<void> {
  const running = await system.start(controlPlane.kubeconfig);
  const keys = PER_NAMESPACE * (1 + FEEDS_EACH);
  await settled(running, keys, async () => (await count(client, CHILD_TYPES.Deployment, hasPods)) >= PER_NAMESPACE);
  await playRuns(client, new Date());
  await settled(running, keys);
  await running.stop();
  await copyNamespace(controlPlane.etcd, Math.ceil(connections / PER_NAMESPACE) - 1);
  // The API server's caches hear of them one after the other; until then lists time out.
  for (const type of [resourceType('Feed'), resourceType('Connection'), ...Object.values(CHILD_TYPES)])
    await caughtUp(client, type);
}

async function caughtUp(client: KubeClient, type: ResourceType): Promise<void> {
  for (;;) {
    const page = await client.list<KubeObject>(type, { limit: 1 }).catch(() => undefined);
    if (page) return;
    await sleep(1000);
  }
}

/** From the start of the process until it is settled. */
async function started(running: Running, keys: number, until?: () => Promise<boolean>): Promise<Start> {
  const ready = (performance.now() - running.startedAt) / 1000;
  const at = await settled(running, keys, until);
  const { calls } = await probe(running);
  return { ready, ...costOf(running, (at - running.startedAt) / 1000, 0, {}, calls) };
}

async function quietly(running: Running, seconds: number): Promise<Cost & { rssMiB: number }> {
  resetPeak(running.pid);
  const [cpu, { calls }] = [cpuSeconds(running.pid), await probe(running)];
  await sleep(seconds * 1000);
  const after = await probe(running);
  return { ...costOf(running, seconds, cpu, calls, after.calls), rssMiB: residentMiB(running.pid) };
}

function costOf({ pid }: Running, seconds: number, cpu: number, before: Probe['calls'], after: Probe['calls']): Cost {
  const { all, writes } = callsBetween(before, after);
  return { seconds, cpu: cpuSeconds(pid) - cpu, peakMiB: peakRss(pid), calls: all, writes };
}

async function scraped({ metrics }: Running): Promise<Sample['scrape']> {
  const takes: Sample['scrape'][] = [];
  for (let take = 0; take < SCRAPES; take += 1) {
    const begun = performance.now();
    const text = await (await fetch(metrics)).text();
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    takes.push({ ms: Math.round(performance.now() - begun), bytes: text.length, series });
  }
  return takes.sort((a, b) => a.ms - b.ms)[SCRAPES >> 1]!;
}

/** Nobody must notice the one that is broken, nor that all watches begin anew each half minute. */
async function withCuts(
  system: System,
  { client, controlPlane }: OperatorRig,
  connections: number,
  changed: (seconds: number) => Promise<Latencies>,
  seconds: number,
  folder: string,
): Promise<Sample['changedInCuts']> {
  const proxy = await cuttingProxy(Number(new URL(controlPlane.server).port));
  const throughProxy = join(folder, 'through-proxy.kubeconfig');
  const direct = await readFile(controlPlane.kubeconfig, 'utf8');
  await writeFile(throughProxy, direct.replaceAll(controlPlane.server, `https://127.0.0.1:${proxy.port}`));
  const running = await system.start(throughProxy);
  await settled(running, connections * (1 + FEEDS_EACH));
  // Less than it asks for: the API server refuses its Deployment for ever.
  await setMemory(client, 0, '10Mi');
  let cuts = 0;
  const cutting = setInterval(() => {
    proxy.cut();
    cuts += 1;
  }, CUT_EVERY_MS);
  try {
    return { ...(await changed(seconds)), cuts };
  } finally {
    clearInterval(cutting);
    await running.stop();
    proxy.close();
  }
}

type WithConditions = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

async function foundIn(client: KubeClient): Promise<Sample['found']> {
  const accepted = ({ status }: WithConditions) =>
    status?.conditions?.some(({ type, status: value }) => type === 'Accepted' && value === 'True') ?? false;
  return {
    deployments: await count(client, CHILD_TYPES.Deployment, hasPods),
    connections: await count<WithConditions>(
      client,
      resourceType('Connection'),
      (connection) =>
        accepted(connection) &&
        (connection.status?.conditions?.some(({ type, status }) => type === 'Deployed' && status === 'True') ?? false),
    ),
    feeds: await count<WithConditions>(client, resourceType('Feed'), accepted),
  };
}

function hasPods({ metadata, status }: DeploymentView): boolean {
  return status?.observedGeneration === metadata.generation && status?.availableReplicas === 1;
}

async function count<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType,
  counts: (object: T) => boolean,
): Promise<number> {
  let found = 0;
  let next: string | undefined;
  do {
    const page = await client.list<T>(type, { limit: PAGE, continue: next });
    found += page.items.filter(counts).length;
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
  return found;
}

/** What must be there in the end. */
export function isComplete({ found, connections }: Sample): boolean {
  return (
    found.deployments === connections && found.connections === connections && found.feeds === connections * FEEDS_EACH
  );
}
