import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandRow, Doors, Flag, NumberKind } from './command.ts';

export interface ProgramOptions {
  readonly version: string;
  readonly commands: readonly CommandRow[];
  readonly groups: Readonly<Record<string, string>>;
  readonly doors: Doors;
  /** Told of the exit code of a command that did not end with 0. */
  readonly exit: (code: number) => void;
}

/** The command line out of the table. */
export function program({ version, commands, groups, doors, exit }: ProgramOptions): Command {
  const root = new Command('supercargo')
    .description('Commerce integrations on Kubernetes, or on one machine.')
    .version(version)
    .exitOverride();
  const parents = new Map<string, Command>();
  const parentOf = (group: string): Command => {
    const parent = parents.get(group) ?? root.command(group).description(groups[group] ?? '');
    parents.set(group, parent);
    return parent;
  };
  for (const one of commands) {
    const words = one.name.split(' ');
    const own = words.pop()!;
    const command = (words.length === 0 ? root : parentOf(words.join(' '))).command(own).description(one.summary);
    for (const { usage, description, default: fallback } of one.args ?? [])
      command.argument(usage, description, fallback);
    for (const flag of one.flags ?? []) command.addOption(optionOf(flag));
    command.action(async (...given: unknown[]) => {
      const args = given.slice(0, one.args?.length ?? 0);
      const options = command.opts();
      const wasGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
      const code = await one.run({ ...doors, args, options, given: wasGiven });
      if (code) exit(code);
    });
  }
  return root;
}

function optionOf(flag: Flag): Option {
  const option = new Option(flag.usage, flag.description);
  if (flag.default !== undefined) option.default(flag.default);
  if (flag.env !== undefined) option.env(flag.env);
  if (flag.choices) option.choices(flag.choices);
  if (flag.number) option.argParser(numberOf[flag.number]);
  if (flag.required) option.makeOptionMandatory();
  return option;
}

const number =
  (shape: RegExp, most: number, words: string) =>
  (text: string): number => {
    if (!shape.test(text) || Number(text) > most) throw new InvalidArgumentError(`It has to be ${words}.`);
    return Number(text);
  };

const numberOf: Readonly<Record<NumberKind, (text: string) => number>> = {
  port: number(/^\d{1,5}$/, 65_535, 'a port from 1 to 65535, or 0 for a free one'),
  whole: number(/^\d{1,9}$/, Infinity, 'a whole number, 0 or more'),
  any: number(/^\d{1,9}(\.\d{1,6})?$/, Infinity, 'a number, 0 or more'),
};
