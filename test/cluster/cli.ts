import { parseArgs } from 'node:util';
import { BINARY_NAMES, NODE_BINARIES, type BinaryName } from './binaries.ts';
import { ensureBinaries } from './build.ts';
import { binariesFolder } from './cache.ts';
import {
  clusterProblems,
  DEFAULT_CLUSTER,
  findCluster,
  loadImage,
  startCluster,
  stopCluster,
  type Cluster,
} from './cluster.ts';
import { buildImage } from './image.ts';
import { stderrLog } from './log.ts';
import { listStates } from './state.ts';

const USAGE = `Usage: node test/cluster/cli.ts COMMAND [--name NAME]

  build [BINARY…]         build what is missing in the cache: all, or those named
  up                      bring the cluster up, or repair it, and say how to use it
  down                    end it and remove everything it left on the machine
  status                  say for each cluster whether it is well; exit code 1 if one is not
  image [--hermetic] [--load] [ARCHIVE]
                          build the container image; --load puts it, or ARCHIVE, onto the cluster's node
  kubeconfig              print the path of the kubeconfig

The cluster is called ${DEFAULT_CLUSTER} unless --name says otherwise.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: DEFAULT_CLUSTER },
    hermetic: { type: 'boolean', default: false },
    load: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function requireCluster(): Promise<Cluster> {
  const cluster = await findCluster({ name: values.name, log: stderrLog });
  if (!cluster) throw new Error(`There is no cluster ${values.name}: bring it up first.`);
  return cluster;
}

async function build(names: string[]): Promise<void> {
  const unknown = names.filter((name) => !(BINARY_NAMES as string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`No such binary: ${unknown.join(', ')}. There are: ${BINARY_NAMES.join(', ')}`);
  await ensureBinaries(names.length > 0 ? (names as BinaryName[]) : NODE_BINARIES, stderrLog);
  print(binariesFolder());
}

async function up(): Promise<void> {
  const cluster = await startCluster({ name: values.name, log: stderrLog });
  print(`# cluster ${cluster.name} (${cluster.provider}) is up; pods reach this machine at ${cluster.hostAddress}`);
  print(`export KUBECONFIG=${cluster.kubeconfig}`);
  print(`export PATH=${binariesFolder()}:$PATH`);
}

async function status(): Promise<void> {
  const states = await listStates();
  if (states.length === 0) print('No cluster is up.');
  for (const state of states) {
    const problems = await clusterProblems(state);
    print(
      `${state.name} (${state.provider}, Kubernetes ${state.kubernetesVersion}): ${problems === '' ? 'well' : `not well\n${problems}`}`,
    );
    if (problems !== '') process.exitCode = 1;
  }
}

async function image(archive: string | undefined): Promise<void> {
  const built = archive ?? (await buildImage({ hermetic: values.hermetic, log: stderrLog })).archive;
  if (values.load) await loadImage(await requireCluster(), built, stderrLog);
  print(built);
}

const commands: Record<string, (rest: string[]) => Promise<void>> = {
  build,
  up,
  down: () => stopCluster({ name: values.name, log: stderrLog }),
  status,
  image: ([archive]) => image(archive),
  kubeconfig: async () => print((await requireCluster()).kubeconfig),
};

const [command = '', ...rest] = positionals;
const action = values.help ? undefined : commands[command];
if (!action) {
  print(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    await action(rest);
  } catch (error) {
    stderrLog(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
