import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { KINDS } from '../../crds/index.ts';
import { systemClock } from '../../kit/clock.ts';
import { row, type CommandRow, type Doors } from './command.ts';
import { COMMANDS, GROUPS } from '../command-table.ts';
import { CLUSTER_KINDS, NAMESPACED_KINDS } from './kind-names.ts';
import { program } from './program.ts';

const doors: Doors = {
  env: {},
  clock: systemClock,
  say: () => undefined,
  tell: () => undefined,
  stop: () => new AbortController().signal,
  ask: undefined,
  withTarget: async () => {
    throw new Error('no target here');
  },
};

const make = (commands: readonly CommandRow[], exit: (code: number) => void = () => undefined) =>
  program({ version: '1', commands, groups: { many: 'of several words' }, doors, exit });
const parse = (commands: readonly CommandRow[], line: string, exit?: (code: number) => void) =>
  make(commands, exit).parseAsync(line.split(' '), { from: 'user' });

describe('the table of commands', () => {
  it('has each name once, a sentence for each command and option, and no option twice in one', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, summary, flags = [] } of COMMANDS) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/\S/)]);
      const written = flags.flatMap(({ usage }) => usage.match(/-{1,2}[a-zA-Z][\w-]*/g) ?? []);
      expect([name, written]).toEqual([name, [...new Set(written)]]);
      for (const { usage, description } of flags) expect([name, usage, description]).not.toContain('');
    }
  });

  it('takes whose cluster, and as whom, wherever it takes a context; and all namespaces wherever it takes labels', () => {
    const takes = (option: string) =>
      COMMANDS.filter(({ flags = [] }) => flags.some(({ usage }) => usage.includes(option))).map(({ name }) => name);
    expect(takes('--context').length).toBeGreaterThan(20);
    expect(takes('--kubeconfig')).toEqual(takes('--context'));
    expect(takes('--as ')).toEqual(takes('--context'));
    expect(takes('-l, ').length).toBeGreaterThan(10);
    expect(takes('-A, ')).toEqual(expect.arrayContaining(takes('-l, ')));
  });

  it('names the rights of each command that asks a cluster', () => {
    const without = COMMANDS.filter(
      ({ flags = [], needs }) => needs.length === 0 && flags.some(({ usage }) => usage.startsWith('--context')),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('says what each group is for', () => {
    const groups = COMMANDS.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0]!] : []));
    expect([...new Set(groups)].sort()).toEqual(Object.keys(GROUPS).sort());
  });

  it('knows the kinds there are', () => {
    const plurals = (scope: string) => KINDS.filter((kind) => kind.scope === scope).map(({ plural }) => plural);
    expect([...NAMESPACED_KINDS].sort()).toEqual(plurals('Namespaced').sort());
    expect([...CLUSTER_KINDS].sort()).toEqual(plurals('Cluster').sort());
  });
});

describe('the program of a table', () => {
  const seen: unknown[] = [];
  const echo = row<[string, string[]], { many?: number; given: boolean }>({
    name: 'many echo',
    summary: 'tells what it was given',
    args: [{ usage: '<first>' }, { usage: '[rest...]' }],
    flags: [
      { usage: '--many <count>', description: 'a number', default: 1, number: 'whole' },
      { usage: '--form <form>', description: 'one of two', choices: ['a', 'b'] },
    ],
    needs: [],
    async run({ args, options, given }) {
      seen.push({ args, options, given: given('many') });
      return 4;
    },
  });

  it('gives a command its arguments and options, and the exit code it returns to whoever ends', async () => {
    const codes: number[] = [];
    await parse([echo], 'many echo one two three --many 3', (code) => codes.push(code));
    await parse([echo], 'many echo one', (code) => codes.push(code));
    expect(seen).toEqual([
      { args: ['one', ['two', 'three']], options: { many: 3 }, given: true },
      { args: ['one', []], options: { many: 1 }, given: false },
    ]);
    expect(codes).toEqual([4, 4]);
  });

  it('refuses what its row does not have', async () => {
    for (const line of ['many echo', 'many echo one --form c', 'many echo one --other', 'other'])
      await expect(parse([echo], line)).rejects.toThrow();
  });

  it.each([
    ['simulate --port WORD', 'a port from 1 to 65535, or 0 for a free one'],
    ['simulate --port 65536', 'a port from 1 to 65535, or 0 for a free one'],
    ['up -f x --hub-port 80.5', 'a port from 1 to 65535, or 0 for a free one'],
    ['simulate --products many', 'a whole number, 0 or more'],
    ['simulate --orders=-1', 'a whole number, 0 or more'],
    ['simulate --seed 1e3', 'a whole number, 0 or more'],
    ['simulate --rate often', 'a number, 0 or more'],
    ['logs shop --tail all', 'a whole number, 0 or more'],
    ['report --tail', 'argument missing'],
  ])('says in words what number an option takes: %s', async (line, words) => {
    const said: string[] = [];
    const root = make(COMMANDS.map((one) => ({ ...one, run: async () => undefined })));
    for (const command of [root, ...root.commands])
      command.configureOutput({ writeErr: (text) => void said.push(text), writeOut: () => undefined });
    await expect(root.parseAsync(line.split(' '), { from: 'user' })).rejects.toThrow(CommanderError);
    expect(said.join('')).toContain(words);
  });

  it('gives a command the number that was written', async () => {
    const given: unknown[] = [];
    const rows = COMMANDS.map((one) => ({
      ...one,
      run: async ({ options }: { options: unknown }) => void given.push(options),
    }));
    await parse(rows, 'simulate --port 0 --rate 0.5 --seed 7');
    expect(given).toMatchObject([{ port: 0, rate: 0.5, seed: 7, products: 50 }]);
  });

  it('lists every command of the real table in its help', () => {
    const help = program({ version: '1', commands: COMMANDS, groups: GROUPS, doors, exit: () => undefined });
    for (const { name } of COMMANDS) expect(help.helpInformation()).toContain(`  ${name.split(' ')[0]}`);
  });
});
