import { EXIT } from '../exit-code.ts';
import type { Patience } from '../waiting.ts';
import { row, type CommandRow, type Common } from './command.ts';
import { LIVE_ROW } from './live.ts';
import { CHOSEN, CONNECTION_KIND, NO_WAIT, SCOPED, TIMEOUT, WAIT } from './options.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kind-names.ts';
import { change, CHANGE_CONNECTIONS, REMOVE_CONNECTIONS, RECONCILE, SUSPEND } from './rights.ts';

const NAMES = [{ usage: '[names...]' }];

interface Bulk extends Common {
  readonly all?: boolean;
  readonly kind?: string;
}
interface Waits extends Bulk {
  readonly wait: boolean;
  readonly timeout: string;
}

const request = (verb: 'sync' | 'test' | 'run', summary: string): CommandRow =>
  row<[string[]], Waits>({
    name: verb,
    summary,
    args: NAMES,
    flags: [...CHOSEN, ...(verb === 'run' ? [] : [CONNECTION_KIND]), ...NO_WAIT],
    needs: verb === 'run' ? change('feeds') : CHANGE_CONNECTIONS,
    async run({ args: [names], options, withTarget, stop, ...doors }) {
      const { request: ask } = await import('../commands/requests.ts');
      const patience = await patienceOf(options, stop);
      return withTarget(options, (target) => ask(target, { ...options, verb, names }, patience, doors));
    },
  });

const turn = (verb: 'enable' | 'disable'): CommandRow =>
  row<[string[]], Waits>({
    name: verb,
    summary: `${verb} connections`,
    args: NAMES,
    flags: [...CHOSEN, CONNECTION_KIND, ...WAIT],
    needs: CHANGE_CONNECTIONS,
    async run({ args: [names], options, withTarget, stop, ...doors }) {
      const { switchConnections } = await import('../commands/switches.ts');
      const patience = await patienceOf(options, stop);
      return withTarget(options, (target) =>
        switchConnections(target, { ...options, names }, verb === 'enable', patience, doors),
      );
    },
  });

const rest = (verb: 'suspend' | 'resume'): CommandRow =>
  row<[string[]], Waits & { connection?: string }>({
    name: verb,
    summary: `${verb} the schedule of feeds`,
    args: NAMES,
    flags: [
      ...CHOSEN,
      { usage: '--connection <name>', description: 'all feeds of a connection, instead of names' },
      ...WAIT,
    ],
    needs: SUSPEND,
    async run({ args: [names], options, withTarget, stop, ...doors }) {
      const { suspendFeeds } = await import('../commands/suspend.ts');
      const patience = await patienceOf(options, stop);
      return withTarget(options, (target) =>
        suspendFeeds(target, { ...options, names }, verb === 'suspend', patience, doors),
      );
    },
  });

/** Ctrl-C ends a write to many between two of them, and a wait at once. */
async function patienceOf({ timeout }: Waits, stop: () => AbortSignal): Promise<Patience> {
  const { timeoutOf } = await import('../waiting.ts');
  return { timeoutMs: timeoutOf(timeout), signal: stop() };
}

const RECONCILE_ROW = row<[string[]], Bulk & { kind: string }>({
  name: 'reconcile',
  summary: 'have the operator look at resources again, now',
  args: NAMES,
  flags: [...CHOSEN, { ...CONNECTION_KIND, choices: [...NAMESPACED_KINDS, ...CLUSTER_KINDS] }],
  needs: RECONCILE,
  async run({ args: [names], options, withTarget, stop, ...doors }) {
    const { askReconcile } = await import('../commands/reconcile.ts');
    const signal = stop();
    return withTarget(options, (target) => askReconcile(target, { ...options, names }, { signal }, doors));
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
