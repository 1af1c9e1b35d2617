#!/usr/bin/env node
import { Command, Option } from 'commander';
import { systemClock } from '../kit/clock.ts';
import { ownPackage } from './version.ts';

const DEFAULT_STATE = '.supercargo';
const say = (line: string): void => void process.stdout.write(line + '\n');

/**
 * Aborts at SIGTERM and Ctrl-C; a second one ends at once. Taken before a part is loaded: as process 1 of a container,
 * Node.js ignores a SIGTERM that nobody listens to, and the pod would hang for its whole grace period.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}

/** `up` is loaded only when asked for: `get` must not wait for a database engine to load. */
async function withTarget<T>(options: { state: string; context?: string }, work: (target: import('./target.ts').Target) => Promise<T>): Promise<T> {
  const { findTarget } = await import('./target.ts');
  const target = await findTarget(options);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

function common(command: Command): Command {
  return command
    .addOption(new Option('-n, --namespace <name>', 'namespace'))
    .addOption(new Option('--state <folder>', 'state folder of a local "up"').default(DEFAULT_STATE).env('SUPERCARGO_STATE'))
    .addOption(new Option('--context <name>', 'kubeconfig context'));
}

interface Common {
  readonly namespace?: string;
  readonly state: string;
  readonly context?: string;
  readonly selector?: string;
}

function program(): Command {
  const root = new Command('supercargo').description('Commerce integrations on Kubernetes, or on one machine.').version(ownPackage().version);
  addParts(root);
  addLocal(root);
  addQueries(root);
  addRequests(root);
  addSwitches(root);
  return root;
}

function addParts(root: Command): void {
  const serve = root.command('serve').description('run a part; what containers do');
  serve.command('operator').action(async () => {
    const signal = stopSignal();
    await (await import('../operator/main.ts')).runOperator(process.env, signal);
  });
  serve.command('sync').action(async () => {
    const signal = stopSignal();
    await (await import('../sync/main.ts')).runSync(process.env, signal);
  });
  serve.command('hub').action(async () => {
    const signal = stopSignal();
    await (await import('../hub/main.ts')).runHub(process.env, signal);
  });
  serve.command('crds').description('bring the CustomResourceDefinitions to this release, then end').action(async () => (await import('./commands/crds.ts')).applyCrds(say));
}

function addLocal(root: Command): void {
  root.command('up').description('run manifests on this machine, without a cluster')
    .requiredOption('-f, --file <path>', 'folder or file of manifests')
    .addOption(new Option('--state <folder>', 'where database, keys and status are kept').default(DEFAULT_STATE).env('SUPERCARGO_STATE'))
    .option('--public-url <url>', 'address under which stores reach this hub with their webhooks; "local" for stores on this machine')
    .addOption(new Option('--hub-port <port>', 'port of the hub; 0 takes a free one').default(8080).argParser(Number))
    .addOption(new Option('--database-url <url>', 'a PostgreSQL instead of the embedded one').env('SUPERCARGO_DATABASE_URL'))
    .addOption(new Option('--log-level <level>').default('warn'))
    .action(async (options: { file: string; state: string; hubPort: number; publicUrl?: string; databaseUrl?: string; logLevel: string }) => (await import('./commands/up.ts')).runUp(options, process.stdout, stopSignal()));
  root.command('validate').description('what admission would say of manifests, offline')
    .requiredOption('-f, --file <path>', 'folder or file of manifests')
    .action(async ({ file }: { file: string }) => {
      const { loadManifests, printFaults } = await import('./manifests.ts');
      const { resources, faults } = await loadManifests(file);
      printFaults(faults, say);
      say(`${resources.length} valid, ${faults.length} not`);
      if (faults.length > 0) process.exitCode = 1;
    });
}

function addQueries(root: Command): void {
  common(root.command('get').description('resources and their state').argument('<kind>').argument('[name]'))
    .option('-l, --selector <selector>', 'labels').option('-o, --output <format>', 'json')
    .action((word: string, name: string | undefined, options: Common & { output?: string }) => withTarget(options, async (target) => {
      const { kindOf } = await import('./target.ts');
      const { resourceTable } = await import('./status-view.ts');
      const kind = kindOf(word);
      const found = (await target.list(kind, options.namespace, options.selector)).filter(({ metadata }) => name === undefined || metadata.name === name);
      if (name !== undefined && found.length === 0) throw new Error(`${kind} ${name} was not found`);
      say(options.output === 'json' ? JSON.stringify(found, null, 2) : resourceTable(kind, found, systemClock.now()));
    }));
  common(root.command('order').description('the life line of an order').argument('<number>'))
    .action((number: string, options: Common) => withTarget(options, async (target) => {
      const { showOrder } = await import('./commands/order.ts');
      if (!(await showOrder(target, number, options.namespace, say))) process.exitCode = 1;
    }));
}

function addRequests(root: Command): void {
  const verbs = { sync: 'run all feeds of connections now', test: 'check connections against their stores now', run: 'run feeds now' } as const;
  for (const [verb, description] of Object.entries(verbs) as [keyof typeof verbs, string][]) {
    common(root.command(verb).description(description).argument('[names...]'))
      .option('-l, --selector <selector>', 'labels').option('--timeout <seconds>', 'how long to wait', '120')
      .action((names: string[], options: Common & { timeout: string }) => withTarget(options, async (target) => {
        const { request } = await import('./commands/requests.ts');
        const well = await request(target, { verb, names, namespace: options.namespace, selector: options.selector, timeoutMs: Number(options.timeout) * 1000 }, systemClock, say);
        if (!well) process.exitCode = 1;
      }));
  }
}

function addSwitches(root: Command): void {
  for (const [verb, enabled] of [['enable', true], ['disable', false]] as const) {
    common(root.command(verb).description(`${verb} connections`).argument('<names...>'))
      .action((names: string[], options: Common) => withTarget(options, async (target) => {
        for (const name of names) {
          const found = (await target.list('Connection', options.namespace, undefined)).find(({ metadata }) => metadata.name === name);
          if (!found) throw new Error(`Connection ${name} was not found`);
          await target.setEnabled({ kind: 'Connection', namespace: found.metadata.namespace, name }, enabled);
          say(`Connection/${name} ${verb}d`);
        }
      }));
  }
}

await program().parseAsync(process.argv).catch((error: unknown) => {
  process.stderr.write(`supercargo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
