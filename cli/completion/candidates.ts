import type { CommandRow, Flag } from '../surface/command.ts';
import { fileKind, flagWords, spellings } from '../surface/flag-words.ts';

/** A word that could stand next. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What could stand at the end of a line. */
export interface Candidates {
  readonly words: readonly Candidate[];
  /** Names of the file system can stand there, too. */
  readonly files?: 'file' | 'folder';
}

/** The table as a completion sees it. */
export interface Completable {
  readonly commands: readonly CommandRow[];
  readonly groups: Readonly<Record<string, string>>;
}

/** `line`: the words after the name of the program; the last one is being written, and may be empty. Pure. */
export function candidates({ commands, groups }: Completable, line: readonly string[]): Candidates {
  const before = line.slice(0, -1);
  const current = line.at(-1) ?? '';
  const begins = ({ word }: Candidate) => word.startsWith(current);
  const group = groups[before[0] ?? ''] === undefined ? undefined : before[0];
  const depth = group === undefined ? 1 : 2;
  if (before.length < depth) return { words: commandWords({ commands, groups }, group).filter(begins) };
  const command = commands.find(({ name }) => name === before.slice(0, depth).join(' '));
  if (!command) return { words: [] };
  const written = before.slice(depth);
  const open = openFlag(command, written.at(-1));
  if (open)
    return {
      words: (open.choices ?? []).map((word) => ({ word, description: '' })).filter(begins),
      ...withFiles(open.usage),
    };
  if (current.startsWith('-')) return { words: flagCandidates(command).filter(begins) };
  return argumentCandidates(command, written, current);
}

function argumentCandidates(command: CommandRow, written: readonly string[], current: string): Candidates {
  const args = command.args ?? [];
  const at = operands(command, written);
  const argument = args[at] ?? args.findLast(({ usage }) => usage.includes('...'));
  if (!argument) return { words: [] };
  const words = (argument.words ?? []).filter((word) => word.startsWith(current));
  return { words: words.map((word) => ({ word, description: '' })), ...withFiles(argument.usage) };
}

/** First words, or the second ones of a group. */
export function commandWords({ commands, groups }: Completable, group?: string): Candidate[] {
  if (group !== undefined)
    return commands.flatMap(({ name, summary }) =>
      name.startsWith(`${group} `) ? [{ word: name.slice(group.length + 1), description: summary }] : [],
    );
  return [
    ...Object.entries(groups).map(([word, description]) => ({ word, description })),
    ...commands.flatMap(({ name, summary }) => (name.includes(' ') ? [] : [{ word: name, description: summary }])),
  ];
}

const flagCandidates = ({ flags = [] }: CommandRow): Candidate[] =>
  flags.flatMap((flag) => spellings(flag).map((word) => ({ word, description: flag.description })));

const withFiles = (usage: string): Pick<Candidates, 'files'> => {
  const files = fileKind(usage);
  return files === undefined ? {} : { files };
};

/** The option whose value is being written. */
function openFlag({ flags = [] }: CommandRow, word: string | undefined): Flag | undefined {
  return flags.find((flag) => flagWords(flag).value !== undefined && spellings(flag).includes(word ?? ''));
}

/** How many arguments stand in what was written: neither options nor their values. */
function operands(command: CommandRow, written: readonly string[]): number {
  return written.filter((word, at) => !word.startsWith('-') && !openFlag(command, written[at - 1])).length;
}

/** For `kubectl supercargo`: as Cobra's commands answer, a word a line and in the end what the shell is to do. */
export function cobraAnswer({ words, files }: Candidates): string {
  const directive = files === 'folder' ? 16 : files === 'file' ? 0 : 4;
  return [
    ...words.map(({ word, description }) => (description === '' ? word : `${word}\t${description}`)),
    `:${directive}`,
  ].join('\n');
}
