#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { systemClock } from '../kit/clock.ts';
import { withoutControls } from '../kit/plain-text.ts';

import { passwordWarning } from './database-url.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { FORMATS, type Format } from './formats.ts';
import { ownPackage } from './version.ts';

const DEFAULT_STATE = '.supercargo';
/** Progress: stdout belongs to commands whose output is data. */
const tell = (line: string): void => void process.stderr.write(withoutControls(line, true) + '\n');
const say = (line: string): void => void process.stdout.write(withoutControls(line, true) + '\n');

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
async function withTarget<T>(options: Common, work: (target: import('./target.ts').Target) => Promise<T>): Promise<T> {
  const { findTarget } = await import('./find-target.ts');
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
    .addOption(
      new Option('--state <folder>', 'state folder of a local "up"').default(DEFAULT_STATE).env('SUPERCARGO_STATE'),
    )
    .addOption(new Option('--context <name>', 'kubeconfig context'))
    .addOption(new Option('--kubeconfig <file>', 'kubeconfig to use'))
    .addOption(new Option('--as <user>', 'user to act as'));
}

/** For commands that list or choose resources, as kubectl: -n, else the namespace of the context, or all. */
function scoped(command: Command): Command {
  return common(command).option('-A, --all-namespaces', 'all namespaces');
}

/** For commands that ask the hub: on a cluster they find it and the Store's key by themselves. */
function asksHub(command: Command): Command {
  return common(command)
    .addOption(new Option('--store <name>', 'Store, where the namespace has several'))
    .addOption(systemNamespace());
}

const systemNamespace = (): Option =>
  new Option('--system-namespace <name>', 'namespace that the chart is installed in; found if absent');

interface Common {
  readonly namespace?: string;
  readonly state: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly as?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly store?: string;
  readonly systemNamespace?: string;
}

function program(): Command {
  const root = new Command('supercargo')
    .description('Commerce integrations on Kubernetes, or on one machine.')
    .version(ownPackage().version)
    .exitOverride();
  addParts(root);
  addLocal(root);
  addQueries(root);
  addHubQueries(root);
  addRequests(root);
  addSwitches(root);
  addDrill(root);
  addBackup(root);
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
    (await import('../kit/memory-limits.ts')).keepSmall();
    await (await import('../sync/main.ts')).runSync(process.env, signal);
  });
  serve.command('hub').action(async () => {
    const signal = stopSignal();
    await (await import('../hub/main.ts')).runHub(process.env, signal);
  });
  serve
    .command('drill')
    .description('the shop and the warehouse of a drill')
    .action(async () => {
      const signal = stopSignal();
      await (await import('../drill/main.ts')).runCounterpart(process.env, signal);
    });
  serve
    .command('backup')
    .description('the database of the hub beside it, to stdout')
    .action(async () => (await import('../hub/backup/serve.ts')).serveBackup(process.env, process.stdout, tell));
  serve
    .command('restore')
    .description('a backup from stdin into the database of the hub beside it')
    .option('--replace', 'what is there may go', false)
    .option('--look', 'say what would go, and end', false)
    .action(async ({ replace, look }: { replace: boolean; look: boolean }) => {
      const { serveLook, serveRestore } = await import('../hub/backup/serve.ts');
      await (look ? serveLook(process.env, process.stdout) : serveRestore(process.env, process.stdin, replace, tell));
    });
  serve
    .command('crds')
    .description('bring the CustomResourceDefinitions to this release, then end')
    .action(async () => (await import('./commands/crds.ts')).applyCrds(say));
}

function addLocal(root: Command): void {
  root
    .command('up')
    .description('run manifests on this machine, without a cluster')
    .requiredOption('-f, --file <path>', 'folder or file of manifests')
    .addOption(
      new Option('--state <folder>', 'where database, keys and status are kept')
        .default(DEFAULT_STATE)
        .env('SUPERCARGO_STATE'),
    )
    .option(
      '--public-url <url>',
      'address under which stores reach this hub with their webhooks; "local" for stores on this machine',
    )
    .addOption(new Option('--hub-port <port>', 'port of the hub; 0 takes a free one').default(8080).argParser(Number))
    .addOption(
      new Option('--database-url <url>', 'a PostgreSQL instead of the embedded one').env('SUPERCARGO_DATABASE_URL'),
    )
    .option('--allow-plain-http', 'let credentials and order webhooks go over http://, beyond this machine')
    .addOption(new Option('--log-level <level>').default('warn'))
    .action(
      async (options: {
        file: string;
        state: string;
        hubPort: number;
        publicUrl?: string;
        databaseUrl?: string;
        allowPlainHttp?: boolean;
        logLevel: string;
      }) => {
        const warning = passwordWarning(process.argv);
        if (warning) tell(warning);
        await (await import('./commands/up.ts')).runUp(options, process.stdout, stopSignal());
      },
    );
  root
    .command('simulate')
    .description('a simulated store to try things on (docs/simulator.md)')
    .argument('[name]', 'platform that it speaks like', 'generic')
    .addOption(new Option('--port <port>', 'port; 0 takes a free one').default(3900).argParser(Number))
    .addOption(new Option('--seed <number>', 'the same seed gives the same shop').default(1).argParser(Number))
    .addOption(new Option('--products <count>').default(50).argParser(Number))
    .addOption(new Option('--orders <count>', 'orders at the start').default(20).argParser(Number))
    .addOption(new Option('--fault <names>', 'faults of the store, by name, with commas').default(''))
    .addOption(
      new Option('--rate <count>', 'things that happen in the shop in a minute: orders, payments, edits')
        .default(6)
        .argParser(Number),
    )
    .option('--print-manifests', 'print the manifests for it, and end')
    .action(async (name: string, options: import('./commands/simulate.ts').SimulateCommand) =>
      (await import('./commands/simulate.ts')).runSimulate({ ...options, name }, say, stopSignal()),
    );
  root
    .command('drivers')
    .description('what this release can connect to, and what each driver cannot do')
    .argument('[name]')
    .action(async (name?: string) => (await import('./commands/drivers.ts')).showDrivers(name, say));
  root
    .command('conformance')
    .description('hold a driver to the rules of docs/writing-a-driver.md, at a simulated shop')
    .argument('[name]', 'a built-in driver')
    .option('--module <file>', 'a file that exports "driver" and, where its platform is not simulated here, "wire"')
    .option('--cases <ids>', 'these alone, by id or chapter (C8), with commas')
    .action(async (name: string | undefined, options: { module?: string; cases?: string }) => {
      if (!(await (await import('./commands/conformance.ts')).runConformance({ ...options, name }, say)))
        process.exitCode = 1;
    });
  root
    .command('validate')
    .description('what admission would say of manifests, offline')
    .requiredOption('-f, --file <path>', 'folder or file of manifests')
    .action(async ({ file }: { file: string }) => {
      const { loadManifests, printFaults } = await import('./manifests.ts');
      const { resources, faults } = await loadManifests(file);
      printFaults(faults, say);
      say(`${resources.length} valid, ${faults.length} not`);
      if (faults.length > 0) process.exitCode = EXIT.notWell;
    });
}

function addQueries(root: Command): void {
  scoped(root.command('get').description('resources and their state').argument('<kind>').argument('[name]'))
    .option('-l, --selector <selector>', 'labels')
    .addOption(new Option('-o, --output <format>', 'another form').choices(FORMATS))
    .action(async (word: string, name: string | undefined, options: Common & { output?: Format }) =>
      withTarget(options, async (target) => {
        const { get } = await import('./commands/get.ts');
        say(await get(target, { ...options, word, name }, systemClock.now()));
      }),
    );
  asksHub(root.command('order').description('the life line of an order').argument('<number>')).action(
    (number: string, options: Common) =>
      withTarget(options, async (target) => {
        const { showOrder } = await import('./commands/order.ts');
        if (!(await showOrder(target, number, options, say))) process.exitCode = EXIT.notFound;
      }),
  );
}

const output = (): Option => new Option('-o, --output <format>', 'as JSON').choices(['json']);

/** Commands that ask the hub what it keeps. */
function addHubQueries(root: Command): void {
  asksHub(root.command('errors').description('open problems by reason, and what to do'))
    .option('--reason <reason>', 'list the records of a reason')
    .option('--payload <record>', 'show what the shop gave of a record')
    .addOption(output())
    .action((options: Common & { reason?: string; payload?: string; output?: string }) =>
      withTarget(options, async (target) => {
        await (await import('./commands/errors.ts')).showErrors(target, options, systemClock.now(), say);
      }),
    );
  asksHub(root.command('replay').description('try again what failed for a reason'))
    .requiredOption('--reason <reason>', 'as "supercargo errors" names it')
    .option('--dry-run', 'say how many, do nothing', false)
    .action((options: Common & { reason: string; dryRun: boolean }) =>
      withTarget(options, async (target) => {
        await (await import('./commands/replay.ts')).replay(target, options, say);
      }),
    );
  asksHub(root.command('forget').description('erase the person of an order, or a person from all closed orders'))
    .option('--order <number>', 'number of the order')
    .option('--person <email>', 'mail address of the customer')
    .action((options: Common & { order?: string; person?: string }) =>
      withTarget(options, async (target) => {
        const all = await (await import('./commands/forget.ts')).forget(target, options, options, say);
        if (!all) process.exitCode = 1;
      }),
    );
  asksHub(root.command('diff').description('what would happen if a connection went live now').argument('[connection]'))
    .addOption(output())
    .action((connection: string | undefined, options: Common & { output?: string }) =>
      withTarget(options, async (target) => {
        await (await import('./commands/diff.ts')).showDiff(target, { ...options, connection }, say);
      }),
    );
}

function addRequests(root: Command): void {
  const verbs = {
    sync: 'run all feeds of connections now',
    test: 'check connections against their stores now',
    run: 'run feeds now',
  } as const;
  for (const [verb, description] of Object.entries(verbs) as [keyof typeof verbs, string][]) {
    scoped(root.command(verb).description(description).argument('[names...]'))
      .option('-l, --selector <selector>', 'labels')
      .option('--timeout <seconds>', 'how long to wait', '120')
      .action((names: string[], options: Common & { timeout: string }) =>
        withTarget(options, async (target) => {
          const { request } = await import('./commands/requests.ts');
          const well = await request(
            target,
            { ...options, verb, names, timeoutMs: Number(options.timeout) * 1000 },
            systemClock,
            say,
          );
          if (!well) process.exitCode = EXIT.notWell;
        }),
      );
  }
}

function addSwitches(root: Command): void {
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    scoped(root.command(verb).description(`${verb} connections`).argument('[names...]'))
      .option('-l, --selector <selector>', 'labels')
      .action((names: string[], options: Common) =>
        withTarget(options, async (target) => {
          const { switchConnections } = await import('./commands/switches.ts');
          await switchConnections(target, { ...options, names }, enabled, say);
        }),
      );
  }
}

function addBackup(root: Command): void {
  const stateGiven = (command: Command) => command.getOptionValueSource('state') === 'cli';
  const which = (command: Command) =>
    command
      .addOption(
        new Option('--state <folder>', 'state folder of a local "up"').default(DEFAULT_STATE).env('SUPERCARGO_STATE'),
      )
      .addOption(new Option('--context <name>', 'kubeconfig context'))
      .addOption(systemNamespace());
  which(
    root
      .command('backup')
      .description('everything that the hub keeps, into one file')
      .option('-o, --output <file>', 'the file; named by the time if absent'),
  ).action(async (options: Common & { output?: string }, command: Command) => {
    say(
      await (
        await import('./commands/backup.ts')
      ).runBackup({ ...options, stateGiven: stateGiven(command) }, process.env, tell, stopSignal()),
    );
  });
  which(root.command('restore').description("a backup into the hub's database").argument('<file>'))
    .option('--replace', 'what the database holds may go', false)
    .option('--yes', 'without a question', false)
    .action(async (file: string, options: Common & { replace: boolean; yes: boolean }, command: Command) => {
      const { runRestore } = await import('./commands/restore.ts');
      await runRestore(
        { ...options, file, stateGiven: stateGiven(command) },
        { env: process.env, say: tell, ask: process.stdin.isTTY ? ask : undefined, signal: stopSignal() },
      );
    });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

function addDrill(root: Command): void {
  root
    .command('drill')
    .description('kill parts during a run in a namespace of its own, and count lost and doubled (docs/drill.md)')
    .addOption(new Option('-n, --namespace <name>', 'namespace that is made and removed').default('supercargo-drill'))
    .option('--kills <count>', 'how many', '20')
    .option(
      '--parts <names>',
      'what is killed, with commas: sync; hub and operator are shared by all connections',
      'sync',
    )
    .option('--fault <names>', 'faults of the shop, by name, with commas (docs/simulator.md)', '')
    .option('--orders-per-burst <count>', 'orders placed before each kill', '3')
    .option('--seed <number>', 'of what is killed when; another one each time if absent')
    .option('--keep', 'leave the namespace in the end')
    .addOption(systemNamespace())
    .addOption(new Option('--context <name>', 'kubeconfig context'))
    .action(async (options: import('./commands/drill.ts').DrillCommand) => {
      process.exitCode = await (await import('./commands/drill.ts')).runDrillCommand(options, say, stopSignal());
    });
}

await program()
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    // Commander has said what is wrong with the command line, or has shown its help.
    if (!(error instanceof CommanderError))
      tell(`supercargo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = exitCodeOf(error);
  });
