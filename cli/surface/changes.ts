import { EXIT } from '../exit-code.ts';
import { row, type CommandRow, type Common } from './command.ts';
import { LIVE_ROW } from './live.ts';
import { SCOPED, TIMEOUT } from './options.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kind-names.ts';
import { change, REMOVE_CONNECTIONS, RECONCILE } from './rights.ts';

const NAMES = [{ usage: '[names...]' }];

const request = (verb: 'sync' | 'test' | 'run', summary: string): CommandRow =>
  row<[string[]], Common & { timeout: string }>({
    name: verb,
    summary,
    args: NAMES,
    flags: [...SCOPED, TIMEOUT],
    needs: change(verb === 'run' ? 'feeds' : 'connections'),
    async run({ args: [names], options, withTarget, say, clock }) {
      const { request: ask } = await import('../commands/requests.ts');
      const { timeoutOf } = await import('../waiting.ts');
      const timeoutMs = timeoutOf(options.timeout);
      const well = await withTarget(options, (target) =>
        ask(target, { ...options, verb, names, timeoutMs }, clock, say),
      );
      if (!well) return EXIT.notWell;
    },
  });

const turn = (verb: 'enable' | 'disable'): CommandRow =>
  row<[string[]], Common>({
    name: verb,
    summary: `${verb} connections`,
    args: NAMES,
    flags: SCOPED,
    needs: change('connections'),
    async run({ args: [names], options, withTarget, say }) {
      const { switchConnections } = await import('../commands/switches.ts');
      await withTarget(options, (target) => switchConnections(target, { ...options, names }, verb === 'enable', say));
    },
  });

const rest = (verb: 'suspend' | 'resume'): CommandRow =>
  row<[string[]], Common & { connection?: string }>({
    name: verb,
    summary: `${verb} the schedule of feeds`,
    args: NAMES,
    flags: [...SCOPED, { usage: '--connection <name>', description: 'all feeds of a connection, instead of names' }],
    needs: change('feeds'),
    async run({ args: [names], options, withTarget, say }) {
      const { suspendFeeds } = await import('../commands/suspend.ts');
      await withTarget(options, (target) => suspendFeeds(target, { ...options, names }, verb === 'suspend', say));
    },
  });

const RECONCILE_ROW = row<[string[]], Common & { kind: string }>({
  name: 'reconcile',
  summary: 'have the operator look at resources again, now',
  args: NAMES,
  flags: [
    ...SCOPED,
    {
      usage: '--kind <kind>',
      description: 'of the names',
      choices: [...NAMESPACED_KINDS, ...CLUSTER_KINDS],
      default: 'connections',
    },
  ],
  needs: RECONCILE,
  async run({ args: [names], options, withTarget, say, clock }) {
    const { askReconcile } = await import('../commands/reconcile.ts');
    await withTarget(options, (target) => askReconcile(target, { ...options, names }, clock, say));
  },
});

const DELETE_ROW = row<[string[]], Common & { wait: string; timeout: string; yes: boolean }>({
  name: 'delete',
  summary: 'delete connections: says before what becomes of their data, and what it waits for',
  args: NAMES,
  flags: [
    ...SCOPED,
    { usage: '--wait <wanted>', description: 'until they are gone', choices: ['true', 'false'], default: 'true' },
    TIMEOUT,
    { usage: '--yes', description: 'without a question; needed where deletionPolicy is Delete', default: false },
  ],
  needs: REMOVE_CONNECTIONS,
  async run({ args: [names], options, withTarget, say, clock, ask }) {
    const { deleteConnections } = await import('../commands/delete.ts');
    const { timeoutOf } = await import('../waiting.ts');
    const how = { ...options, names, wait: options.wait === 'true', timeoutMs: timeoutOf(options.timeout) };
    if (!(await withTarget(options, (target) => deleteConnections(target, how, { clock, say, ask }))))
      return EXIT.notWell;
  },
});

/** Commands that write to resources. */
export const CHANGES: readonly CommandRow[] = [
  request('sync', 'run all feeds of connections now'),
  request('test', 'check connections against their stores now'),
  request('run', 'run feeds now'),
  turn('enable'),
  turn('disable'),
  rest('suspend'),
  rest('resume'),
  LIVE_ROW,
  RECONCILE_ROW,
  DELETE_ROW,
];
