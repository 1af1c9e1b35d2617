import { row, type CommandRow, type Common } from './command.ts';
import { state, SYSTEM_NAMESPACE, WHICH_CLUSTER } from './options.ts';
import { DRILL, RUN_IN_HUB } from './rights.ts';

const WHICH_HUB = [state('state folder of a local "up"'), ...WHICH_CLUSTER, SYSTEM_NAMESPACE];

/** Commands for an installation as a whole. */
export const OPERATIONS: readonly CommandRow[] = [
  row<[], import('../commands/drill.ts').DrillCommand>({
    name: 'drill',
    summary: 'kill parts during a run in a namespace of its own, and count lost and doubled (docs/drill.md)',
    flags: [
      {
        usage: '-n, --namespace <name>',
        description: 'namespace that is made and removed',
        default: 'supercargo-drill',
      },
      { usage: '--kills <count>', description: 'how many', default: '20' },
      {
        usage: '--parts <names>',
        description: 'what is killed, with commas: sync; hub and operator are shared by all connections',
        default: 'sync',
      },
      {
        usage: '--fault <names>',
        description: 'faults of the shop, by name, with commas (docs/simulator.md)',
        default: '',
      },
      { usage: '--orders-per-burst <count>', description: 'orders placed before each kill', default: '3' },
      { usage: '--seed <number>', description: 'of what is killed when; another one each time if absent' },
      { usage: '--keep', description: 'leave the namespace in the end' },
      SYSTEM_NAMESPACE,
      ...WHICH_CLUSTER,
    ],
    needs: DRILL,
    async run({ options, say, stop }) {
      return (await import('../commands/drill.ts')).runDrillCommand(options, say, stop());
    },
  }),
  row<[], Common & { output?: string }>({
    name: 'backup',
    summary: 'everything that the hub keeps, into one file',
    flags: [{ usage: '-o, --output <file>', description: 'the file; named by the time if absent' }, ...WHICH_HUB],
    needs: RUN_IN_HUB,
    async run({ options, given, env, say, tell, stop }) {
      const { runBackup } = await import('../commands/backup.ts');
      say(await runBackup({ ...options, stateGiven: given('state') }, env, tell, stop()));
    },
  }),
  row<[string], Common & { replace: boolean; yes: boolean }>({
    name: 'restore',
    summary: "a backup into the hub's database",
    args: [{ usage: '<file>' }],
    flags: [
      ...WHICH_HUB,
      { usage: '--replace', description: 'what the database holds may go', default: false },
      { usage: '--yes', description: 'without a question', default: false },
    ],
    needs: RUN_IN_HUB,
    async run({ args: [file], options, given, env, tell, ask, stop }) {
      const { runRestore } = await import('../commands/restore.ts');
      const command = { ...options, file, stateGiven: given('state') };
      await runRestore(command, { env, say: tell, ask, signal: stop() });
    },
  }),
];
