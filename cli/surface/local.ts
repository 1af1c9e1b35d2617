import { passwordWarning } from '../database-url.ts';
import { EXIT } from '../exit-code.ts';
import { row, type CommandRow } from './command.ts';
import { state } from './options.ts';

/** Commands that need no cluster. */
export const LOCAL: readonly CommandRow[] = [
  row<
    [],
    {
      file: string;
      state: string;
      hubPort: number;
      publicUrl?: string;
      databaseUrl?: string;
      allowPlainHttp?: boolean;
      logLevel: string;
    }
  >({
    name: 'up',
    summary: 'run manifests on this machine, without a cluster',
    flags: [
      { usage: '-f, --file <path>', description: 'folder or file of manifests', required: true },
      state('where database, keys and status are kept'),
      {
        usage: '--public-url <url>',
        description:
          'address under which stores reach this hub with their webhooks; "local" for stores on this machine',
      },
      { usage: '--hub-port <port>', description: 'port of the hub; 0 takes a free one', default: 8080, number: 'port' },
      {
        usage: '--database-url <url>',
        description: 'a PostgreSQL instead of the embedded one',
        env: 'SUPERCARGO_DATABASE_URL',
      },
      {
        usage: '--allow-plain-http',
        description: 'let credentials and order webhooks go over http://, beyond this machine',
      },
      { usage: '--log-level <level>', description: 'of what it logs on stderr', default: 'warn' },
    ],
    needs: [],
    async run({ options, tell, stop }) {
      const warning = passwordWarning(process.argv);
      if (warning) tell(warning);
      await (await import('../commands/up.ts')).runUp(options, process.stdout, stop());
    },
  }),
  row<[string], Omit<import('../commands/simulate.ts').SimulateCommand, 'name'>>({
    name: 'simulate',
    summary: 'a simulated store to try things on (docs/simulator.md)',
    args: [{ usage: '[name]', description: 'platform that it speaks like', default: 'generic' }],
    flags: [
      { usage: '--port <port>', description: 'port; 0 takes a free one', default: 3900, number: 'port' },
      { usage: '--seed <number>', description: 'the same seed gives the same shop', default: 1, number: 'whole' },
      { usage: '--products <count>', description: 'products at the start', default: 50, number: 'whole' },
      { usage: '--orders <count>', description: 'orders at the start', default: 20, number: 'whole' },
      { usage: '--fault <names>', description: 'faults of the store, by name, with commas', default: '' },
      {
        usage: '--rate <count>',
        description: 'things that happen in the shop in a minute: orders, payments, edits',
        default: 6,
        number: 'any',
      },
      { usage: '--print-manifests', description: 'print the manifests for it, and end' },
    ],
    needs: [],
    async run({ args: [name], options, say, stop }) {
      await (await import('../commands/simulate.ts')).runSimulate({ ...options, name }, say, stop());
    },
  }),
  row<[string | undefined], object>({
    name: 'drivers',
    summary: 'what this release can connect to, and what each driver cannot do',
    args: [{ usage: '[name]' }],
    needs: [],
    async run({ args: [name], say }) {
      (await import('../commands/drivers.ts')).showDrivers(name, say);
    },
  }),
  row<[string | undefined], { module?: string; cases?: string }>({
    name: 'conformance',
    summary: 'hold a driver to the rules of docs/writing-a-driver.md, at a simulated shop',
    args: [{ usage: '[name]', description: 'a built-in driver' }],
    flags: [
      {
        usage: '--module <file>',
        description: 'a file that exports "driver" and, where its platform is not simulated here, "wire"',
      },
      { usage: '--cases <ids>', description: 'these alone, by id or chapter (C8), with commas' },
    ],
    needs: [],
    async run({ args: [name], options, say }) {
      const { runConformance } = await import('../commands/conformance.ts');
      if (!(await runConformance({ ...options, name }, say))) return EXIT.error;
    },
  }),
  row<[], { file: string }>({
    name: 'validate',
    summary: 'what admission would say of manifests, and whether settings fit their drivers, offline',
    flags: [{ usage: '-f, --file <path>', description: 'folder or file of manifests', required: true }],
    needs: [],
    async run({ options: { file }, say }) {
      const { loadManifests, printFaults } = await import('../manifests.ts');
      const { resources, faults, warnings } = await loadManifests(file);
      const { settingsFindings } = await import('../settings-faults.ts');
      const { builtinDrivers } = await import('../../drivers/registry.ts');
      const settings = settingsFindings(resources, builtinDrivers());
      for (const warning of warnings) say(`warning: ${warning}`);
      printFaults(faults, say);
      for (const { resource, message } of settings.faults) say(`${resource}: ${message}`);
      for (const { resource, message } of settings.unknownDrivers)
        say(`${resource}: ${message}: its settings were not looked at`);
      const unfit = new Set(settings.faults.map(({ resource }) => resource)).size;
      say(`${resources.length - unfit} valid, ${faults.length + unfit} not`);
      if (faults.length + unfit > 0) return EXIT.notWell;
    },
  }),
];
