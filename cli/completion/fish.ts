import type { CommandRow } from '../surface/command.ts';
import { fileKind, flagWords } from '../surface/flag-words.ts';
import { commandWords, type Completable } from './candidates.ts';

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;

/** Lines for fish's completions folder. */
export function fishScript(table: Completable): string {
  const groups = Object.keys(table.groups);
  const line = (program: string, rest: string): string => `complete -c ${program} ${rest}`;
  const rules = [
    '-f',
    ...commandWords(table).map(
      ({ word, description }) => `-n __fish_use_subcommand -a ${word} -d ${quoted(description)}`,
    ),
    ...groups.flatMap((group) => {
      const own = commandWords(table, group);
      const none = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${own.map(({ word }) => word).join(' ')}`;
      return own.map(({ word, description }) => `-n ${quoted(none)} -a ${word} -d ${quoted(description)}`);
    }),
    ...table.commands.flatMap((command) => rulesOf(command, groups)),
  ];
  return [
    '# fish completion of supercargo, made by "supercargo completion fish".',
    ...['supercargo', 'kubectl-supercargo'].flatMap((program) => rules.map((rule) => line(program, rule))),
    '',
  ].join('\n');
}

function rulesOf({ name, flags = [], args = [] }: CommandRow, groups: readonly string[]): string[] {
  const seen = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  // "serve backup" is another command than "backup".
  const alone = name.includes(' ') ? [] : groups.map((group) => `not __fish_seen_subcommand_from ${group}`);
  const when = `-n ${quoted([...seen, ...alone].join('; and '))}`;
  return [
    ...flags.map((flag) => {
      const { short, long, value } = flagWords(flag);
      const spelled = [...(short ? [`-s ${short.slice(1)}`] : []), ...(long ? [`-l ${long.slice(2)}`] : [])];
      const choices = flag.choices ? [`-a ${quoted(flag.choices.join(' '))}`] : [];
      const takes = value === undefined ? [] : [fileKind(flag.usage) ? '-rF' : '-x', ...choices];
      return [when, ...spelled, ...takes, `-d ${quoted(flag.description)}`].join(' ');
    }),
    ...args.flatMap(({ usage, words }) => {
      if (words) return [`${when} -a ${quoted(words.join(' '))}`];
      return fileKind(usage) ? [`${when} -F`] : [];
    }),
  ];
}
