import { EXIT } from '../exit-code.ts';
import { row, type CommandRow, type Common } from './command.ts';
import { SCOPED } from './options.ts';
import { change } from './rights.ts';

const NAMES = [{ usage: '[names...]' }];

const request = (verb: 'sync' | 'test' | 'run', summary: string): CommandRow =>
  row<[string[]], Common & { timeout: string }>({
    name: verb,
    summary,
    args: NAMES,
    flags: [...SCOPED, { usage: '--timeout <seconds>', description: 'how long to wait', default: '120' }],
    needs: change(verb === 'run' ? 'feeds' : 'connections'),
    async run({ args: [names], options, withTarget, say, clock }) {
      const { request: ask } = await import('../commands/requests.ts');
      const timeoutMs = Number(options.timeout) * 1000;
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

/** Commands that write to resources. */
export const CHANGES: readonly CommandRow[] = [
  request('sync', 'run all feeds of connections now'),
  request('test', 'check connections against their stores now'),
  request('run', 'run feeds now'),
  turn('enable'),
  turn('disable'),
];
