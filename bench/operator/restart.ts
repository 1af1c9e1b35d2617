/**
 * What a restart of the operator costs: `node bench/operator/restart.ts [connections] [feeds each]`.
 * A real API server, the operator in this process with the rights of the chart. Prints one line of JSON.
 */
import { performance } from 'node:perf_hooks';
import { API_VERSION, resourceType } from '../../crds/index.ts';
import { OperatorRig, type RunningOperator } from '../../test/support/operator-rig.ts';

const [connections = 1000, feedsEach = 3] = process.argv.slice(2).map(Number);
const NAMESPACE = 'load';
const TYPES = ['OrderImport', 'StockExport', 'ProductImport'];
const CLIENTS = 24;

const rig = await OperatorRig.start();
const spec = (await rig.namespace(NAMESPACE))['spec'] as object;

async function createAll(kind: string, count: number, specOf: (index: number) => object): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let index = next++; index < count; index = next++) {
        await rig.client.create(resourceType(kind), {
          apiVersion: API_VERSION,
          kind,
          metadata: { name: `${kind.toLowerCase()}-${index}`, namespace: NAMESPACE },
          spec: specOf(index),
        });
      }
    }),
  );
}

/** Resolves when no key waits and no worker works. */
async function settled({ registry }: RunningOperator): Promise<void> {
  const sum = async (name: string) =>
    ((await registry.getSingleMetric(name)?.get())?.values ?? []).reduce((total, { value }) => total + value, 0);
  while ((await sum('workqueue_depth')) + (await sum('controller_runtime_active_workers')) > 0)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Milliseconds from a change of a connection to the change of its Deployment. */
async function changeToDeployment(name: string): Promise<number> {
  const started = performance.now();
  await rig.apply('Connection', NAMESPACE, name, { ...spec, enabled: false });
  while ((await rig.deployment(NAMESPACE, name))?.spec.replicas !== 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return Math.round(performance.now() - started);
}

async function measured(work: () => Promise<void>): Promise<{ wallMs: number; cpuMs: number }> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: Math.round(performance.now() - started), cpuMs: Math.round((user + system) / 1000) };
}

await createAll('Connection', connections, () => spec);
await createAll('Feed', connections * feedsEach, (index) => ({
  connectionRef: { name: `connection-${Math.floor(index / feedsEach)}` },
  type: TYPES[index % feedsEach],
}));

let operator = await rig.startOperator();
await settled(operator);
await new Promise((resolve) => setTimeout(resolve, 2000));
await settled(operator);
await operator.stop();

const writesBefore = (await rig.operatorWrites()).length;
const restart = await measured(async () => {
  operator = await rig.startOperator();
  await settled(operator);
});
const writesOfRestart = (await rig.operatorWrites()).length - writesBefore;
const latencies: number[] = [];
for (let index = 0; index < 20; index += 1) latencies.push(await changeToDeployment(`connection-${index}`));
latencies.sort((a, b) => a - b);
const scrape = await measured(
  async () => void (await (await fetch(`http://127.0.0.1:${operator.port}/metrics`)).text()),
);

console.log(
  JSON.stringify({
    connections,
    feeds: connections * feedsEach,
    restart,
    writesOfRestart,
    changeToDeploymentMs: { median: latencies[10], max: latencies.at(-1) },
    scrapeMs: scrape.wallMs,
    maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
await operator.stop();
await rig.stop();
